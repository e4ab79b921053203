package wire

import (
	"net"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// rawPeer connects to l with a correct handshake and leaves everything after it to the test.
func rawPeer(t testing.TB, l *Listener, typ zmq4.SocketType, id string) net.Conn {
	t.Helper()
	c := rawConn(t, l)
	if _, err := zmq4.Open(c, null.Security(), typ, zmq4.SocketIdentity(id), false, nil); err != nil {
		t.Fatal(err)
	}
	return c
}

func rawConn(t testing.TB, l *Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// encode is a message as it travels.
func encode(f Frames) []byte {
	var o outbox
	o.message(f)
	var b []byte
	for _, s := range o.segs {
		b = append(b, s...)
	}
	return b
}

// within tells whether f returns in time.
func within(d time.Duration, f func()) bool {
	done := make(chan struct{})
	go func() { f(); close(done) }()
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}

// eventually waits until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}
