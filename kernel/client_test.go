package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

const patience = 45 * time.Second // a busy machine takes many seconds to start a Python

// client is a Jupyter client that a test drives.
type client struct {
	t     testing.TB
	name  string
	file  protocol.ConnectionFile
	face  *protocol.Signer
	peers map[string]*wire.Peer
	inbox map[string]chan *got
	early map[string][]*got // read while looking for something else

	mu  sync.Mutex
	all []*got // everything that ever came
}

// got is a message that arrived.
type got struct {
	head, parent protocol.Header
	msg          *protocol.Message
	frames       wire.Frames
}

// content is the message's content with sorted keys and no spaces.
func (g *got) content() string {
	var v any
	if json.Unmarshal(g.msg.Content, &v) != nil {
		return string(g.msg.Content)
	}
	return string(encode(v))
}

// dialClient connects name to all channels of the kernel in file. A name that begins with "anon" has no identity.
func dialClient(t testing.TB, file protocol.ConnectionFile, name string) *client {
	t.Helper()
	c := &client{t: t, name: name, file: file, peers: map[string]*wire.Peer{}, inbox: map[string]chan *got{}, early: map[string][]*got{}}
	c.face, _ = protocol.NewSigner(file.SignatureScheme, []byte(file.Key))
	var id []byte
	if !strings.HasPrefix(name, "anon") {
		id = []byte(name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, ch := range []string{protocol.IOPub, protocol.Shell, protocol.Control, protocol.Stdin} {
		box := make(chan *got, 1<<16)
		c.inbox[ch] = box
		h := wire.Handler{
			Message: func(_ *wire.Peer, f wire.Frames) { c.take(box, f) },
			Close:   func(*wire.Peer, error) { close(box) },
		}
		var p *wire.Peer
		var err error
		if ch == protocol.IOPub {
			p, err = wire.DialSub(ctx, file.Endpoint(ch), [][]byte{{}}, h, wire.Options{})
		} else {
			p, err = wire.DialDealer(ctx, file.Endpoint(ch), id, h, wire.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		c.peers[ch] = p
	}
	t.Cleanup(c.close)
	return c
}

func (c *client) close() {
	for _, p := range c.peers {
		p.Close(0)
	}
	for _, p := range c.peers {
		<-p.Done()
	}
}

func (c *client) take(box chan *got, f wire.Frames) {
	m, err := protocol.Parse(f)
	if err != nil {
		c.t.Errorf("%s got a message that does not parse: %v", c.name, err)
		return
	}
	if err := c.face.Verify(m); err != nil {
		c.t.Errorf("%s got %s: %v", c.name, m.Header, err)
		return
	}
	g := &got{msg: m, frames: f}
	g.head, _ = protocol.DecodeHeader(m.Header)
	g.parent, _ = protocol.DecodeParent(m.Parent)
	c.mu.Lock()
	c.all = append(c.all, g)
	c.mu.Unlock()
	box <- g
}

// send sends a request and returns its id; a nil metadata is {}.
func (c *client) send(channel, msgType, id string, content, metadata any) *protocol.Message {
	m := c.make(msgType, id, content, metadata)
	c.face.SignMessage(m)
	c.peers[channel].Send(m.Frames())
	return m
}

func (c *client) make(msgType, id string, content, metadata any) *protocol.Message {
	h := protocol.NewHeader(msgType, c.name, "tester")
	h.MsgID = id
	m := &protocol.Message{Header: h.Encode(), Parent: []byte("{}"), Metadata: []byte("{}"), Content: raw(content)}
	if metadata != nil {
		m.Metadata = raw(metadata)
	}
	return m
}

func raw(v any) []byte {
	if s, ok := v.(string); ok {
		return []byte(s)
	}
	return encode(v)
}

// run sends a cell.
func (c *client) run(id, code string) {
	c.send(protocol.Shell, "execute_request", id, map[string]any{"code": code, "allow_stdin": true, "stop_on_error": true}, nil)
}

// everything is all that ever came.
func (c *client) everything() []*got {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}

// next is the next message on a channel, whatever it is.
func (c *client) next(channel string) *got {
	c.t.Helper()
	if q := c.early[channel]; len(q) > 0 {
		c.early[channel] = q[1:]
		return q[0]
	}
	select {
	case g, ok := <-c.inbox[channel]:
		if !ok {
			c.t.Fatalf("%s: %s was closed", c.name, channel)
		}
		return g
	case <-time.After(patience):
		c.t.Fatalf("%s: nothing on %s in %v", c.name, channel, patience)
	}
	return nil
}

// reply is the reply to a request on shell or control; others are kept for later.
func (c *client) reply(channel, id string) *got {
	c.t.Helper()
	var kept []*got
	for {
		g := c.next(channel)
		if g.parent.MsgID == id {
			c.early[channel] = append(kept, c.early[channel]...)
			return g
		}
		kept = append(kept, g)
	}
}

// untilIdle returns the iopub messages of a request up to its idle; those of others are dropped.
func (c *client) untilIdle(id string) []*got {
	c.t.Helper()
	var mine []*got
	for {
		g := c.next(protocol.IOPub)
		if g.parent.MsgID != id {
			continue
		}
		mine = append(mine, g)
		if g.head.MsgType == "status" && strings.Contains(g.content(), `"idle"`) {
			return mine
		}
	}
}

// untilStarted waits until a cell is said to run; what comes before that on iopub is dropped.
func (c *client) untilStarted(id string) {
	c.t.Helper()
	for g := c.next(protocol.IOPub); g.parent.MsgID != id || g.head.MsgType != "execute_input"; {
		g = c.next(protocol.IOPub)
	}
}

// text joins what a request wrote on stdout and stderr.
func text(msgs []*got) string {
	var b strings.Builder
	for _, g := range msgs {
		if g.head.MsgType == "stream" {
			var s protocol.Stream
			protocol.Decode(g.msg.Content, &s)
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// ready waits until the kernel answers.
func (c *client) ready() {
	c.t.Helper()
	id := protocol.NewID()
	c.send(protocol.Shell, "kernel_info_request", id, "{}", nil)
	c.reply(protocol.Shell, id)
	c.untilIdle(id)
}

func sameFrames(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}
