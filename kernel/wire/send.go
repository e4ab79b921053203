package wire

import (
	"net"
	"slices"
)

// flushAt is how much is joined before it is written although more may follow.
const flushAt = 64 << 10

// Send writes the message to the peer, from the caller's goroutine, and never blocks: what the socket does not take is
// queued. Any goroutine may call it. With more than Limits.MaxQueued bytes waiting it drops the peer and returns ErrSlow;
// after the peer's end it returns net.ErrClosed. A nil error does not mean that the peer has read the message.
func (p *Peer) Send(f Frames) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.enqueue(f); err != nil {
		return err
	}
	p.flush()
	return p.overflow()
}

// SendFrom is Send for a message that answers to one of src, called from a callback of src: messages are joined until
// all that src's socket held has been handled, and are written together then. A relay of many small messages needs
// a fraction of the system calls; a single message is written as soon as src's reading goroutine has nothing else to do.
func (p *Peer) SendFrom(src *Peer, f Frames) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.enqueue(f); err != nil {
		return err
	}
	if p.out.queued >= flushAt {
		p.flush()
	} else if !slices.Contains(src.corked, p) {
		src.corked = append(src.corked, p)
	}
	return p.overflow()
}

// throttleAt is how much may wait for a peer before those who send to it through us are made to wait.
const throttleAt = 64 << 20

// Throttle stops reading from src, another peer, while a lot waits for p: what src sends on stays with it, as it would if
// it were connected to p. Call it from a callback of src after sending.
func (p *Peer) Throttle(src *Peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out.queued > throttleAt && !slices.Contains(p.held, src) {
		src.Pause()
		p.held = append(p.held, src)
	}
}

// unthrottle ends Throttle when little is left to write, or nothing ever will be. The caller holds the lock.
func (p *Peer) unthrottle() {
	if p.out.queued <= throttleAt/2 {
		for _, src := range p.held {
			src.Resume()
		}
		p.held = nil
	}
}

func (p *Peer) enqueue(f Frames) error {
	if p.ending.Load() || p.out.dead {
		return net.ErrClosed
	}
	p.out.message(f)
	return nil
}

// overflow drops a peer that lets too much wait. A single message may exceed the cap.
func (p *Peer) overflow() error {
	if p.out.queued <= p.o.MaxQueued || p.out.messages() < 2 {
		return nil
	}
	p.o.Logger.Warn("peer dropped", "peer", p.String(), "queued", p.out.queued, "err", ErrSlow)
	p.drop(ErrSlow)
	return ErrSlow
}

// flush writes what it can without blocking and leaves the rest to a goroutine. The caller holds the lock.
func (p *Peer) flush() {
	if p.out.writing {
		return
	}
	if p.out.writeNow(); len(p.out.segs) > 0 {
		p.out.writing = true
		go p.writeRest()
	}
}

// writeRest writes until the queue is empty or the connection ends.
func (p *Peer) writeRest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.out.segs) > 0 {
		batch, n := p.out.take()
		p.mu.Unlock()
		_, err := batch.WriteTo(p.conn)
		p.mu.Lock()
		p.out.taken(n, err)
		p.unthrottle()
	}
	p.unthrottle()
	p.out.writing = false
	p.out.closeWrite()
	p.cond.Broadcast()
}
