package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"golang.org/x/sys/unix"
)

// One subscriber that does not read must not keep anything from the others.
func TestStalledSubscriber(t *testing.T) {
	pubIn := newInbox()
	l := listenPub(t, pubIn.handler(), Options{})
	stalled := rawPeer(t, l, zmq4.Sub, "")
	stalled.Write([]byte{0, 1, 1})
	recv(t, pubIn.topics)
	in := newInbox()
	dialSub(t, l, in.handler(), "")
	recv(t, pubIn.topics)
	const n = 30000
	body := make([]byte, 1000)
	published := within(patience, func() {
		for range n {
			l.Publish(Frames{[]byte("x"), body})
		}
	})
	if !published {
		t.Fatal("Publish waits for the stalled subscriber")
	}
	for range n {
		recv(t, in.messages)
	}
	dialSub(t, l, newInbox().handler(), "")
	recv(t, pubIn.topics) // a third one can come
	if !within(patience, func() { l.Close(500 * time.Millisecond) }) {
		t.Error("Close waits for the stalled subscriber")
	}
}

// A subscriber that lets more than the cap wait is dropped, alone and with the reason.
func TestSlowSubscriberIsDropped(t *testing.T) {
	pubIn := newInbox()
	l := listenPub(t, pubIn.handler(), Options{Limits: Limits{MaxQueued: 20 << 20}})
	c := rawPeer(t, l, zmq4.Sub, "")
	c.Write([]byte{0, 1, 1})
	recv(t, pubIn.topics)
	in := newInbox()
	dialSub(t, l, in.handler(), "")
	recv(t, pubIn.topics)
	for range 60 {
		l.Publish(Frames{[]byte("x"), make([]byte, 1<<20)})
		recv(t, in.messages)
	}
	if err := recv(t, pubIn.closed); !errors.Is(err, ErrSlow) {
		t.Errorf("dropped with %v", err)
	}
	if n := l.Peers(); n != 1 {
		t.Errorf("%d peers left, want 1", n)
	}
}

// A message larger than the cap may still be sent to a peer that reads.
func TestCapIsNotForOneMessage(t *testing.T) {
	routerIn := newInbox()
	l := listenRouter(t, routerIn.handler(), Options{Limits: Limits{MaxQueued: 1 << 20}})
	in := newInbox()
	dialDealer(t, l, "a", in.handler())
	p := recv(t, routerIn.opened)
	if err := p.Send(Frames{make([]byte, 30<<20)}); err != nil {
		t.Fatal(err)
	}
	if f := recv(t, in.messages); len(f[0]) != 30<<20 {
		t.Errorf("%d bytes came", len(f[0]))
	}
}

// Sending 64 MB to a client that does not read returns at once; other clients and Close do not wait for it.
func TestStalledRouterClient(t *testing.T) {
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{})
	rawPeer(t, l, zmq4.Dealer, "stalled")
	stalled := recv(t, in.opened)
	goodIn := newInbox()
	dialDealer(t, l, "good", goodIn.handler())
	good := recv(t, in.opened)
	if !within(patience, func() { stalled.Send(Frames{make([]byte, 64<<20)}) }) {
		t.Fatal("Send waits for a client that does not read")
	}
	if q := stalled.Queued(); q < 50<<20 {
		t.Errorf("only %d bytes are queued", q)
	}
	good.Send(Frames{[]byte("x")})
	recv(t, goodIn.messages)
	dialDealer(t, l, "third", Handler{})
	recv(t, in.opened)
	if !within(patience, func() { l.Close(300 * time.Millisecond) }) {
		t.Error("Close waits for the stalled client")
	}
}

// What was sent before Close arrives, although the closing side has not read what the peer sent.
func TestCloseWithUnreadInput(t *testing.T) {
	for round := range 20 {
		in := newInbox()
		h := in.handler()
		h.Open = func(p *Peer) { p.Pause(); in.opened <- p }
		l := listenRouter(t, h, Options{})
		out := newInbox()
		p := dialDealer(t, l, "a", out.handler())
		front := recv(t, in.opened)
		const n = 200
		for range n {
			p.Send(Frames{make([]byte, 4000)})
		}
		for range n {
			front.Send(Frames{make([]byte, 4000)})
		}
		if round%2 == 1 {
			front.Close(patience) // a second Close must not cut it short
		}
		if err := l.Close(patience); err != nil {
			t.Fatal(err)
		}
		<-p.Done()
		if got := len(out.messages); got != n {
			t.Fatalf("round %d: %d of %d messages arrived", round, got, n)
		}
	}
}

// Close flushes a long queue to a peer that reads late.
func TestCloseFlushes(t *testing.T) {
	pubIn := newInbox()
	l := listenPub(t, pubIn.handler(), Options{})
	c := rawPeer(t, l, zmq4.Sub, "")
	c.Write([]byte{0, 1, 1})
	recv(t, pubIn.topics)
	const n = 5000
	m := Frames{[]byte("k"), make([]byte, 5000)}
	for range n {
		l.Publish(m)
	}
	got := make(chan int)
	go func() {
		time.Sleep(100 * time.Millisecond)
		c.(*net.TCPConn).CloseWrite() // it has nothing more to say, but still reads
		time.Sleep(100 * time.Millisecond)
		b, _ := io.ReadAll(c)
		c.Close()
		got <- len(b)
	}()
	l.Close(patience)
	if b := <-got; b != n*len(encode(m)) {
		t.Errorf("%d of %d bytes arrived", b, n*len(encode(m)))
	}
}

// A write that fails must not throw away what the peer had sent before it went.
func TestLastWordsAreRead(t *testing.T) {
	in := newInbox()
	h := in.handler()
	h.Open = func(p *Peer) { p.Pause(); in.opened <- p }
	l := listenRouter(t, h, Options{})
	c := rawPeer(t, l, zmq4.Dealer, "a")
	const n = 20
	all := 0
	for i := range n {
		b := encode(Frames{[]byte(fmt.Sprint(i))})
		all += len(b)
		c.Write(b)
	}
	c.(*net.TCPConn).SetLinger(0)
	p := recv(t, in.opened)
	eventually(t, "all of it has arrived", func() bool { return unread(t, p) == all })
	c.Close()
	eventually(t, "a failing write", func() bool { return p.Send(Frames{[]byte("x")}) != nil })
	p.Resume()
	for i := range n {
		if f := recv(t, in.messages); string(f[0]) != fmt.Sprint(i) {
			t.Errorf("got %q, want %d", f[0], i)
		}
	}
	recv(t, in.closed)
}

// unread is how much a peer that was paused from the beginning has sent and was not read by a callback.
func unread(t *testing.T, p *Peer) int {
	t.Helper()
	n := 0
	if err := p.out.raw.Control(func(fd uintptr) {
		n, _, _ = unix.Recvfrom(int(fd), make([]byte, 1<<16), unix.MSG_PEEK|unix.MSG_DONTWAIT)
	}); err != nil {
		t.Fatal(err)
	}
	return max(n, 0) + p.rd.w - p.rd.r // the handshake may have read some
}

// A paused peer's messages wait, in order, and Close does not wait for Resume.
func TestPause(t *testing.T) {
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{})
	p := dialDealer(t, l, "a", Handler{})
	front := recv(t, in.opened)
	front.Pause()
	for i := range 100 {
		p.Send(Frames{{byte(i)}, make([]byte, 100<<10)})
	}
	time.Sleep(50 * time.Millisecond)
	if n := len(in.messages); n > 1 { // it may have been waiting for the first one already
		t.Fatalf("%d messages although paused", n)
	}
	if p.Queued() == 0 {
		t.Error("the sender does not feel that nobody reads")
	}
	front.Resume()
	for i := range 100 {
		if f := recv(t, in.messages); int(f[0][0]) != i {
			t.Fatalf("message %d is %d", i, f[0][0])
		}
	}
	front.Pause()
	p.Send(Frames{{0}})
	if !within(patience, func() { front.Close(0); <-front.Done() }) {
		t.Error("Close waits for Resume")
	}
}

// A peer that rests has sent on what it had before, is read from again afterwards, and does so once.
func TestRest(t *testing.T) {
	const rest = 300 * time.Millisecond
	in := newInbox()
	var times []time.Time
	var left []time.Duration // of the rest, when a message is handled
	l := listenRouter(t, Handler{Message: func(p *Peer, f Frames) {
		times, left = append(times, time.Now()), append(left, p.rest)
		p.SendFrom(p, f)
		if len(times) == 1 {
			p.Rest(rest)
		}
	}}, Options{})
	src := dialDealer(t, l, "src", in.handler())
	for range 3 {
		src.Send(Frames{{1}})
		recv(t, in.messages)
	}
	l.Close(0) // its handler has returned
	if d := times[1].Sub(times[0]); d < rest {
		t.Errorf("the second message was handled after %v: it did not rest", d)
	}
	if left[1] != 0 || left[2] != 0 {
		t.Errorf("it would rest again: %v", left)
	}
}

// A peer that sends on to one that does not read is made to wait itself, and nothing is lost.
func TestThrottle(t *testing.T) {
	sinkIn := newInbox()
	sink := rawPeer(t, listenRouter(t, sinkIn.handler(), Options{}), zmq4.Dealer, "sink")
	target := recv(t, sinkIn.opened)
	l := listenRouter(t, Handler{Message: func(p *Peer, f Frames) {
		target.SendFrom(p, f)
		target.Throttle(p)
	}}, Options{})
	src := dialDealer(t, l, "src", Handler{})
	const n, size = 160, 1 << 20
	for i := range n {
		src.Send(Frames{{byte(i)}, make([]byte, size)})
	}
	held := func() bool { // not how much waits: the socket may take some more after that
		target.mu.Lock()
		defer target.mu.Unlock()
		return len(target.held) > 0
	}
	eventually(t, "the source is held back", held)
	time.Sleep(200 * time.Millisecond)
	if q := target.Queued(); q > throttleAt+2*size || src.Queued() == 0 {
		t.Errorf("%d bytes wait here, %d with the source", q, src.Queued())
	}
	rd := newReader(sink, Options{}.withDefaults().Limits)
	for i := range n {
		if f, _, err := rd.next(); err != nil || len(f) != 2 || f[0][0] != byte(i) || len(f[1]) != size {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	for range n { // more than it takes to be held back, towards one that goes away
		src.Send(Frames{{0}, make([]byte, size)})
	}
	eventually(t, "the source is held back again", held)
	sink.Close()
	eventually(t, "it is let go", func() bool { return src.Queued() == 0 })
}

// SendFrom keeps its order with Send, and what it joined is written when the source has nothing more.
func TestSendFrom(t *testing.T) {
	out := newInbox()
	var target *Peer
	sinkIn := newInbox()
	sink := listenRouter(t, sinkIn.handler(), Options{})
	dialDealer(t, sink, "sink", out.handler())
	target = recv(t, sinkIn.opened)
	l := listenRouter(t, Handler{Message: func(p *Peer, f Frames) {
		if f[0][0]%10 == 9 {
			target.Send(f)
		} else {
			target.SendFrom(p, f)
		}
	}}, Options{})
	c := rawPeer(t, l, zmq4.Dealer, "src")
	var all []byte
	const n = 3001 // the last one is not followed by a Send
	for i := range n {
		body := make([]byte, i*131%9000)
		all = append(all, encode(Frames{{byte(i % 100)}, []byte(fmt.Sprint(i)), body})...)
	}
	go io.Copy(c, bytes.NewReader(all))
	for i := range n {
		if f := recv(t, out.messages); string(f[1]) != fmt.Sprint(i) || len(f[2]) != i*131%9000 {
			t.Fatalf("message %d is %q", i, f[1])
		}
	}
}
