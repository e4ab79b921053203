package kernel

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// mirror is one client on one channel, as the child sees it: a connection of its own under the client's own identity.
// So the child's replies find their way, and an input_request reaches the client that asked, without the proxy keeping
// any table.
type mirror struct {
	channel string
	front   *wire.Peer
	back    *protocol.Signer // the child's key
	face    *protocol.Signer // the front ends' key
	ctx     context.Context  // ends with the run, or with a client that left and is owed nothing
	cancel  context.CancelFunc

	mu      sync.Mutex
	child   *wire.Peer          // nil before the child is up
	waiting []*protocol.Message // sent before that
	owed    int                 // replies that the child still owes
	gone    bool                // the client has left
}

// connect opens the connection to the child with dial and sends what has been waiting. It is called once. Messages that
// come meanwhile wait too, and nobody waits for the lock.
func (m *mirror) connect(dial dialer) error {
	child, err := dial(m.ctx, m)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.child = child
	for _, msg := range m.waiting {
		m.child.Send(m.signed(msg, m.back))
	}
	m.waiting = nil
	m.leaveIfDone()
	return nil
}

// dialer connects a mirror to its channel of the child.
type dialer func(ctx context.Context, m *mirror) (*wire.Peer, error)

// toChild sends a message that the client has signed, signed anew. src is the peer whose callback this is, or nil.
func (m *mirror) toChild(src *wire.Peer, msg *protocol.Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.child == nil {
		m.waiting = append(m.waiting, msg)
		return
	}
	if src != nil {
		m.child.SendFrom(src, m.signed(msg, m.back))
	} else {
		m.child.Send(m.signed(msg, m.back))
	}
	m.child.Throttle(m.front)
}

// toFront is the way back.
func (m *mirror) toFront(src *wire.Peer, msg *protocol.Message) {
	f := m.signed(msg, m.face)
	if src != nil {
		m.front.SendFrom(src, f)
		return
	}
	m.front.Send(f)
}

// signed returns the frames of msg, the very same bytes but for the signature.
func (m *mirror) signed(msg *protocol.Message, by *protocol.Signer) wire.Frames {
	c := *msg
	by.SignMessage(&c)
	return c.Frames()
}

// owe notes that the child will answer a message; paid, that it has. A client that leaves early does not keep us from
// hearing how its cell ended.
func (m *mirror) owe() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.owed++
}

func (m *mirror) paid() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.owed--
	m.leaveIfDone()
}

// leave closes the connection to the child when the client has gone and nothing more is expected.
func (m *mirror) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = true
	m.leaveIfDone()
}

func (m *mirror) leaveIfDone() {
	switch {
	case !m.gone:
	case m.child == nil && len(m.waiting) == 0:
		m.cancel()
	case m.child != nil && m.owed <= 0:
		m.child.Close(flushTime)
		m.cancel()
	}
}

// childPeers are the clients' connections to the child.
func (r *relay) childPeers() (peers []*wire.Peer) {
	r.mu.Lock()
	mirrors := slices.Collect(maps.Keys(r.mirrors))
	r.mu.Unlock()
	for _, m := range mirrors {
		m.mu.Lock()
		if m.child != nil {
			peers = append(peers, m.child)
		}
		m.mu.Unlock()
	}
	return peers
}
