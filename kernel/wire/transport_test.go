package wire

import (
	"context"
	"io"
	"log"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// zmq4's own sockets over our transports: what kills or wedges them over tcp and ipc does not reach them.
func TestLibrarySockets(t *testing.T) {
	for scheme, address := range map[string]string{"guarded+tcp": "127.0.0.1:0", "guarded+ipc": filepath.Join(t.TempDir(), "s")} {
		t.Run(scheme, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			quiet := zmq4.WithLogger(log.New(io.Discard, "", 0))
			router := zmq4.NewRouter(ctx, quiet)
			if err := router.Listen(scheme + "://" + address); err != nil {
				t.Fatal(err)
			}
			defer router.Close()
			bound := router.Addr()
			for name, b := range malformed() {
				c, err := net.Dial(bound.Network(), bound.String())
				if err != nil {
					t.Fatalf("after %s: %v", name, err)
				}
				c.Write(b)
				c.Close()
			}
			dealer := zmq4.NewDealer(ctx, zmq4.WithID(zmq4.SocketIdentity("me")), quiet)
			defer dealer.Close()
			if err := dealer.Dial(scheme + "://" + bound.String()); err != nil {
				t.Fatal(err)
			}
			echo(t, dealer, router)
		})
	}
}

// echo sends a message through both sockets and back.
func echo(t *testing.T, dealer, router zmq4.Socket) {
	t.Helper()
	if err := dealer.SendMulti(zmq4.NewMsgFrom(sample()...)); err != nil {
		t.Fatal(err)
	}
	m, err := router.Recv()
	if err != nil || len(m.Frames) < 2 || string(m.Frames[0]) != "me" {
		t.Fatalf("the router received %q, %v", m.Frames, err)
	}
	if err := router.SendMulti(m); err != nil {
		t.Fatal(err)
	}
	if m, err = dealer.Recv(); err != nil || !sameFrames(m.Frames, sample()) {
		t.Fatalf("the echo is %q, %v", m.Frames, err)
	}
}

func TestTransportsAreRegistered(t *testing.T) {
	for _, name := range []string{"guarded+tcp", "guarded+ipc"} {
		if !slices.Contains(zmq4.Transports(), name) {
			t.Errorf("zmq4 knows %q, not %s", zmq4.Transports(), name)
		}
	}
}

// failing is a listener without descriptors.
type failing struct{ net.Listener }

func (failing) Accept() (net.Conn, error) { return nil, io.ErrNoProgress }
func (failing) Close() error              { return nil }

// zmq4 calls Accept again at once, whatever it returned.
func TestAcceptRests(t *testing.T) {
	l := &guardedListener{Listener: failing{}, done: make(chan struct{})}
	start := time.Now()
	if _, err := l.Accept(); err != io.ErrNoProgress || time.Since(start) < acceptPause {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	l.Close()
}
