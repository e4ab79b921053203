package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// greeting is a correct one for the NULL mechanism.
func greeting() []byte {
	g := make([]byte, greetingSize)
	g[0], g[9], g[10] = 0xff, 0x7f, 3
	copy(g[12:], "NULL")
	return g
}

// command is a frame with a command in it.
func command(name string, body ...byte) []byte {
	b := append([]byte{byte(len(name))}, name...)
	b = append(b, body...)
	return append([]byte{flagCommand, byte(len(b))}, b...)
}

func property(key, value string) []byte {
	b := append([]byte{byte(len(key))}, key...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}

func long(flags byte, size uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{flags | flagLong}, size)
}

// malformed is what would crash or hold up go-zeromq/zmq4 on a connection without guard.
func malformed() map[string][]byte {
	ready := command("READY", property("Socket-Type", "DEALER")...)
	version2 := greeting()
	version2[10] = 1
	curve := greeting()
	copy(curve[12:], "CURVE")
	return map[string][]byte{
		"HTTP":                       []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		"zeros":                      make([]byte, 100),
		"version 1":                  version2,
		"other mechanism":            curve,
		"no command":                 append(greeting(), 0, 5, 'h', 'e', 'l', 'l', 'o'),
		"command without name":       append(greeting(), flagCommand, 0),
		"name longer than command":   append(greeting(), flagCommand, 2, 9, 'R'),
		"other command":              append(greeting(), command("HELLO")...),
		"command with more":          append(greeting(), flagCommand|flagMore, 0),
		"READY without type":         append(greeting(), command("READY")...),
		"READY of 2^62 bytes":        append(greeting(), long(flagCommand, 1<<62)...),
		"truncated property":         append(greeting(), command("READY", 4, 'a', 'b', 'c', 'd')...),
		"property of 2^31 bytes":     append(greeting(), command("READY", 1, 'a', 0x80, 0, 0, 0)...),
		"property longer than READY": append(greeting(), command("READY", 1, 'a', 0, 0, 0, 9, 'x')...),
		"empty property name":        append(greeting(), command("READY", 0, 0, 0, 0, 0)...),
		"name of 255 bytes":          append(greeting(), command("READY", 255, 'a')...),
		"name not ASCII":             append(greeting(), command("READY", property("\xff\xfe", "x")...)...),
		"unknown socket type":        append(greeting(), command("READY", property("Socket-Type", "KING")...)...),
		"type under another case":    append(greeting(), command("READY", property("socket-type", "DEALER")...)...),
		"type that does not match":   append(greeting(), command("READY", property("Socket-Type", "SUB")...)...),
		"frame of 2^62 bytes":        append(append(greeting(), ready...), long(0, 1<<62)...),
		"frame of 2^64-1 bytes":      append(append(greeting(), ready...), long(0, 1<<64-1)...),
		"command of 2^62 bytes":      append(append(greeting(), ready...), long(flagCommand, 1<<62)...),
		"unknown flags":              append(append(greeting(), ready...), 0x80, 0),
		"malformed PING":             append(append(greeting(), ready...), command("PING", 0)...),
		"command of no bytes":        append(append(greeting(), ready...), flagCommand, 0),
	}
}

// After each of these the connection must be closed and the next peer served.
func TestMalformed(t *testing.T) {
	l := listenRouter(t, Handler{}, Options{Limits: Limits{Handshake: time.Hour}}) // it is not the time that ends them
	for name, b := range malformed() {
		t.Run(name, func(t *testing.T) {
			c := rawConn(t, l)
			c.Write(b)
			c.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection is still open")
			}
		})
	}
	eventually(t, "all are gone", func() bool { return l.Peers() == 0 })
	dialDealer(t, l, "good", Handler{})
	eventually(t, "a good one is served", func() bool { return l.Peers() == 1 })
}

// Connections that say nothing, or stop in the middle, hold up nobody and are closed in time.
func TestSilentConnections(t *testing.T) {
	silent := func(l *Listener) (all []net.Conn) {
		for _, b := range [][]byte{nil, greeting()[:1], greeting()[:10], greeting(), append(greeting(), 4)} {
			c := rawConn(t, l)
			c.Write(b)
			all = append(all, c)
		}
		return all
	}
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{Limits: Limits{Handshake: time.Hour}})
	n := len(silent(l))
	dialDealer(t, l, "good", Handler{})
	recv(t, in.opened)
	l.mu.Lock()
	if len(l.opening) != n {
		t.Errorf("a good client had to wait until %d of %d silent connections had ended", n-len(l.opening), n)
	}
	l.mu.Unlock()
	l = listenRouter(t, Handler{}, Options{Limits: Limits{Handshake: 300 * time.Millisecond}})
	for i, c := range silent(l) {
		c.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("connection %d is still open", i)
		}
	}
}

func TestMaxPeers(t *testing.T) {
	l := listenRouter(t, Handler{}, Options{Limits: Limits{MaxPeers: 2, Handshake: time.Hour}})
	a := dialDealer(t, l, "a", Handler{})
	dialDealer(t, l, "b", Handler{})
	c := rawConn(t, l)
	c.SetReadDeadline(time.Now().Add(patience))
	if n, err := io.Copy(io.Discard, c); n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a third connection was let in (%d bytes, %v)", n, err)
	}
	a.Close(0)
	dialDealer(t, l, "c", Handler{})
}

func TestReadLimits(t *testing.T) {
	lim := Limits{MaxFrame: 100 << 10, MaxMessage: 150 << 10, MaxFrames: 10}
	tests := []struct {
		name string
		f    Frames
		ok   bool
	}{
		{"largest frame", Frames{make([]byte, 100<<10)}, true},
		{"frame too large", Frames{make([]byte, 100<<10+1)}, false},
		{"largest message", Frames{make([]byte, 75<<10), make([]byte, 75<<10)}, true},
		{"message too large", Frames{make([]byte, 75<<10), make([]byte, 75<<10), {1}}, false},
		{"as many frames as allowed", make(Frames, 10), true},
		{"too many frames", make(Frames, 11), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := newInbox()
			l := listenRouter(t, in.handler(), Options{Limits: lim})
			p := dialDealer(t, l, "a", Handler{})
			p.Send(tt.f)
			if tt.ok {
				if f := recv(t, in.messages); !sameFrames(f, tt.f) {
					t.Error("the message changed")
				}
				return
			}
			if err := recv(t, in.closed); err == nil || !strings.Contains(err.Error(), "refused") {
				t.Errorf("closed with %v", err)
			}
		})
	}
}

// libzmq drops a peer that does not answer its PING; the answer carries the PING's context and never stands inside
// a frame. A PING may come between the frames of a message.
func TestPing(t *testing.T) {
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{})
	c := rawPeer(t, l, zmq4.Dealer, "a")
	c.Write([]byte{flagMore, 1, 'x'})
	c.Write(command("PING", 0, 10, 'c', 't', 'x'))
	c.Write(command("FUTURE", 1, 2, 3))
	c.Write([]byte{0, 1, 'y'})
	want := command("PONG", 'c', 't', 'x')
	got := make([]byte, len(want))
	c.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	if f := recv(t, in.messages); !sameFrames(f, Frames{[]byte("x"), []byte("y")}) {
		t.Errorf("message around the PING is %q", f)
	}
}

// ZMTP 3.1 subscribes with commands.
func TestSubscribeCommand(t *testing.T) {
	in := newInbox()
	l := listenPub(t, in.handler(), Options{Limits: Limits{MaxTopics: 2}})
	c := rawPeer(t, l, zmq4.Sub, "")
	c.Write(command("SUBSCRIBE", 'a'))
	c.Write(command("SUBSCRIBE", 'b'))
	c.Write(command("SUBSCRIBE", 'a'))
	c.Write(command("CANCEL", 'a'))
	c.Write([]byte{0, 2, 0, 'z'}) // never subscribed to
	c.Write([]byte{0, 2, 1, 'c'})
	for _, want := range []string{`"a" true true`, `"b" true true`, `"a" false true`, `"c" true true`} {
		if got := recv(t, in.topics); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	c.Write([]byte{0, 2, 1, 'd'}) // one too many
	recv(t, in.topics)
	recv(t, in.topics)
	if err := recv(t, in.closed); err == nil || !strings.Contains(err.Error(), "subscriptions") {
		t.Errorf("closed with %v", err)
	}
}

// A peer that comes back under its identity replaces the one that is still there: only the newest gets what is sent, and
// the handler hears of the old one's end first.
func TestIdentityTakeover(t *testing.T) {
	events := make(chan string, 100)
	in := newInbox()
	h := Handler{
		Open:  func(p *Peer) { events <- "open"; in.opened <- p },
		Close: func(p *Peer, err error) { events <- "close"; in.closed <- err },
	}
	l := listenRouter(t, h, Options{})
	a, b := newInbox(), newInbox()
	dialDealer(t, l, "same", a.handler())
	recv(t, in.opened)
	dialDealer(t, l, "same", b.handler())
	p := recv(t, in.opened)
	if err := recv(t, in.closed); !errors.Is(err, ErrReplaced) {
		t.Errorf("the old one ended with %v", err)
	}
	for _, want := range []string{"open", "close", "open"} {
		if got := recv(t, events); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	p.Send(Frames{[]byte("x")})
	recv(t, b.messages)
	recv(t, a.closed)
	if len(a.messages) != 0 || l.Peers() != 1 {
		t.Errorf("the old one got %d messages; %d peers", len(a.messages), l.Peers())
	}
	dialDealer(t, l, "", Handler{})
	dialDealer(t, l, "", Handler{})
	eventually(t, "anonymous peers live side by side", func() bool { return l.Peers() == 3 })
}

// What a client sent before it came back under the same identity is handled, before anything from its new connection.
func TestTakeoverKeepsOrder(t *testing.T) {
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{})
	for round := range 50 {
		for i := range 3 {
			p := dialDealer(t, l, "same", Handler{})
			p.Send(Frames{{byte(i)}, make([]byte, 200<<10)})
			if i < 2 {
				recv(t, in.opened)
			}
			p.Close(time.Second)
		}
		for i := range 3 {
			if f := recv(t, in.messages); int(f[0][0]) != i {
				t.Fatalf("round %d: message %d is %d", round, i, f[0][0])
			}
		}
		recv(t, in.opened)
	}
}

// A connection whose handshake ends late does not replace one that was accepted after it.
func TestLateHandshake(t *testing.T) {
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{})
	late := rawConn(t, l)
	late.Write(greeting())
	io.ReadFull(late, make([]byte, greetingSize))
	newer := newInbox()
	dialDealer(t, l, "same", newer.handler())
	p := recv(t, in.opened)
	late.Write(command("READY", append(property("Socket-Type", "DEALER"), property("Identity", "same")...)...))
	late.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, late); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the older connection is still open")
	}
	p.Send(Frames{[]byte("x")})
	recv(t, newer.messages)
	if len(in.opened) != 0 || len(in.closed) != 0 {
		t.Error("the handler heard of the older connection")
	}
}

func TestStaleSocketFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	l, err := ListenRouter(t.Context(), "ipc://"+path, Handler{}, Options{})
	if err != nil {
		t.Fatalf("a socket file left over by a dead process: %v", err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	if second, err := ListenRouter(t.Context(), "ipc://"+path, Handler{}, Options{}); err == nil {
		second.Close(0)
		t.Error("two sockets at one path")
	}
	if l.Endpoint() != "ipc://"+path || l.Port() != 0 {
		t.Errorf("endpoint %s, port %d", l.Endpoint(), l.Port())
	}
	l.Close(0)
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is still there after Close")
	}
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ListenRouter(t.Context(), "ipc://"+path, Handler{}, Options{}); err == nil {
		t.Error("a file that is no socket was replaced")
	}
	if b, _ := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("the file now says %q", b)
	}
}

func TestEndpoints(t *testing.T) {
	for _, bad := range []string{"", "tcp", "tcp://", "tcp://localhost", "udp://x:1", "ipc://" + strings.Repeat("x", 108), "tcp://127.0.0.1:x"} {
		if l, err := ListenRouter(t.Context(), bad, Handler{}, Options{}); err == nil {
			l.Close(0)
			t.Errorf("%q accepted", bad)
		}
	}
}
