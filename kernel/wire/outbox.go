package wire

import (
	"encoding/binary"
	"net"
	"syscall"
)

const (
	joinBelow  = 4 << 10  // smaller frames are copied next to each other, larger ones are written from where they are
	firstChunk = 4 << 10  // for joined frames when nothing waits
	chunkSize  = 64 << 10 // and when something does
	maxBatch   = 1 << 20  // handed to one write of the goroutine that empties a queue
	maxVector  = 512      // pieces of one write; the kernel takes 1,024
)

// outbox is what waits to be written to one peer. The peer's lock guards it.
type outbox struct {
	conn    net.Conn
	raw     syscall.RawConn // nil if the connection cannot be written to without blocking
	segs    [][]byte        // in order; the last may be chunk
	chunk   []byte          // joined small frames; the last of segs if tail
	base    []byte          // chunk's memory from its beginning
	tail    bool
	queued  int64 // bytes, those in flight included
	last    int64 // bytes of the newest message
	writing bool  // a goroutine writes: nobody else may
	dead    bool  // the connection takes no more
	closing bool  // half-close when everything is written

	n   int // result of writeFD
	err error
	fn  func(fd uintptr) bool
}

func (o *outbox) open(c net.Conn) {
	o.conn = c
	if sc, ok := c.(syscall.Conn); ok && canWriteNow {
		if raw, err := sc.SyscallConn(); err == nil {
			o.raw = raw
		}
	}
	o.fn = func(fd uintptr) bool {
		o.n, o.err = writeFD(int(fd), o.segs[:min(len(o.segs), maxVector)])
		return true
	}
}

// message appends f. Frames of joinBelow bytes and more are referred to, not copied.
func (o *outbox) message(f Frames) {
	before := o.queued
	for i, b := range f {
		var flags byte
		if i < len(f)-1 {
			flags = flagMore
		}
		o.frame(flags, b)
	}
	o.last = o.queued - before
}

// messages is 0, 1, or 2 for more than one message waiting.
func (o *outbox) messages() int {
	switch {
	case o.queued == 0:
		return 0
	case o.queued <= o.last:
		return 1
	}
	return 2
}

func (o *outbox) frame(flags byte, b []byte) {
	var h [9]byte
	head := h[:2]
	if len(b) > 255 {
		flags |= flagLong
		binary.BigEndian.PutUint64(h[1:], uint64(len(b)))
		head = h[:9]
	} else {
		h[1] = byte(len(b))
	}
	h[0] = flags
	o.queued += int64(len(head) + len(b))
	if len(b) < joinBelow {
		o.room(len(head) + len(b))
		o.join(head)
		o.join(b)
		return
	}
	o.room(len(head))
	o.join(head)
	o.segs = append(o.segs, b)
	o.tail = false
}

// room makes sure that n bytes can be joined to the last segment.
func (o *outbox) room(n int) {
	if o.tail && cap(o.chunk)-len(o.chunk) >= n {
		return
	}
	if cap(o.base) == 0 || len(o.segs) > 0 {
		size := chunkSize
		if len(o.segs) == 0 {
			size = firstChunk
		}
		o.base = make([]byte, 0, max(size, n))
	} else if cap(o.base) < n {
		o.base = make([]byte, 0, chunkSize)
	}
	o.chunk = o.base
	o.segs = append(o.segs, nil)
	o.tail = true
}

func (o *outbox) join(b []byte) {
	o.chunk = append(o.chunk, b...)
	o.segs[len(o.segs)-1] = o.chunk
}

// writeNow writes as much as the connection takes at once.
func (o *outbox) writeNow() {
	for len(o.segs) > 0 && o.raw != nil && !o.dead {
		o.n, o.err = 0, nil
		if err := o.raw.Write(o.fn); err != nil {
			o.err = err
		}
		if o.err == errWouldBlock {
			return
		}
		if o.err != nil {
			o.die()
			return
		}
		o.advance(o.n)
	}
	if len(o.segs) == 0 {
		o.closeWrite()
	}
}

// advance drops n written bytes from the front.
func (o *outbox) advance(n int) {
	o.queued -= int64(n)
	i := 0
	for i < len(o.segs) && n >= len(o.segs[i]) {
		n -= len(o.segs[i])
		i++
	}
	o.drop(i)
	if n > 0 {
		o.segs[0] = o.segs[0][n:]
		if o.tail && len(o.segs) == 1 {
			o.chunk = o.segs[0]
		}
	}
}

// drop removes the first n segments.
func (o *outbox) drop(n int) {
	left := copy(o.segs, o.segs[n:])
	clear(o.segs[left:])
	if o.segs = o.segs[:left]; left == 0 {
		o.tail, o.chunk = false, nil
		if cap(o.segs) > maxVector {
			o.segs = nil
		}
	}
}

// take moves a batch to the writing goroutine; its bytes count as queued until taken.
func (o *outbox) take() (batch net.Buffers, n int64) {
	i := 0
	for i < len(o.segs) && i < maxVector && (i == 0 || n < maxBatch) {
		n += int64(len(o.segs[i]))
		i++
	}
	batch = append(batch, o.segs[:i]...)
	if i == len(o.segs) {
		o.base = nil // the goroutine has it now
	}
	o.drop(i)
	return batch, n
}

// taken reports that a batch was written or failed.
func (o *outbox) taken(n int64, err error) {
	if o.queued -= n; err != nil {
		o.die()
	}
}

// die stops writing. Reading goes on: what the peer sent before it went is still worth having.
func (o *outbox) die() {
	o.dead = true
	o.discard()
}

// discard forgets what is queued.
func (o *outbox) discard() {
	o.segs, o.chunk, o.base, o.tail, o.queued = nil, nil, nil, false, 0
	o.dead = true
}

// finish asks for a half-close once everything is written.
func (o *outbox) finish() { o.closing = true }

// closeWrite tells the peer that nothing more will come.
func (o *outbox) closeWrite() {
	if !o.closing || o.writing || o.dead {
		return
	}
	o.dead = true
	if c, ok := o.conn.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
}
