package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// Flags of a frame.
const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4
)

const (
	readBuffer = 64 << 10
	smallFrame = 4 << 10 // smaller frames of a message share one allocation
	maxCommand = 8 << 10
	firstGrow  = 1 << 20 // allocated at first for a frame that does not fit the buffer
	growFactor = 16      // a frame is allocated whole when this part of it has arrived
	largeAlloc = 8 << 20
)

var errTruncated = fmt.Errorf("connection ended within a message: %w", io.ErrUnexpectedEOF)

// reader cuts the bytes of one connection into frames and messages.
type reader struct {
	c    net.Conn
	buf  []byte
	r, w int // what was read and not yet used is buf[r:w]
	lim  Limits
	wait func() // called before a read that may block

	// The message that is being read.
	frames Frames
	bytes  int64
	slab   []byte // memory for its small frames that are in buf already
}

func newReader(c net.Conn, lim Limits) *reader {
	return &reader{c: c, buf: make([]byte, readBuffer), lim: lim, wait: func() {}}
}

// next returns the next message, or the body of a command; a command may stand between the frames of a message. The
// command is only valid until the next call.
func (rd *reader) next() (f Frames, command []byte, err error) {
	for {
		flags, size, head, err := rd.header()
		if err != nil {
			return nil, nil, err
		}
		if flags&flagCommand != 0 {
			command, err := rd.command(flags, size, head)
			return nil, command, err
		}
		if err := rd.allow(size); err != nil {
			return nil, nil, err
		}
		if rd.frames == nil {
			rd.plan()
		}
		rd.skip(head)
		b, err := rd.body(int(size))
		if err != nil {
			return nil, nil, err
		}
		rd.frames = append(rd.frames, b)
		if flags&flagMore == 0 {
			f := rd.frames
			rd.frames, rd.bytes, rd.slab = nil, 0, nil
			return f, nil, nil
		}
	}
}

// header reads, but does not consume, a frame's flags and length.
func (rd *reader) header() (flags byte, size uint64, head int, err error) {
	b, err := rd.peek(2)
	if err == nil && b[0]&flagLong != 0 {
		b, err = rd.peek(9)
	}
	if err != nil {
		if err == io.EOF && rd.frames != nil {
			err = errTruncated
		}
		return 0, 0, 0, err
	}
	flags, size, head = parseHeader(b)
	if flags&^(flagMore|flagLong|flagCommand) != 0 {
		return 0, 0, 0, fmt.Errorf("frame with unknown flags %#02x", flags)
	}
	return flags, size, head, nil
}

// parseHeader takes at least two bytes, and at least nine if the first says that the length is long.
func parseHeader(b []byte) (flags byte, size uint64, head int) {
	if b[0]&flagLong == 0 {
		return b[0], uint64(b[1]), 2
	}
	return b[0], binary.BigEndian.Uint64(b[1:9]), 9
}

// command consumes a command frame and returns its body where it lies in the buffer.
func (rd *reader) command(flags byte, size uint64, head int) ([]byte, error) {
	if size > maxCommand || flags&flagMore != 0 {
		return nil, fmt.Errorf("command of %d bytes refused", size)
	}
	b, err := rd.peek(head + int(size))
	if err != nil {
		return nil, err
	}
	b = b[head : head+int(size)]
	rd.skip(head + int(size))
	return b, nil
}

// allow tells whether a further frame of the message may have that size.
func (rd *reader) allow(size uint64) error {
	switch {
	case size > uint64(rd.lim.MaxFrame):
		return fmt.Errorf("frame of %d bytes refused (at most %d)", size, rd.lim.MaxFrame)
	case size > uint64(rd.lim.MaxMessage-rd.bytes):
		return fmt.Errorf("message of more than %d bytes refused", rd.lim.MaxMessage)
	case len(rd.frames) >= rd.lim.MaxFrames:
		return fmt.Errorf("message of more than %d frames refused", rd.lim.MaxFrames)
	}
	rd.bytes += int64(size)
	return nil
}

// plan looks at the frames of the message that are in the buffer, to allocate once for all small ones of them.
func (rd *reader) plan() {
	count, small := 0, 0
	for b := rd.buf[rd.r:rd.w]; len(b) >= 2 && (b[0]&flagLong == 0 || len(b) >= 9); {
		flags, size, head := parseHeader(b)
		count++
		if uint64(len(b)-head) < size {
			break
		}
		if size < smallFrame && flags&flagCommand == 0 {
			small += int(size)
		}
		if b = b[head+int(size):]; flags&flagMore == 0 {
			break
		}
	}
	rd.frames = make(Frames, 0, count)
	if small > 0 {
		rd.slab = make([]byte, small)
	}
}

// body reads size bytes into memory of their own.
func (rd *reader) body(size int) ([]byte, error) {
	if size > len(rd.buf)/2 {
		return rd.large(size)
	}
	src, err := rd.peek(size)
	if err != nil {
		return nil, truncated(err)
	}
	var b []byte
	if size <= len(rd.slab) && size < smallFrame {
		b, rd.slab = rd.slab[:size:size], rd.slab[size:]
	} else {
		b = make([]byte, size)
	}
	copy(b, src)
	rd.skip(size)
	return b, nil
}

// large reads a frame straight into its own memory, which grows with what has arrived: the announced length is a claim.
func (rd *reader) large(size int) ([]byte, error) {
	b := make([]byte, min(size, firstGrow))
	n := copy(b, rd.buf[rd.r:rd.w])
	rd.skip(n)
	for n < size {
		if n == len(b) {
			b = grow(b, size)
		}
		rd.wait()
		m, err := rd.c.Read(b[n:])
		if n += m; err != nil && n < size {
			return nil, truncated(err)
		}
	}
	return b, nil
}

// grow copies b, which is full, to a larger allocation: the frame's whole size if a good part of it is there, else that
// part. So an honest peer's frame is held little more than once, and a claim costs a fraction of what it says.
func grow(b []byte, size int) []byte {
	n := size
	if len(b) < size/growFactor {
		n = size / growFactor
	}
	if n >= largeAlloc {
		beforeLarge()
	}
	larger := make([]byte, n)
	copy(larger, b)
	return larger
}

// peek returns at least n bytes, at most the buffer's size, without consuming them.
func (rd *reader) peek(n int) ([]byte, error) {
	if rd.w-rd.r < n {
		if err := rd.fill(n); err != nil {
			return nil, err
		}
	}
	return rd.buf[rd.r:rd.w], nil
}

func (rd *reader) skip(n int) { rd.r += n }

// fill reads until n bytes are buffered. It returns io.EOF only if none are.
func (rd *reader) fill(n int) error {
	if rd.r == rd.w || len(rd.buf)-rd.r < n {
		rd.w = copy(rd.buf, rd.buf[rd.r:rd.w])
		rd.r = 0
	}
	for rd.w-rd.r < n {
		rd.wait()
		m, err := rd.c.Read(rd.buf[rd.w:])
		if rd.w += m; err != nil && rd.w-rd.r < n {
			if rd.w > rd.r {
				err = truncated(err)
			}
			return err
		}
	}
	return nil
}

func truncated(err error) error {
	if errors.Is(err, io.EOF) {
		return errTruncated
	}
	return err
}
