package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

const (
	greetingSize = 64
	maxReady     = 4 << 10 // of the READY command; libzmq's takes under 100 bytes
	maxIdentity  = 255     // ZMTP's own limit
)

// peerTypes are the socket types that zmq4 knows; it panics on any other that a peer announces.
var peerTypes = map[string]bool{
	"PAIR": true, "PUB": true, "SUB": true, "REQ": true, "REP": true, "DEALER": true,
	"ROUTER": true, "PULL": true, "PUSH": true, "XPUB": true, "XSUB": true,
}

// handshake exchanges greetings and READY commands on a connection of our transport, within the limit of o. The guard's
// reader may already hold the beginning of the peer's first message afterwards. The identity is nil when the peer
// announced none.
func handshake(g *guard, typ zmq4.SocketType, id []byte, server bool, o Options) (identity []byte, err error) {
	g.rd.lim = o.Limits
	if err := g.SetDeadline(time.Now().Add(o.Handshake)); err != nil {
		return nil, err
	}
	zc, err := zmq4.Open(g, null.Security(), typ, zmq4.SocketIdentity(id), server, nil)
	if err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	if s := zc.Peer.Meta["Identity"]; s != "" {
		identity = []byte(s)
	}
	return identity, nil
}

// guard is a connection of our transport, and what zmq4 sees of it. It passes on the greeting, the READY command and the
// frames after it only once they are checked, because zmq4 indexes into them and allocates as the peer's lengths say.
// Our own sockets take over its reader after the handshake and cut the frames themselves.
type guard struct {
	net.Conn
	rd       *reader
	greeting int    // bytes of the greeting that zmq4 has not read yet
	ready    []byte // what it has not read of the checked READY command
	done     bool   // READY was checked
	frame    uint64 // bytes of the checked frame, its head included, that zmq4 has not read yet
}

// newGuard gives the connection the default time for the handshake and the default limits.
func newGuard(c net.Conn) *guard {
	o := Options{}.withDefaults()
	c.SetDeadline(time.Now().Add(o.Handshake)) // fails on a connection that is dead, as the first Read will
	return &guard{Conn: c, rd: newReader(c, o.Limits), greeting: greetingSize}
}

func (g *guard) Read(p []byte) (int, error) {
	switch {
	case len(p) == 0:
		return 0, nil
	case g.greeting > 0:
		return g.readGreeting(p)
	case !g.done:
		if err := g.checkReady(); err != nil {
			return 0, err
		}
	}
	if len(g.ready) == 0 {
		return g.readFrame(p)
	}
	n := copy(p, g.ready)
	g.ready = g.ready[n:]
	return n, nil
}

// readGreeting refuses a wrong signature as soon as it is there: a browser or port scanner never sends all 64 bytes.
func (g *guard) readGreeting(p []byte) (int, error) {
	if g.greeting == greetingSize {
		b, err := g.rd.peek(10)
		if err != nil {
			return 0, err
		}
		if b[0] != 0xff || b[9]&1 != 1 {
			return 0, errors.New("peer does not speak ZMTP 3")
		}
	}
	b, err := g.rd.peek(1)
	if err != nil {
		return 0, err
	}
	n := copy(p[:min(len(p), g.greeting)], b)
	g.rd.skip(n)
	g.greeting -= n
	return n, nil
}

// readFrame is for a socket of zmq4's own. It skips commands, which such a socket would hand to its user as messages.
func (g *guard) readFrame(p []byte) (int, error) {
	for g.frame == 0 {
		flags, size, head, err := g.rd.header()
		if err != nil {
			return 0, err
		}
		if flags&flagCommand != 0 {
			if _, err := g.rd.command(flags, size, head); err != nil {
				return 0, err
			}
			continue
		}
		g.rd.bytes = 0 // how much a message may hold is for zmq4's socket to say
		if err := g.rd.allow(size); err != nil {
			return 0, err
		}
		g.frame = uint64(head) + size
	}
	b, err := g.rd.peek(1)
	if err != nil {
		return 0, err
	}
	n := copy(p[:min(uint64(len(p)), g.frame)], b)
	g.rd.skip(n)
	g.frame -= uint64(n)
	return n, nil
}

// checkReady reads one whole command frame.
func (g *guard) checkReady() error {
	flags, size, head, err := g.rd.header()
	if err != nil {
		return err
	}
	if flags&^flagLong != flagCommand || size > maxReady {
		return errors.New("peer sent no READY command")
	}
	b, err := g.rd.peek(head + int(size))
	if err != nil {
		return err
	}
	if err := validReady(b[head : head+int(size)]); err != nil {
		return err
	}
	g.ready = append([]byte(nil), b[:head+int(size)]...)
	g.rd.skip(head + int(size))
	g.done = true
	return g.SetDeadline(time.Time{}) // READY is the last thing that a handshake waits for
}

// validReady checks the body of a READY command: a name, then properties of (name, 4-byte length, value).
func validReady(b []byte) error {
	name, b, ok := cutShort(b)
	if !ok || string(name) != "READY" {
		return errors.New("peer sent no READY command")
	}
	typed := false
	for len(b) > 0 {
		var key []byte
		if key, b, ok = cutShort(b); !ok || !validKey(key) || len(b) < 4 {
			return errors.New("malformed READY command")
		}
		n := binary.BigEndian.Uint32(b)
		if b = b[4:]; uint64(n) > uint64(len(b)) {
			return errors.New("malformed READY command")
		}
		if err := validProperty(string(key), b[:n]); err != nil {
			return err
		}
		typed = typed || string(key) == "Socket-Type"
		b = b[n:]
	}
	if !typed {
		return errors.New("no socket type in READY command")
	}
	return nil
}

// validProperty checks the two properties that are looked at. Names that differ from theirs in case only are refused:
// zmq4 would take some of them for these and others not.
func validProperty(key string, value []byte) error {
	switch {
	case strings.EqualFold(key, "Socket-Type"):
		if key != "Socket-Type" || !peerTypes[string(value)] {
			return errors.New("unknown socket type in READY command")
		}
	case strings.EqualFold(key, "Identity"):
		if key != "Identity" || len(value) > maxIdentity {
			return errors.New("malformed identity in READY command")
		}
	}
	return nil
}

// validKey tells whether b is a property's name as ZMTP defines it.
func validKey(b []byte) bool {
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '-', c == '_', c == '.', c == '+':
		default:
			return false
		}
	}
	return len(b) > 0
}

// cutShort cuts a string that is preceded by its length in one byte.
func cutShort(b []byte) (s, rest []byte, ok bool) {
	if len(b) < 1 || len(b) < 1+int(b[0]) {
		return nil, nil, false
	}
	n := 1 + int(b[0])
	return b[1:n], b[n:], true
}
