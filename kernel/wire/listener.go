package wire

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// Listener is a bound socket: ROUTER or PUB.
type Listener struct {
	ln  net.Listener
	typ zmq4.SocketType
	h   Handler
	o   Options
	wg  sync.WaitGroup

	mu      sync.RWMutex
	closed  bool
	opening map[*guard]struct{} // in their handshake
	peers   map[*Peer]struct{}
	byID    map[string]*Peer
	topics  map[string]int // PUB: subscribers of each topic
}

// ListenRouter binds a ROUTER socket. Which peer a message goes to is the caller's choice: Peer.Send. The context bounds
// only the call.
func ListenRouter(ctx context.Context, endpoint string, h Handler, o Options) (*Listener, error) {
	return start(ctx, endpoint, zmq4.Router, h, o)
}

// ListenPub binds a PUB socket, for Publish. The context bounds only the call.
func ListenPub(ctx context.Context, endpoint string, h Handler, o Options) (*Listener, error) {
	return start(ctx, endpoint, zmq4.Pub, h, o)
}

func start(ctx context.Context, endpoint string, typ zmq4.SocketType, h Handler, o Options) (*Listener, error) {
	t, address, err := splitEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	ln, err := t.Listen(ctx, address)
	if err != nil {
		return nil, err
	}
	l := &Listener{
		ln: ln, typ: typ, h: h, o: o.withDefaults(),
		opening: map[*guard]struct{}{}, peers: map[*Peer]struct{}{}, byID: map[string]*Peer{}, topics: map[string]int{},
	}
	l.wg.Add(1)
	go l.accept()
	return l, nil
}

// Endpoint is the address in ZeroMQ's form, with the port that was chosen.
func (l *Listener) Endpoint() string { return endpointOf(l.ln.Addr()) }

// Port is the TCP port; 0 for ipc.
func (l *Listener) Port() int {
	if a, ok := l.ln.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// Peers is the number of peers whose handshake is done.
func (l *Listener) Peers() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.peers)
}

// Close stops listening and closes all peers as Peer.Close does, and returns when every callback has; so it must not be
// called from one.
func (l *Listener) Close(linger time.Duration) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		l.wg.Wait()
		return nil
	}
	l.closed = true
	err := l.ln.Close()
	for c := range l.opening {
		c.Close()
	}
	for p := range l.peers {
		p.Close(linger)
	}
	l.mu.Unlock()
	l.wg.Wait()
	return err
}

// accept ends when the listener is closed.
func (l *Listener) accept() {
	defer l.wg.Done()
	failing := false
	for number := uint64(1); ; number++ {
		c, err := l.ln.Accept()
		switch {
		case err == nil:
			if g := c.(*guard); l.admit(g) {
				go l.serve(g, number)
			}
		case errors.Is(err, net.ErrClosed):
			return
		case !failing:
			l.o.Logger.Warn("accepting pauses", "endpoint", l.Endpoint(), "err", err)
		}
		failing = err != nil
	}
}

// admit registers a connection before its handshake, or closes it.
func (l *Listener) admit(c *guard) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.opening)+len(l.peers) >= l.o.MaxPeers {
		c.Close()
		return false
	}
	l.opening[c] = struct{}{}
	l.wg.Add(1)
	return true
}

// serve is the goroutine of one connection, which becomes the peer's reading goroutine after the handshake.
func (l *Listener) serve(c *guard, number uint64) {
	defer l.wg.Done()
	id, err := handshake(c, l.typ, l.o.Identity, true, l.o)
	if err != nil {
		c.Close()
		l.mu.Lock()
		delete(l.opening, c)
		l.mu.Unlock()
		l.o.Logger.Info("connection refused", "endpoint", l.Endpoint(), "err", err)
		return
	}
	p := newPeer(c, id, l.h, l.o)
	p.listener, p.number = l, number
	if l.typ == zmq4.Pub {
		p.topics = map[string]struct{}{}
	}
	old, ok := l.register(c, p)
	if !ok {
		c.Close()
		return
	}
	if old != nil {
		old.replace()
		<-old.done
	}
	p.run()
}

// register makes p, whose connection was c, a peer and returns the one it replaces. It fails when the listener was closed meanwhile, and when a
// connection that was accepted later has the identity already: handshakes need not end in the order in which they began.
func (l *Listener) register(c *guard, p *Peer) (old *Peer, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.opening, c)
	if l.closed {
		return nil, false
	}
	if l.typ == zmq4.Router && p.identity != nil {
		old = l.byID[string(p.identity)]
		if old != nil && old.number > p.number {
			return nil, false
		}
		l.byID[string(p.identity)] = p
	}
	l.peers[p] = struct{}{}
	return old, true
}

// forget is the opposite of register.
func (l *Listener) forget(p *Peer) {
	l.unsubscribeAll(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.peers, p)
	if id := string(p.identity); l.byID[id] == p {
		delete(l.byID, id)
	}
}
