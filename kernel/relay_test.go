package kernel

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

func TestHeartbeatEchoesAnything(t *testing.T) {
	r := newRig(t, "", nil)
	back := make(chan wire.Frames, 4)
	p, err := wire.DialDealer(t.Context(), r.file.Endpoint(protocol.HB), nil, wire.Handler{Message: func(_ *wire.Peer, f wire.Frames) { back <- f }}, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { p.Close(0); <-p.Done() }()
	for _, f := range []wire.Frames{{{}, []byte("ping")}, {[]byte("\x00\xff"), {}, {}}, {{}}} {
		p.Send(f)
		select {
		case got := <-back:
			if !sameFrames(got, f) {
				t.Errorf("sent %q, got %q", f, got)
			}
		case <-time.After(patience):
			t.Fatalf("%q was not echoed", f)
		}
	}
}

// What does not belong to the main shell's cells goes on while a verdict is waited for: subshells, comms and control.
func TestJudgingHoldsOnlyCells(t *testing.T) {
	r := newRig(t, python(t), func(c *Config) { c.holds = holds{judge: patience, magic: patience, reply: time.Second} })
	c := dialClient(t, r.file, "a")
	c.ready()
	c.send(protocol.Control, "create_subshell_request", "s", "{}", nil)
	var sub struct {
		ID string `json:"subshell_id"`
	}
	if err := protocol.Decode(c.reply(protocol.Control, "s").msg.Content, &sub); err != nil || sub.ID == "" {
		t.Fatalf("no subshell: %v", err)
	}
	c.send(protocol.Shell, "execute_request", "held", map[string]any{"code": "def f(): pass"}, solution)
	time.Sleep(300 * time.Millisecond)
	c.run("behind", "print('behind')")

	m := c.make("execute_request", "side", `{"code":"print('beside')"}`, solution)
	m.Header = []byte(strings.Replace(string(m.Header), "{", `{"subshell_id":"`+sub.ID+`",`, 1))
	c.face.SignMessage(m)
	c.peers[protocol.Shell].Send(m.Frames())
	if got := text(c.untilIdle("side")); got != "beside\n" {
		t.Errorf("subshell printed %q", got)
	}
	c.send(protocol.Shell, "comm_open", "comm", `{"comm_id":"k","target_name":"unknown","data":{}}`, nil)
	c.untilIdle("comm")
	c.send(protocol.Control, "kernel_info_request", "info", "{}", nil)
	c.reply(protocol.Control, "info")
	for _, g := range c.everything() {
		if g.parent.MsgID == "behind" || g.parent.MsgID == "held" && (g.head.MsgType == "execute_reply" || strings.Contains(g.content(), `"idle"`)) {
			t.Errorf("%s of %s came too early: %s", g.head.MsgType, g.parent.MsgID, g.content())
		}
	}
	c.send(protocol.Control, "interrupt_request", "i", "{}", nil)
	c.untilIdle("held")
	if g := c.reply(protocol.Shell, "behind"); !strings.Contains(g.content(), "aborted") {
		t.Errorf("behind: %s", g.content())
	}
}

// A child that never gets to speak ends the kernel, with an error, soon.
func TestChildThatDoesNotStart(t *testing.T) {
	start := time.Now()
	err := Run(t.Context(), Config{ConnectionFile: newConnectionFile(t), Stderr: testWriter(t), command: []string{"/bin/sh", "-c", "exit 7"}})
	if !errors.Is(err, errChildEnded) || !strings.Contains(err.Error(), "7") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > patience { // less than startTime
		t.Errorf("took %v", took)
	}
}

// Every message that the proxy makes bears the child's session, and no signature comes twice.
func TestOneSessionNoDuplicates(t *testing.T) {
	r := newRig(t, python(t), func(c *Config) {
		c.holds = holds{judge: 50 * time.Millisecond, magic: 50 * time.Millisecond, reply: time.Second}
	})
	c := dialClient(t, r.file, "a")
	c.ready()
	for _, code := range []string{"print(1)", "%hint", "def f(): pass", "%%plan\nx"} {
		id := protocol.NewID()
		c.send(protocol.Shell, "execute_request", id, map[string]any{"code": code}, solution)
		c.untilIdle(id)
		c.reply(protocol.Shell, id)
	}
	c.send(protocol.Shell, "connect_request", "c", "{}", nil)
	c.reply(protocol.Shell, "c")
	c.send(protocol.Control, "interrupt_request", "i", "{}", nil)
	c.reply(protocol.Control, "i")
	c.untilIdle("i")
	sessions, signatures := map[string]bool{}, map[string]bool{}
	for _, g := range c.everything() {
		sessions[g.head.Session] = true
		if signatures[string(g.msg.Signature)] {
			t.Errorf("%s came twice", g.head.MsgType)
		}
		signatures[string(g.msg.Signature)] = true
		if g.head.Username == "" || g.head.Version == "" || g.head.Date == "" {
			t.Errorf("header of %s is not complete: %s", g.head.MsgType, g.msg.Header)
		}
	}
	if len(sessions) != 1 {
		t.Errorf("%d sessions", len(sessions))
	}
}

// The last thing that a child says to one client, its answer to a shutdown_request, is relayed before the sockets close,
// however late it is read.
func TestLastReplyIsRelayed(t *testing.T) {
	l, err := wire.ListenRouter(t.Context(), "tcp://127.0.0.1:0", wire.Handler{Open: func(p *wire.Peer) {
		p.Send(wire.Frames{[]byte("bye")})
		p.Close(patience)
	}}, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close(0)
	var relayed atomic.Bool
	child, err := wire.DialDealer(t.Context(), l.Endpoint(), nil, wire.Handler{Message: func(*wire.Peer, wire.Frames) {
		time.Sleep(100 * time.Millisecond)
		relayed.Store(true)
	}}, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	k := &kernel{relay: &relay{mirrors: map[*mirror]struct{}{{child: child}: {}, {}: {}}}}
	if k.drain(patience); !relayed.Load() {
		t.Error("the sockets would close before it")
	}
	<-child.Done()
}
