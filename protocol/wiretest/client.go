package wiretest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// Client is a Jupyter client: five sockets, the DEALERs under one identity, as jupyter_client has them.
type Client struct {
	Session string
	signer  *protocol.Signer
	peers   map[string]*wire.Peer

	mu    sync.Mutex
	boxes map[string]*box
}

// box holds what came on a channel.
type box struct {
	messages []wire.Frames
	more     chan struct{} // signalled when something came
}

// Dial connects all five channels.
func Dial(ctx context.Context, cf protocol.ConnectionFile) (*Client, error) {
	s, err := protocol.NewSigner(cf.SignatureScheme, []byte(cf.Key))
	if err != nil {
		return nil, err
	}
	s.RefuseDuplicates(1 << 16)
	c := &Client{Session: protocol.NewID(), signer: s, peers: map[string]*wire.Peer{}, boxes: map[string]*box{}}
	for _, ch := range []string{protocol.Shell, protocol.Control, protocol.Stdin, protocol.IOPub, protocol.HB} {
		b := &box{more: make(chan struct{}, 1)}
		c.boxes[ch] = b
		h := wire.Handler{Message: func(_ *wire.Peer, f wire.Frames) { c.put(b, f) }}
		var p *wire.Peer
		if ch == protocol.IOPub {
			p, err = wire.DialSub(ctx, cf.Endpoint(ch), [][]byte{{}}, h, wire.Options{})
		} else {
			p, err = wire.DialDealer(ctx, cf.Endpoint(ch), c.identity(ch), h, wire.Options{})
		}
		if err != nil {
			c.Close()
			return nil, err
		}
		c.peers[ch] = p
	}
	return c, nil
}

func (c *Client) identity(channel string) []byte {
	if channel == protocol.HB {
		return nil
	}
	return []byte(c.Session)
}

// Close ends all connections.
func (c *Client) Close() {
	for _, p := range c.peers {
		p.Close(time.Second)
	}
	for _, p := range c.peers {
		<-p.Done()
	}
}

func (c *Client) put(b *box, f wire.Frames) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b.messages = append(b.messages, f)
	select {
	case b.more <- struct{}{}:
	default:
	}
}

// next takes the oldest message of a channel.
func (c *Client) next(channel string, timeout time.Duration) (wire.Frames, error) {
	b := c.boxes[channel]
	late := time.After(timeout)
	for {
		c.mu.Lock()
		if len(b.messages) > 0 {
			f := b.messages[0]
			b.messages = b.messages[1:]
			c.mu.Unlock()
			return f, nil
		}
		c.mu.Unlock()
		select {
		case <-b.more:
		case <-late:
			return nil, fmt.Errorf("nothing on %s within %v", channel, timeout)
		}
	}
}

// Send sends a request and returns it. The content is JSON; change lets a test alter the message before it is signed.
func (c *Client) Send(channel, msgType string, content []byte, change ...func(*protocol.Message)) *protocol.Message {
	m := protocol.New(protocol.NewHeader(msgType, c.Session, "username"), nil, content)
	for _, f := range change {
		f(m)
	}
	c.signer.SignMessage(m)
	c.peers[channel].Send(m.Frames())
	return m
}

// SendFrames sends anything.
func (c *Client) SendFrames(channel string, f wire.Frames) error { return c.peers[channel].Send(f) }

// Recv returns the next message of a channel, which must be well signed and not a repetition.
func (c *Client) Recv(channel string, timeout time.Duration) (*protocol.Message, error) {
	f, err := c.next(channel, timeout)
	if err != nil {
		return nil, err
	}
	m, err := protocol.Parse(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", channel, err)
	}
	return m, c.signer.Verify(m)
}

// RecvType skips messages of a channel until one has the type.
func (c *Client) RecvType(channel, msgType string, timeout time.Duration) (*protocol.Message, error) {
	end := time.Now().Add(timeout)
	for {
		m, err := c.Recv(channel, time.Until(end))
		if err != nil {
			return nil, fmt.Errorf("waiting for %s: %w", msgType, err)
		}
		if h, err := protocol.DecodeHeader(m.Header); err == nil && h.MsgType == msgType {
			return m, nil
		}
	}
}

// Ready asks for kernel_info until it is answered and iopub speaks, as clients do at start, and forgets what came.
func (c *Client) Ready(timeout time.Duration) error {
	end := time.Now().Add(timeout)
	for time.Now().Before(end) {
		c.Send(protocol.Shell, "kernel_info_request", []byte("{}"))
		_, err1 := c.RecvType(protocol.Shell, "kernel_info_reply", 500*time.Millisecond)
		_, err2 := c.Recv(protocol.IOPub, 200*time.Millisecond)
		if err1 == nil && err2 == nil {
			c.settle()
			return nil
		}
	}
	return errors.New("kernel does not get ready")
}

// settle drops what still comes of earlier requests.
func (c *Client) settle() {
	for {
		_, err1 := c.next(protocol.IOPub, 100*time.Millisecond)
		_, err2 := c.next(protocol.Shell, 0)
		if err1 != nil && err2 != nil {
			return
		}
	}
}

// Ping sends a heartbeat and waits for its echo.
func (c *Client) Ping(timeout time.Duration) error {
	c.peers[protocol.HB].Send(wire.Frames{{}, []byte("ping")})
	f, err := c.next(protocol.HB, timeout)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(f, wire.Frames{{}, []byte("ping")}, func(a, b []byte) bool { return string(a) == string(b) }) {
		return fmt.Errorf("heartbeat came back as %q", f)
	}
	return nil
}
