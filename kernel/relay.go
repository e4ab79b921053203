package kernel

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// reserved begins the message types, comm targets and display ids that are ours: what comes from the child under such a
// name was made by code in a cell, to look like us.
const reserved = "assay"

// relay carries messages between the front ends and the child, on all channels, both ways. Each message is read, looked
// at and written by one goroutine, that of the connection it came from.
type relay struct {
	ctx    context.Context
	log    *slog.Logger
	face   *protocol.Signer // the front ends' key
	back   *protocol.Signer // the child's key
	say    *speaker
	flight *flight
	dial   dialer
	acts   actions

	bad     atomic.Int64 // messages dropped
	streak  int          // outputs since the last status; of the goroutine that reads the child's iopub
	banner  atomic.Pointer[string]
	welcome atomic.Bool // the child greets new subscribers

	mu      sync.Mutex
	up      bool // the child has been heard
	started bool // it serves requests
	mirrors map[*mirror]struct{}
	topics  map[string]bool // subscribed to by somebody
	later   []func()        // for when it serves requests
}

// actions are what messages make the rest of the process do.
type actions struct {
	interrupt func() error    // the candidate's code
	shutdown  func(deaf bool) // the child was asked to end; deaf: it cannot hear yet
	open      func(c *cell)   // a cell of a challenge
}

// client returns the handler for one channel of the front.
func (r *relay) client(channel string, message func(m *mirror, p *wire.Peer, f wire.Frames)) wire.Handler {
	return wire.Handler{
		Open: func(p *wire.Peer) {
			m := &mirror{channel: channel, front: p, back: r.back, face: r.face}
			m.ctx, m.cancel = context.WithCancel(r.ctx)
			p.Tag = m
			r.mu.Lock()
			r.mirrors[m] = struct{}{}
			up := r.up
			r.mu.Unlock()
			if up {
				r.await(m)
			}
		},
		Message: func(p *wire.Peer, f wire.Frames) { message(p.Tag.(*mirror), p, f) },
		Close: func(p *wire.Peer, _ error) {
			m := p.Tag.(*mirror)
			r.mu.Lock()
			delete(r.mirrors, m)
			r.mu.Unlock()
			m.leave()
		},
	}
}

// connectTime is how long a client is not read from while it is connected to the child. Its stdin has to be there before
// its cell asks for input.
const connectTime = time.Second

// await connects a mirror, and returns when that takes too long.
func (r *relay) await(m *mirror) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.connect(m)
	}()
	select {
	case <-done:
	case <-time.After(connectTime):
	}
}

// connect is a goroutine of its own, which ends when the mirror is connected or not needed any more: a client that waits
// for descriptors or for a child that stands still must be seen to leave.
func (r *relay) connect(m *mirror) {
	if err := m.connect(r.dial); err != nil && m.ctx.Err() == nil {
		r.log.Error("client not connected to the child", "channel", m.channel, "err", err)
		m.front.Close(0)
	}
}

// heard is called for each message of the child until it serves requests: the first one shows that it listens, and
// opens the way for the clients that wait.
func (r *relay) heard(starting bool) {
	r.mu.Lock()
	waiting := []*mirror{}
	if !r.up {
		r.up = true
		for m := range r.mirrors {
			waiting = append(waiting, m)
		}
	}
	var later []func()
	if starting && !r.started {
		r.started = true
		later, r.later = r.later, nil
	}
	r.mu.Unlock()
	for _, m := range waiting {
		go r.connect(m)
	}
	for _, fn := range later {
		fn()
	}
	r.flight.ready()
}

// whenStarted calls fn now or when the child serves requests.
func (r *relay) whenStarted(fn func()) {
	r.mu.Lock()
	if !r.started {
		r.later = append(r.later, fn)
		r.mu.Unlock()
		return
	}
	r.mu.Unlock()
	fn()
}

// read checks a message. What does not parse, or bears another key's signature, or was seen before, is dropped.
func (r *relay) read(from string, key *protocol.Signer, f wire.Frames) (*protocol.Message, protocol.Header, bool) {
	msg, err := protocol.Parse(f)
	if err == nil {
		err = key.Verify(msg)
	}
	var head protocol.Header
	if err == nil {
		head, err = protocol.DecodeHeader(msg.Header)
	}
	if err != nil {
		r.drop(from, head, err.Error())
		return nil, head, false
	}
	return msg, head, true
}

// drop notes a message that goes nowhere. A flood of them does not flood the log.
func (r *relay) drop(from string, h protocol.Header, why string) {
	if n := r.bad.Add(1); n <= 20 || n%1000 == 0 {
		r.log.Warn("message dropped", "from", from, "type", h.MsgType, "id", h.MsgID, "why", why, "dropped", n)
	}
}

// shellIn takes a client's message on shell.
func (r *relay) shellIn(m *mirror, p *wire.Peer, f wire.Frames) {
	msg, head, ok := r.read("client shell", r.face, f)
	if !ok {
		return
	}
	q := &request{head: head, msg: msg, from: m, arrived: time.Now()}
	switch {
	case head.MsgType == "shutdown_request":
		m.toChild(p, msg)
		r.shutdown()
	case head.SubshellID != "" || strings.HasPrefix(head.MsgType, "comm_") && head.MsgType != "comm_info_request":
		m.toChild(p, msg) // these overtake cells in the child too
	case head.MsgType == "execute_request":
		q.cell = readCell(msg)
		if q.cell != nil {
			r.look(q.cell)
		}
		r.flight.arrive(p, q)
	default:
		q.connect = head.MsgType == "connect_request"
		r.flight.arrive(p, q)
	}
}

// look opens the challenge that a cell belongs to, and recognises our magics once one is open.
func (r *relay) look(c *cell) {
	if c.challenge != "" && !c.silent {
		r.acts.open(c)
	}
	if r.flight.opened.Load() {
		c.magic = parseMagic(c.code)
	}
}

// controlIn takes a client's message on control; it never waits for a cell.
func (r *relay) controlIn(m *mirror, p *wire.Peer, f wire.Frames) {
	msg, head, ok := r.read("client control", r.face, f)
	if !ok {
		return
	}
	switch head.MsgType {
	case "interrupt_request":
		r.whenStarted(func() { r.interrupt(m, msg) })
	case "shutdown_request":
		m.toChild(nil, msg)
		r.shutdown()
	default:
		m.toChild(p, msg)
	}
}

// interrupt answers an interrupt_request: one signal for the child and all that it started, and an end to what we wait
// for.
func (r *relay) interrupt(m *mirror, msg *protocol.Message) {
	r.say.status("busy", msg.Header)
	content := map[string]any{"status": "ok"}
	if err := r.acts.interrupt(); err != nil {
		content = map[string]any{"status": "error", "ename": "OSError", "evalue": err.Error(), "traceback": []string{}}
	}
	r.flight.interrupt()
	r.say.reply(m, msg, "interrupt_reply", content, nil)
	r.say.status("idle", msg.Header)
}

func (r *relay) shutdown() {
	r.mu.Lock()
	up := r.up
	r.mu.Unlock()
	r.flight.stop()
	r.acts.shutdown(!up)
}

// stdinIn takes a client's answer to an input_request.
func (r *relay) stdinIn(m *mirror, p *wire.Peer, f wire.Frames) {
	if msg, _, ok := r.read("client stdin", r.face, f); ok {
		m.toChild(p, msg)
	}
}

// childOut takes what the child sends to one client.
func (r *relay) childOut(m *mirror) wire.Handler {
	return wire.Handler{Message: func(p *wire.Peer, f wire.Frames) {
		msg, head, ok := r.read("child "+m.channel, r.back, f)
		if !ok {
			return
		}
		switch {
		case strings.HasPrefix(head.MsgType, reserved):
			r.drop("child "+m.channel, head, "type is reserved")
		case head.MsgType == "execute_reply" && m.channel == protocol.Shell:
			parent, _ := protocol.DecodeParent(msg.Parent)
			r.flight.replied(p, m, parent.MsgID, msg)
		default:
			if head.MsgType == "kernel_info_reply" && r.banner.Load() == nil {
				r.noteBanner(msg)
			}
			m.toFront(p, msg)
		}
	}}
}

func (r *relay) noteBanner(msg *protocol.Message) {
	if o, err := protocol.ParseObject(msg.Content); err == nil {
		name, _ := o.String("implementation")
		version, _ := o.String("implementation_version")
		banner := strings.TrimSpace(name + " " + version)
		r.banner.Store(&banner)
	}
}

// A cell that has said floodAfter things in a row is read in pieces of floodRest. Waking up for every one of thousands of
// outputs would take the processor from the cell that makes them and from the client that shows them.
const (
	floodAfter = 64
	floodRest  = 3 * time.Millisecond
)

// published takes what the child publishes.
func (r *relay) published(p *wire.Peer, f wire.Frames) {
	msg, head, ok := r.read("child iopub", r.back, f)
	if !ok {
		return
	}
	if !r.say.complete.Load() {
		r.say.learn(head, msg.Identities)
		defer r.heard(head.MsgType == "status")
	}
	if why := r.forged(head.MsgType, msg); why != "" {
		r.drop("child iopub", head, why)
		return
	}
	switch open := r.flight.opened.Load(); {
	case head.MsgType == "iopub_welcome":
		r.greetAll()
	case head.MsgType == "status":
		r.status(p, msg)
	case !isOutput(head.MsgType):
		r.say.pass(p, msg)
	default:
		r.say.pass(p, msg)
		if r.streak++; r.streak > floodAfter {
			p.Rest(floodRest)
		}
		if open {
			parent, _ := protocol.DecodeParent(msg.Parent)
			r.flight.tee(head.MsgType, parent.MsgID, msg)
		}
	}
}

func (r *relay) status(p *wire.Peer, msg *protocol.Message) {
	var s protocol.Status
	r.streak = 0
	if protocol.Decode(msg.Content, &s) == nil && s.ExecutionState == "idle" {
		parent, _ := protocol.DecodeParent(msg.Parent)
		r.flight.idle(p, parent.MsgID, msg)
		return
	}
	r.say.pass(p, msg)
}

// forged says why a message cannot be genuine; "" if it can.
func (r *relay) forged(msgType string, msg *protocol.Message) string {
	if strings.HasPrefix(msgType, reserved) {
		return "type is reserved"
	}
	switch msgType {
	case "comm_open":
		o, err := protocol.ParseObject(msg.Content)
		if target, _ := o.String("target_name"); err == nil && strings.HasPrefix(target, reserved) {
			return "comm target is reserved"
		}
	case "display_data", "update_display_data":
		if !r.flight.opened.Load() {
			return ""
		}
		o, err := protocol.ParseObject(msg.Content)
		if err != nil {
			return fmt.Sprintf("display that can be read in two ways: %v", err)
		}
		if id, _ := o.Object("transient").String("display_id"); id != "" && r.flight.ownsDisplay(id) {
			return "display id is ours"
		}
	}
	return ""
}

// subscribed is told of the front ends' subscriptions. A child that greets greets the first subscriber of a topic, and
// so do we, at exactly those moments: there are clients that cannot bear a greeting they did not expect.
func (r *relay) subscribed(_ *wire.Peer, topic []byte, on, first bool) {
	if !first || !utf8.Valid(topic) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if on {
		r.topics[string(topic)] = true
		if r.welcome.Load() {
			r.say.welcome(topic)
		}
	} else {
		delete(r.topics, string(topic))
	}
}

// greetAll greets those who subscribed before the child was there.
func (r *relay) greetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.welcome.Swap(true) {
		return
	}
	for topic := range r.topics {
		r.say.welcome([]byte(topic))
	}
}
