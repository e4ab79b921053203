package wire

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
	driver "github.com/go-zeromq/zmq4/transport"
)

// acceptPause is how long accepting rests after an error, of which running out of file descriptors is the usual one.
const acceptPause = 50 * time.Millisecond

// transport is how connections come to be, of both kinds, ours to others and theirs to us. It is registered with zmq4
// beside that library's own tcp and ipc: what zmq4's code reads comes through a guard, and its accept loop cannot spin.
type transport struct {
	network string // of package net
	parse   func(string) (string, error)
}

// transports by the scheme of an endpoint.
var transports = map[string]transport{
	"tcp": register("guarded+tcp", transport{"tcp", parseTCP}),
	"ipc": register("guarded+ipc", transport{"unix", parsePath}),
}

// register makes t known to zmq4. It can only fail if the name is taken.
func register(name string, t transport) transport {
	if err := zmq4.RegisterTransport(name, t); err != nil {
		panic(err)
	}
	return t
}

// Addr turns what follows the scheme of an endpoint into an address of package net.
func (t transport) Addr(rest string) (string, error) { return t.parse(rest) }

// Dial connects once.
func (t transport) Dial(ctx context.Context, d driver.Dialer, address string) (net.Conn, error) {
	c, err := d.DialContext(ctx, t.network, address)
	if err != nil {
		return nil, err
	}
	return newGuard(c), nil
}

// Listen opens an address. A socket file that nobody answers at is left over from a process that died: it is replaced,
// as libzmq does. Other kinds of files are never touched.
func (t transport) Listen(ctx context.Context, address string) (net.Listener, error) {
	named := t.network == "unix" && !strings.HasPrefix(address, "@")
	if named {
		removeStale(address)
	}
	ln, err := new(net.ListenConfig).Listen(ctx, t.network, address)
	if err != nil {
		return nil, err
	}
	if named {
		if err := os.Chmod(address, 0o600); err != nil {
			ln.Close()
			return nil, err
		}
	}
	return &guardedListener{Listener: ln, done: make(chan struct{})}, nil
}

// removeStale removes the socket file at path if connecting to it is refused.
func removeStale(path string) {
	if fi, err := os.Lstat(path); err != nil || fi.Mode()&os.ModeSocket == 0 {
		return
	}
	c, err := net.DialTimeout("unix", path, 100*time.Millisecond)
	if err == nil {
		c.Close()
	} else if errors.Is(err, syscall.ECONNREFUSED) {
		os.Remove(path)
	}
}

// guardedListener accepts connections under guard.
type guardedListener struct {
	net.Listener
	done chan struct{} // closed by Close, which must be called once
}

// Accept returns a *guard. After an error it rests before it returns, unless the listener is closed: callers try again.
func (l *guardedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		return newGuard(c), nil
	}
	if !errors.Is(err, net.ErrClosed) {
		select {
		case <-time.After(acceptPause):
		case <-l.done:
		}
	}
	return nil, err
}

func (l *guardedListener) Close() error {
	close(l.done)
	return l.Listener.Close()
}
