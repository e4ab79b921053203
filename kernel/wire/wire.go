// Package wire speaks ZeroMQ: the sockets that a Jupyter kernel binds and the ones that connect to a child kernel.
//
// Start with ListenRouter and ListenPub (what a client connects to) and DialDealer and DialSub (what connects to a
// kernel). Each reports to a Handler; each other side of a connection is a Peer, and Peer.Send never blocks.
//
// Connections are made by transports that are registered with go-zeromq/zmq4 and guard what its code reads; the handshake,
// the security mechanism and the socket types are that library's. Framing and queues are our own, because a proxy must
// see what its sockets hide (peers that come and go, subscriptions, a reconnect under the same identity), must not let
// one slow, silent or malicious peer hold up the others, and must be fast (BenchmarkRelay beside BenchmarkRelayLibrary):
//
//   - every connection has a reading goroutine of its own, which also runs the handler's callbacks, in order;
//   - a message is written from the goroutine that sends it, with one non-blocking system call; what the socket does not
//     take at once is queued, and a goroutine that lives as long as the queue is not empty writes the rest;
//   - what a peer claims (greeting, properties, lengths) is checked before anything believes it, and memory for a frame
//     grows with the bytes that arrived, not with the length that was announced.
//
// Not covered: ZMTP before 3.0, CURVE and PLAIN, socket types other than these four, automatic reconnection.
package wire

import (
	"log/slog"
	"time"
)

// Frames is one multipart message, without the routing identity that ZeroMQ strips or adds on the wire. The slices are
// owned by whoever receives them and must not be changed after they were sent.
type Frames = [][]byte

// Handler is told what happens to the peers of a socket. All callbacks of one peer run on that peer's reading goroutine,
// one after the other: Open, then any number of Message and Subscribe, then Close. They must not block for long, since
// nothing is read from that peer meanwhile, and must not wait for another peer's callback. A nil callback is skipped.
type Handler struct {
	// Open is called after the handshake. With a ROUTER it is called after Close of an older peer that it replaces.
	Open func(p *Peer)
	// Message is called for each message. The frames belong to the callee.
	Message func(p *Peer, f Frames)
	// Close is called exactly once, last. The error is nil when this side closed the peer, io.EOF when the peer left.
	Close func(p *Peer, err error)
	// Subscribe is called by a PUB socket when a peer's subscription begins (on) or ends; first says that the topic had
	// no subscriber before, or has none any more. A peer that leaves ends its subscriptions, before Close.
	Subscribe func(p *Peer, topic []byte, on, first bool)
}

// Limits bound what a peer may make this process hold. Zero means the default.
type Limits struct {
	MaxFrame   int64         // bytes of one frame that is read; 1 GiB
	MaxMessage int64         // bytes of one message that is read; 1 GiB
	MaxFrames  int           // frames of one message that is read; 65,536
	MaxQueued  int64         // bytes waiting for one peer before it is dropped as too slow; 1 GiB
	MaxPeers   int           // connections of a listener, those in their handshake included; 4,096
	MaxTopics  int           // subscriptions of one peer; 1,024
	Handshake  time.Duration // time for the handshake of one connection; 5 s
}

// Options of a socket. The zero value is usable.
type Options struct {
	Limits
	// Logger hears of refused connections and dropped peers; nil means silence.
	Logger *slog.Logger
	// Identity is what a listening socket announces; dialling sockets have theirs as an argument.
	Identity []byte
}

// withDefaults fills in what was left zero.
func (o Options) withDefaults() Options {
	setDefault(&o.MaxFrame, 1<<30)
	setDefault(&o.MaxMessage, 1<<30)
	setDefault(&o.MaxFrames, 1<<16)
	setDefault(&o.MaxQueued, 1<<30)
	setDefault(&o.MaxPeers, 4096)
	setDefault(&o.MaxTopics, 1024)
	setDefault(&o.Handshake, 5*time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func setDefault[T comparable](v *T, d T) {
	if *v == *new(T) {
		*v = d
	}
}
