package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// maxPath is the longest path of a socket file that Linux takes, without its final zero byte. Longer ones fail with an
// error that does not say why.
const maxPath = 107

// splitEndpoint turns a ZeroMQ endpoint into the arguments of net.Listen and net.Dial.
func splitEndpoint(endpoint string) (network, address string, err error) {
	scheme, rest, ok := strings.Cut(endpoint, "://")
	if !ok || rest == "" {
		return "", "", fmt.Errorf("endpoint %q is not of the form tcp://HOST:PORT or ipc://PATH", endpoint)
	}
	switch scheme {
	case "tcp":
		return splitTCP(rest)
	case "ipc":
		if len(rest) > maxPath {
			return "", "", fmt.Errorf("path of %d bytes is too long for a socket (at most %d): %s", len(rest), maxPath, rest)
		}
		return "unix", rest, nil
	}
	return "", "", fmt.Errorf("endpoint %q: transport %q is not supported (tcp and ipc are)", endpoint, scheme)
}

// splitTCP understands ZeroMQ's "*" for every address and for any free port.
func splitTCP(s string) (network, address string, err error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", "", fmt.Errorf("tcp address %q: want HOST:PORT", s)
	}
	if host == "*" {
		host = ""
	}
	if port == "*" {
		port = "0"
	}
	return "tcp", net.JoinHostPort(host, port), nil
}

// listen opens the endpoint. A socket file that nobody answers at is left over from a process that died: it is replaced,
// as libzmq does. Other kinds of files are never touched.
func listen(ctx context.Context, endpoint string) (net.Listener, error) {
	network, address, err := splitEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	named := network == "unix" && !strings.HasPrefix(address, "@")
	if named {
		removeStale(address)
	}
	ln, err := new(net.ListenConfig).Listen(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if named {
		if err := os.Chmod(address, 0o600); err != nil {
			ln.Close()
			return nil, err
		}
	}
	return ln, nil
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

// endpointOf is the inverse of splitEndpoint for an address that is in use.
func endpointOf(a net.Addr) string {
	if a.Network() == "unix" {
		return "ipc://" + a.String()
	}
	return "tcp://" + a.String()
}
