package wire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// jupyterMessage has seven frames of the usual sizes: topic, delimiter, signature, header, parent, metadata, content.
func jupyterMessage() Frames {
	var f Frames
	for _, n := range []int{38, 9, 64, 220, 220, 2, 120} {
		f = append(f, bytes.Repeat([]byte("x"), n))
	}
	return f
}

// cpu is the time that this process has used.
func cpu() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// pump writes count copies of message to dst, some at a time, and waits until src has brought as many bytes.
func pump(b *testing.B, dst io.Writer, src io.Reader, message []byte, count int) {
	const batch = 16
	chunk := bytes.Repeat(message, batch)
	start, startCPU := time.Now(), cpu()
	b.ResetTimer()
	go func() {
		for left := count; left > 0; left -= batch {
			if _, err := dst.Write(chunk[:min(left, batch)*len(message)]); err != nil {
				b.Error(err)
				return
			}
		}
	}()
	buf := make([]byte, 256<<10)
	for got := 0; got < count*len(message); {
		n, err := src.Read(buf)
		if got += n; err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(count)/time.Since(start).Seconds(), "msg/s")
	b.ReportMetric(float64((cpu()-startCPU).Nanoseconds())/1e3/float64(count), "cpu-us/msg")
}

// acceptOne listens on loopback and hands over the first connection.
func acceptOne(b *testing.B) (addr string, accepted chan net.Conn) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	accepted = make(chan net.Conn, 1)
	go func() {
		c, err := ln.Accept()
		if err == nil {
			accepted <- c
		}
		ln.Close()
	}()
	return ln.Addr().String(), accepted
}

func dialTCP(b *testing.B, addr string) net.Conn {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c
}

// The CPU time of all these is that of the whole process: publisher, relay and subscriber.

// BenchmarkSplice is what any hop costs: bytes from one TCP connection to another.
func BenchmarkSplice(b *testing.B) {
	addrIn, in := acceptOne(b)
	addrOut, out := acceptOne(b)
	src, dst := dialTCP(b, addrIn), dialTCP(b, addrOut)
	from, to := <-in, <-out
	defer from.Close()
	defer to.Close()
	go io.Copy(to, from)
	message := encode(jupyterMessage())
	b.SetBytes(int64(len(message)))
	pump(b, src, dst, message, b.N)
}

// subscriber is a client's connection to a bound PUB socket, its subscription sent.
func subscriber(b *testing.B, addr string) net.Conn {
	c := dialTCP(b, addr)
	if _, err := zmq4.Open(c, null.Security(), zmq4.Sub, nil, false, nil); err != nil {
		b.Fatal(err)
	}
	c.Write([]byte{0, 1, 1})
	return c
}

// publisher is where a SUB socket can connect to, and the connection from it.
func publisher(b *testing.B) (addr string, opened <-chan net.Conn) {
	addr, accepted := acceptOne(b)
	kernel := make(chan net.Conn, 1)
	go func() {
		c := <-accepted
		if _, err := zmq4.Open(c, null.Security(), zmq4.Pub, nil, true, nil); err != nil {
			b.Error(err)
		}
		kernel <- c
	}()
	return addr, kernel
}

// pumpMessages sends messages of Jupyter's size from the publisher to the subscriber, through what is between them.
func pumpMessages(b *testing.B, opened <-chan net.Conn, client net.Conn) {
	time.Sleep(50 * time.Millisecond) // for the subscriptions
	message := encode(jupyterMessage())
	b.SetBytes(int64(len(message)))
	k := <-opened
	defer k.Close()
	pump(b, k, client, message, b.N)
}

func benchmarkRelay(b *testing.B, relay func(pub *Listener, src *Peer, f Frames)) {
	pub, err := ListenPub(b.Context(), "tcp://127.0.0.1:0", Handler{}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer pub.Close(0)
	client := subscriber(b, pub.ln.Addr().String())
	addr, opened := publisher(b)
	sub, err := DialSub(b.Context(), "tcp://"+addr, [][]byte{{}}, Handler{Message: func(p *Peer, f Frames) { relay(pub, p, f) }}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer sub.Close(0)
	pumpMessages(b, opened, client)
}

// BenchmarkRelayLibrary is the same with zmq4's own sockets over our transport.
func BenchmarkRelayLibrary(b *testing.B) {
	b.ReportAllocs()
	pub, sub := zmq4.NewPub(b.Context()), zmq4.NewSub(b.Context())
	if err := pub.Listen("guarded+tcp://127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	defer pub.Close()
	client := subscriber(b, pub.Addr().String())
	addr, opened := publisher(b)
	if err := errors.Join(sub.SetOption(zmq4.OptionSubscribe, ""), sub.Dial("guarded+tcp://"+addr)); err != nil {
		b.Fatal(err)
	}
	defer sub.Close()
	go func() {
		for {
			m, err := sub.Recv()
			if err != nil || pub.SendMulti(m) != nil {
				return
			}
		}
	}()
	pumpMessages(b, opened, client)
}

// BenchmarkRelay is the proxy's iopub without the proxy: SUB to PUB, joined writes.
func BenchmarkRelay(b *testing.B) {
	b.ReportAllocs()
	benchmarkRelay(b, func(pub *Listener, src *Peer, f Frames) { pub.PublishFrom(src, f) })
}

// BenchmarkRelayEach writes each message by itself.
func BenchmarkRelayEach(b *testing.B) {
	b.ReportAllocs()
	benchmarkRelay(b, func(pub *Listener, src *Peer, f Frames) { pub.Publish(f) })
}

// BenchmarkRelayLarge relays messages of 1 MB.
func BenchmarkRelayLarge(b *testing.B) {
	in, out := newBench(b)
	big := Frames{[]byte("topic"), make([]byte, 1<<20)}
	b.SetBytes(1 << 20)
	start := time.Now()
	for b.Loop() {
		in.Send(big)
		<-out
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "MB/s-1MB")
}

// BenchmarkRoundTrip is one message there and back between two goroutines that wait for each other.
func BenchmarkRoundTrip(b *testing.B) {
	in, out := newBench(b)
	f := jupyterMessage()
	b.ReportAllocs()
	for b.Loop() {
		in.Send(f)
		<-out
	}
}

// newBench returns a DEALER whose messages a ROUTER sends back, and what comes back.
func newBench(b *testing.B) (*Peer, <-chan Frames) {
	l, err := ListenRouter(b.Context(), "tcp://127.0.0.1:0", Handler{Message: func(p *Peer, f Frames) { p.SendFrom(p, f) }}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	out := make(chan Frames, 1)
	p, err := DialDealer(b.Context(), l.Endpoint(), nil, Handler{Message: func(_ *Peer, f Frames) { out <- f }}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close(0); <-p.Done(); l.Close(0) })
	return p, out
}
