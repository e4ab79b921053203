package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
)

// dialPause is the time between attempts to connect: a kernel that starts binds its sockets at an unknown moment, and
// this is all the delay that a proxy adds to it.
const dialPause = 5 * time.Millisecond

// DialDealer connects a DEALER socket that announces identity (nil: none), trying until it succeeds or ctx is done.
// After that ctx has no influence. There is no reconnection: Handler.Close tells that the other side has gone.
func DialDealer(ctx context.Context, endpoint string, identity []byte, h Handler, o Options) (*Peer, error) {
	return dial(ctx, endpoint, zmq4.Dealer, identity, nil, h, o)
}

// DialSub connects a SUB socket and subscribes it to topics, as DialDealer does.
func DialSub(ctx context.Context, endpoint string, topics [][]byte, h Handler, o Options) (*Peer, error) {
	return dial(ctx, endpoint, zmq4.Sub, nil, topics, h, o)
}

func dial(ctx context.Context, endpoint string, typ zmq4.SocketType, id []byte, topics [][]byte, h Handler, o Options) (*Peer, error) {
	t, address, err := splitEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	if len(id) > maxIdentity || len(id) > 0 && id[0] == 0 {
		return nil, fmt.Errorf("identity %x: must have at most 255 bytes and not begin with a zero", id)
	}
	o = o.withDefaults()
	for {
		p, err := connect(ctx, t, address, typ, id, h, o)
		if err == nil {
			for _, t := range topics {
				p.Send(Frames{append([]byte{1}, t...)})
			}
			go p.run()
			return p, nil
		}
		pause := dialPause
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
			pause = acceptPause // no descriptors: many may be waiting for one
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, fmt.Errorf("connecting to %s: %v: %w", endpoint, err, context.Cause(ctx))
		}
	}
}

// connect is one attempt.
func connect(ctx context.Context, t transport, address string, typ zmq4.SocketType, id []byte, h Handler, o Options) (*Peer, error) {
	conn, err := t.Dial(ctx, new(net.Dialer), address)
	if err != nil {
		return nil, err
	}
	c := conn.(*guard)
	stop := context.AfterFunc(ctx, func() { c.Close() })
	peerID, err := handshake(c, typ, id, false, o)
	if stop() && err == nil {
		return newPeer(c, peerID, h, o), nil
	}
	c.Close()
	if err == nil {
		err = context.Cause(ctx)
	}
	return nil, err
}
