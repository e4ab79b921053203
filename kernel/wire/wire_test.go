package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// patience bounds what must happen, on a busy machine too.
const patience = 30 * time.Second

// inbox collects what a Handler is told.
type inbox struct {
	opened   chan *Peer
	messages chan Frames
	closed   chan error
	topics   chan string
}

func newInbox() *inbox {
	return &inbox{make(chan *Peer, 1000), make(chan Frames, 100000), make(chan error, 1000), make(chan string, 1000)}
}

func (b *inbox) handler() Handler {
	return Handler{
		Open:    func(p *Peer) { b.opened <- p },
		Message: func(p *Peer, f Frames) { b.messages <- f },
		Close:   func(p *Peer, err error) { b.closed <- err },
		Subscribe: func(p *Peer, topic []byte, on, first bool) {
			b.topics <- fmt.Sprintf("%q %v %v", topic, on, first)
		},
	}
}

// recv takes from c or fails the test.
func recv[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("nothing came within %v", patience)
		panic("unreachable")
	}
}

func listenRouter(t *testing.T, h Handler, o Options) *Listener {
	t.Helper()
	l, err := ListenRouter(t.Context(), "tcp://127.0.0.1:0", h, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(0) })
	return l
}

func listenPub(t *testing.T, h Handler, o Options) *Listener {
	t.Helper()
	l, err := ListenPub(t.Context(), "tcp://127.0.0.1:0", h, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(0) })
	return l
}

func dialDealer(t *testing.T, l *Listener, id string, h Handler) *Peer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return dialed(t)(DialDealer(ctx, l.Endpoint(), []byte(id), h, Options{}))
}

func dialSub(t *testing.T, l *Listener, h Handler, topics ...string) *Peer {
	t.Helper()
	var b [][]byte
	for _, s := range topics {
		b = append(b, []byte(s))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return dialed(t)(DialSub(ctx, l.Endpoint(), b, h, Options{}))
}

func dialed(t *testing.T) func(p *Peer, err error) *Peer {
	return func(p *Peer, err error) *Peer {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close(0); <-p.Done() })
		return p
	}
}

// sample is a message with frames of every class of size: empty, short, long, joined, by reference, larger than buffers.
func sample() Frames {
	f := Frames{[]byte("id"), {}}
	for i, n := range []int{1, 255, 256, smallFrame - 1, smallFrame, joinBelow + 1, 60 << 10, readBuffer, 300 << 10, 3 << 20} {
		f = append(f, bytes.Repeat([]byte{byte(i + 1)}, n))
	}
	return append(f, []byte{})
}

func sameFrames(a, b Frames) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func TestRoundTrip(t *testing.T) {
	for _, endpoint := range []string{"tcp://127.0.0.1:*", "ipc://" + filepath.Join(t.TempDir(), "s"), "tcp://*:0"} {
		t.Run(endpoint[:3], func(t *testing.T) {
			l, err := ListenRouter(t.Context(), endpoint, Handler{Message: func(p *Peer, f Frames) { p.Send(f) }}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close(0)
			in := newInbox()
			p := dialDealer(t, l, "me", in.handler())
			for range 20 {
				if err := p.Send(sample()); err != nil {
					t.Fatal(err)
				}
			}
			for range 20 {
				if f := recv(t, in.messages); !sameFrames(f, sample()) {
					t.Fatal("the message came back changed")
				}
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{})
	binary := string([]byte{1, 0, 255}) + string(bytes.Repeat([]byte("x"), 200))
	for _, id := range []string{"plain", binary, ""} {
		dialDealer(t, l, id, Handler{})
		p := recv(t, in.opened)
		if string(p.Identity()) != id || (id == "") != (p.Identity() == nil) {
			t.Errorf("identity %q, want %q", p.Identity(), id)
		}
	}
	for _, id := range []string{"\x00a", string(make([]byte, 256))} {
		if _, err := DialDealer(t.Context(), l.Endpoint(), []byte(id), Handler{}, Options{}); err == nil {
			t.Errorf("identity %q accepted", id)
		}
	}
}

func TestSubscriptions(t *testing.T) {
	in := newInbox()
	l := listenPub(t, in.handler(), Options{})
	a, b := newInbox(), newInbox()
	pa := dialSub(t, l, a.handler(), "", "status")
	for _, want := range []string{`"" true true`, `"status" true true`} {
		if got := recv(t, in.topics); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	dialSub(t, l, b.handler(), "status")
	if got := recv(t, in.topics); got != `"status" true false` {
		t.Errorf("second subscriber of a topic: %s", got)
	}
	l.Publish(Frames{[]byte("stream"), []byte("1")})
	l.Publish(Frames{[]byte("status.x"), []byte("2")})
	if f := recv(t, a.messages); string(f[1]) != "1" {
		t.Errorf("subscriber of everything got %q", f)
	}
	if f := recv(t, b.messages); string(f[1]) != "2" {
		t.Errorf("subscriber of status got %q", f)
	}
	pa.Close(0)
	got := map[string]bool{recv(t, in.topics): true, recv(t, in.topics): true}
	if !got[`"" false true`] || !got[`"status" false false`] {
		t.Errorf("after a subscriber left: %v", got)
	}
	if err := recv(t, in.closed); err == nil {
		t.Error("no error although the peer left")
	}
}

func TestCloseTells(t *testing.T) {
	in, out := newInbox(), newInbox()
	l := listenRouter(t, in.handler(), Options{})
	p := dialDealer(t, l, "a", out.handler())
	recv(t, in.opened)
	p.Send(Frames{[]byte("last")})
	p.Close(time.Second)
	if f := recv(t, in.messages); string(f[0]) != "last" {
		t.Errorf("got %q", f)
	}
	if err := recv(t, in.closed); !errors.Is(err, io.EOF) {
		t.Errorf("the other side was told %v, want EOF", err)
	}
	if err := recv(t, out.closed); err != nil {
		t.Errorf("own side was told %v", err)
	}
	if err := p.Send(Frames{[]byte("x")}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Send after Close: %v", err)
	}
}

func TestDialGivesUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := DialSub(ctx, "ipc://"+filepath.Join(t.TempDir(), "none"), nil, Handler{}, Options{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestManySenders(t *testing.T) {
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{})
	p := dialDealer(t, l, "a", Handler{})
	const senders, each = 16, 300
	var wg sync.WaitGroup
	for g := range senders {
		wg.Go(func() {
			for i := range each {
				b := bytes.Repeat([]byte{byte(g)}, 1+i*37%20000)
				p.Send(Frames{{byte(g)}, b, {byte(g), byte(i), byte(i >> 8)}})
			}
		})
	}
	next := map[byte]int{}
	for range senders * each {
		f := recv(t, in.messages)
		g, i := f[0][0], int(f[2][1])|int(f[2][2])<<8
		if len(f) != 3 || f[2][0] != g || i != next[g] || len(bytes.Trim(f[1], string(f[0]))) != 0 {
			t.Fatal("frames of two messages were mixed up or came out of order")
		}
		next[g]++
	}
	wg.Wait()
}
