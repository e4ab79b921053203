package wire

import (
	"fmt"
	"net"
	"strings"
)

// maxPath is the longest path of a socket file that Linux takes, without its final zero byte. Longer ones fail with an
// error that does not say why.
const maxPath = 107

// splitEndpoint finds the transport of a ZeroMQ endpoint and the address that it takes.
func splitEndpoint(endpoint string) (t transport, address string, err error) {
	scheme, rest, ok := strings.Cut(endpoint, "://")
	if !ok || rest == "" {
		return t, "", fmt.Errorf("endpoint %q is not of the form tcp://HOST:PORT or ipc://PATH", endpoint)
	}
	if t, ok = transports[scheme]; !ok {
		return t, "", fmt.Errorf("endpoint %q: transport %q is not supported (tcp and ipc are)", endpoint, scheme)
	}
	address, err = t.Addr(rest)
	return t, address, err
}

func parsePath(s string) (string, error) {
	if len(s) > maxPath {
		return "", fmt.Errorf("path of %d bytes is too long for a socket (at most %d): %s", len(s), maxPath, s)
	}
	return s, nil
}

// parseTCP understands ZeroMQ's "*" for every address and for any free port.
func parseTCP(s string) (string, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", fmt.Errorf("tcp address %q: want HOST:PORT", s)
	}
	if host == "*" {
		host = ""
	}
	if port == "*" {
		port = "0"
	}
	return net.JoinHostPort(host, port), nil
}

// endpointOf is the inverse of splitEndpoint for an address that is in use.
func endpointOf(a net.Addr) string {
	if a.Network() == "unix" {
		return "ipc://" + a.String()
	}
	return "tcp://" + a.String()
}
