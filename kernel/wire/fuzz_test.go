package wire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// script is a connection whose other side has sent b and then closed; what is written to it is thrown away.
type script struct {
	net.Conn
	r io.Reader
}

func (s script) Read(p []byte) (int, error)       { return s.r.Read(p) }
func (script) Write(p []byte) (int, error)        { return len(p), nil }
func (script) SetDeadline(time.Time) error        { return nil }
func (s script) RemoteAddr() net.Addr             { return nil }
func (s script) Close() error                     { return nil }
func (s script) SetReadDeadline(time.Time) error  { return nil }
func (s script) SetWriteDeadline(time.Time) error { return nil }

var fuzzLimits = Limits{MaxFrame: 1 << 20, MaxMessage: 2 << 20, MaxFrames: 100}

// FuzzHandshake: whatever a peer says first, zmq4 does not panic behind the guard, and what it says next is not lost.
func FuzzHandshake(f *testing.F) {
	f.Add(append(greeting(), command("READY", append(property("Socket-Type", "DEALER"), property("Identity", "me")...)...)...))
	f.Add(append(greeting(), command("READY", append(property("Socket-Type", "REQ"), property("X-Foo", "bar")...)...)...))
	f.Add(append(greeting(), long(flagCommand, 1<<62)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		tail := encode(Frames{[]byte("first"), []byte("message")})
		c := script{r: bytes.NewReader(append(bytes.Clone(b), tail...))}
		g := newGuard(c)
		id, err := handshake(g, zmq4.Router, nil, true, Options{Limits: fuzzLimits}.withDefaults())
		if err != nil {
			return
		}
		if len(id) > maxIdentity {
			t.Fatalf("identity of %d bytes", len(id))
		}
		rest, _ := io.ReadAll(io.MultiReader(bytes.NewReader(g.rd.buf[g.rd.r:g.rd.w]), c.r))
		if !bytes.HasSuffix(rest, tail) && len(b) >= greetingSize+len(tail) && !bytes.Contains(b, tail[:4]) {
			t.Fatalf("the first message was lost: %q left", rest)
		}
	})
}

// FuzzReader: any bytes are cut into messages without a panic and within the limits, and what comes out, sent again, is
// the same.
func FuzzReader(f *testing.F) {
	f.Add(encode(Frames{[]byte("a"), {}, make([]byte, 300)}), 7)
	f.Add(append(command("PING", 0, 0), long(0, 1<<62)...), 1)
	f.Add([]byte{flagMore, 0, flagCommand, 2, 1, 'x', 0, 1, 'y'}, 100)
	f.Fuzz(func(t *testing.T, b []byte, step int) {
		rd := newReader(script{r: &stepper{b, max(step, 1)}}, fuzzLimits)
		for {
			m, _, err := rd.next()
			if err != nil {
				return
			}
			if m == nil {
				continue
			}
			if len(m) == 0 || len(m) > fuzzLimits.MaxFrames {
				t.Fatalf("message of %d frames", len(m))
			}
			again, _, err := newReader(script{r: bytes.NewReader(encode(m))}, fuzzLimits).next()
			if err != nil || !sameFrames(m, again) {
				t.Fatalf("%q came back as %q, %v", m, again, err)
			}
		}
	})
}

// stepper gives its bytes a few at a time.
type stepper struct {
	b    []byte
	step int
}

func (s *stepper) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.step)], s.b)
	s.b = s.b[n:]
	return n, nil
}

// A message may arrive in any pieces; a connection that ends inside one says so.
func TestReaderInPieces(t *testing.T) {
	whole := append(encode(sample()), encode(Frames{[]byte("next")})...)
	for _, step := range []int{1 << 20, 70001, 4096, 1000, 97} {
		rd := newReader(script{r: &stepper{whole, step}}, Options{}.withDefaults().Limits)
		for _, want := range []Frames{sample(), {[]byte("next")}} {
			got, _, err := rd.next()
			if err != nil || !sameFrames(got, want) {
				t.Fatalf("in steps of %d: %d frames, %v", step, len(got), err)
			}
		}
		if _, _, err := rd.next(); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
	}
	short := encode(Frames{[]byte("ab"), make([]byte, 100<<10)})
	for _, n := range []int{1, 2, 3, 4, 5, 9, 100, 80 << 10, len(short) - 1} {
		_, _, err := newReader(script{r: bytes.NewReader(short[:n])}, Options{}.withDefaults().Limits).next()
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}
