package wire

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Why a peer was dropped; Handler.Close gets these.
var (
	// ErrReplaced says that a newer peer announced the same identity.
	ErrReplaced = errors.New("replaced by a newer connection of the same identity")
	// ErrSlow says that more than Limits.MaxQueued bytes were waiting for the peer.
	ErrSlow = errors.New("peer reads too slowly")
)

// Peer is the other side of one connection.
type Peer struct {
	// Tag is for the owner of the Handler; this package does not look at it.
	Tag any

	h        Handler
	o        Options
	conn     net.Conn
	rd       *reader
	identity []byte
	topics   map[string]struct{} // PUB: what it subscribed to; guarded by the listener's lock
	listener *Listener           // nil for a dialled peer
	number   uint64              // in the order in which the listener accepted
	done     chan struct{}
	corked   []*Peer // peers with messages that this one's reading goroutine has yet to write
	rest     time.Duration

	paused atomic.Bool
	ending atomic.Bool // Close was called or the peer was dropped

	mu    sync.Mutex // also guards out
	cond  *sync.Cond // paused, ending or out.writing changed
	cause error      // why it was dropped
	until time.Time  // Close: when lingering ends
	out   outbox
	held  []*Peer // not read from while so much waits for this one
}

func newPeer(g *guard, identity []byte, h Handler, o Options) *Peer {
	p := &Peer{h: h, o: o, conn: g.Conn, rd: g.rd, identity: identity, done: make(chan struct{})}
	p.cond = sync.NewCond(&p.mu)
	p.out.open(g.Conn)
	p.rd.wait = p.beforeRead
	return p
}

// Identity is the identity that the peer announced; nil if it announced none.
func (p *Peer) Identity() []byte { return p.identity }

// Queued is the number of bytes that wait to be written to the peer.
func (p *Peer) Queued() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.queued
}

// Done is closed after Handler.Close has returned.
func (p *Peer) Done() <-chan struct{} { return p.done }

// String names the connection, for logs.
func (p *Peer) String() string {
	if a := p.conn.RemoteAddr(); a != nil && a.String() != "" {
		return fmt.Sprintf("%x@%s", p.identity, a)
	}
	return fmt.Sprintf("%x", p.identity)
}

// Pause stops reading from the peer after the callback that is running, if any; what it sends then waits in its own
// socket. Its departure is not noticed either until Resume.
func (p *Peer) Pause() { p.paused.Store(true) }

// Resume ends Pause.
func (p *Peer) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused.Store(false)
	p.cond.Broadcast()
}

// Close ends the connection and returns at once; Done tells when it has ended. No further Message is delivered. What is
// queued is still written, and what the peer still sends is read and thrown away, for at most linger: closing a socket
// with unread input would make the operating system discard what the peer has not read yet.
func (p *Peer) Close(linger time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case linger > 0 && p.ending.Load():
		return
	case linger <= 0 || p.out.dead:
		p.drop(nil)
		return
	}
	p.ending.Store(true)
	p.until = time.Now().Add(linger)
	p.conn.SetWriteDeadline(p.until)
	p.conn.SetReadDeadline(time.Unix(1, 0)) // releases the reading goroutine, which sees ending
	p.cond.Broadcast()
	p.out.finish()
	p.flush()
}

// drop ends the connection now. The caller holds the lock.
func (p *Peer) drop(cause error) {
	if p.cause == nil {
		p.cause = cause
	}
	p.ending.Store(true)
	p.out.discard()
	p.conn.Close()
	p.cond.Broadcast()
}

// lastWords is how long a peer that is replaced may still be read from. One that has really gone is at its end at once.
const lastWords = 50 * time.Millisecond

// replace ends the peer in favour of a newer one. Nothing is written to it any more; what it had sent is still handled.
func (p *Peer) replace() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cause == nil && !p.ending.Load() {
		p.cause = ErrReplaced
		p.out.die()
		p.conn.SetReadDeadline(time.Now().Add(lastWords))
		p.cond.Broadcast()
	}
}

// run is the reading goroutine. It ends when the connection does.
func (p *Peer) run() {
	defer close(p.done)
	if p.h.Open != nil {
		p.h.Open(p)
	}
	err := p.read()
	p.flushCorked()
	p.drain()
	p.conn.Close()
	p.mu.Lock()
	p.out.discard()
	switch {
	case p.cause != nil:
		err = p.cause
	case p.ending.Load():
		err = nil
	}
	p.ending.Store(true)
	p.mu.Unlock()
	if p.listener != nil {
		p.listener.forget(p)
	}
	if p.h.Close != nil {
		p.h.Close(p, err)
	}
}

// read hands messages to the handler until the connection or the peer ends.
func (p *Peer) read() error {
	for {
		if p.paused.Load() {
			p.gate()
		}
		f, command, err := p.rd.next()
		switch {
		case p.ending.Load():
			return nil
		case err != nil:
			return err
		case command != nil:
			err = p.command(command)
		case p.topics != nil:
			err = p.subscription(f)
		case p.h.Message != nil:
			p.h.Message(p, f)
		}
		if err != nil {
			return err
		}
	}
}

// gate waits while the peer is paused.
func (p *Peer) gate() {
	p.flushCorked()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.paused.Load() && !p.ending.Load() && p.cause == nil {
		p.cond.Wait()
	}
}

// drain throws input away after Close, until the peer has closed its side or lingering ends.
func (p *Peer) drain() {
	p.mu.Lock()
	until := p.until
	p.mu.Unlock()
	if until.IsZero() {
		return
	}
	p.conn.SetReadDeadline(until)
	io.Copy(io.Discard, p.conn)
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.out.writing { // bounded by the write deadline
		p.cond.Wait()
	}
}

// Rest makes the reading goroutine pause for d, once, when it has written what it has and before it reads on: what a peer
// says in a flood is then handled in fewer and larger pieces. Call it from a callback of the peer.
func (p *Peer) Rest(d time.Duration) { p.rest = d }

// beforeRead is called before a read that may block.
func (p *Peer) beforeRead() {
	p.flushCorked()
	if p.rest > 0 {
		time.Sleep(p.rest)
		p.rest = 0
	}
}

// flushCorked writes what this peer's messages made the handler send to others.
func (p *Peer) flushCorked() {
	for i, d := range p.corked {
		p.corked[i] = nil
		d.mu.Lock()
		d.flush()
		d.mu.Unlock()
	}
	p.corked = p.corked[:0]
}
