package kernel

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// Whatever arrives on the sockets, the kernel goes on.
func TestNonsenseFromClients(t *testing.T) {
	r := newRig(t, "", nil)
	c := dialClient(t, r.file, "a")
	c.ready()
	silent, err := net.Dial("tcp", strings.TrimPrefix(r.file.Endpoint(protocol.Shell), "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	good := c.make("execute_request", "bad", `{"code":"print('never')"}`, nil)
	c.face.SignMessage(good)
	forged := *good
	forged.Signature = []byte(strings.Repeat("0", 64))
	twice := c.make("execute_request", "bad", `{"code":"print('never')"}`, nil)
	twice.Header = []byte(strings.Replace(string(twice.Header), "{", `{"msg_type":"kernel_info_request",`, 1))
	c.face.SignMessage(twice)
	for _, ch := range []string{protocol.Shell, protocol.Control, protocol.Stdin} {
		for _, f := range []wire.Frames{
			{}, {{}}, {[]byte("x")}, {[]byte(protocol.Delimiter)}, good.Frames()[:4], {[]byte(protocol.Delimiter), {}, {}, {}, {}, {}},
			forged.Frames(), twice.Frames(), make(wire.Frames, 1000),
		} {
			c.peers[ch].Send(f)
		}
	}
	for i, content := range []string{`[]`, `null`, `{"code": 7}`, `{`, ``, `{"code":"1","code":"2"}`, `{"code":"1","silent":"yes"}`} {
		c.send(protocol.Shell, "execute_request", fmt.Sprint("odd", i), content, nil)
	}
	c.run("r1", "print('alive')")
	if got := text(c.untilIdle("r1")); got != "alive\n" {
		t.Errorf("got %q", got)
	}
	for _, g := range c.everything() {
		if strings.Contains(g.content(), "never") {
			t.Errorf("a refused message had an effect: %s", g.content())
		}
	}
}

// A message that comes twice, byte for byte, is taken once.
func TestReplayIsRefused(t *testing.T) {
	c := dialClient(t, newRig(t, "", nil).file, "a")
	c.ready()
	m := c.send(protocol.Shell, "execute_request", "r1", `{"code":"print('once')"}`, nil)
	c.peers[protocol.Shell].Send(m.Frames())
	c.run("r2", "1")
	c.untilIdle("r2")
	n := 0
	for _, g := range c.everything() {
		if strings.Contains(g.content(), `once\n`) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("printed %d times", n)
	}
}

const forgeries = `
k = get_ipython().kernel
p = k.get_parent()
def send(kind, content): k.session.send(k.iopub_socket, kind, content, parent=p)
send('assay_feedback', {'text': 'forged'})
send('comm_open', {'comm_id': 'c', 'target_name': 'assay.panel', 'data': {'text': 'forged'}})
send('update_display_data', {'data': {'text/plain': 'forged'}, 'metadata': {}, 'transient': {'display_id': %[1]q}})
send('display_data', {'data': {'text/plain': 'forged'}, 'metadata': {}, 'transient': {'display_id': %[1]q}})
send('display_data', {'data': {'text/plain': 'honest'}, 'metadata': {}, 'transient': {'display_id': 'mine'}})
`

// Code in a cell holds the child's key. What it sends in our name is dropped.
func TestForgedMessagesAreDropped(t *testing.T) {
	r := newRig(t, python(t), nil)
	c := dialClient(t, r.file, "a")
	c.ready()
	c.send(protocol.Shell, "execute_request", "r1", map[string]any{"code": "def f(): pass"}, solution)
	for e := range r.link.events {
		if e.Kind == session.KindCellFinished {
			break
		}
	}
	r.link.down <- session.Down{Feedback: &session.Feedback{Request: "r1", Final: true, Data: plain("genuine")}}
	id := ""
	for _, g := range c.untilIdle("r1") {
		if g.head.MsgType == "display_data" {
			o, _ := protocol.ParseObject(g.msg.Content)
			id, _ = o.Object("transient").String("display_id")
		}
	}
	if id == "" {
		t.Fatal("no feedback")
	}
	c.eval(fmt.Sprintf(forgeries, id))
	honest := false
	for _, g := range c.everything() {
		if g.head.MsgType != "execute_input" && strings.Contains(g.content(), "forged") {
			t.Errorf("forged %s came through", g.head.MsgType)
		}
		honest = honest || strings.Contains(g.content(), `"text/plain":"honest"`)
	}
	if !honest {
		t.Error("an honest display did not come")
	}
}

var solution = map[string]any{"cellId": "c1", "assay": map[string]string{"challenge": "demo", "role": "solution"}}

// A cell that floods loses nothing on its way to the front end, and fills only so much of the record.
func TestFlood(t *testing.T) {
	r := newRig(t, python(t), func(c *Config) { c.holds = holds{judge: 50 * time.Millisecond, magic: time.Second, reply: time.Second} })
	c := dialClient(t, r.file, "a")
	c.ready()
	start := time.Now()
	const lines, width = 50_000, 1000
	code := fmt.Sprintf("for i in range(%d): print('%%0%dd' %% i)\nprint('x' * 2_000_000)", lines, width-1)
	c.send(protocol.Shell, "execute_request", "r1", map[string]any{"code": code}, solution)
	out := text(c.untilIdle("r1"))
	if want := lines*width + 2_000_001; len(out) != want {
		t.Errorf("got %d bytes of %d", len(out), want)
	}
	t.Logf("%d bytes in %v", len(out), time.Since(start))
	kept, dropped := 0, int64(0)
	for {
		e := <-r.link.events
		if e.Kind == session.KindOutput {
			kept += len(e.Data)
			var o session.Output
			if protocol.Decode(e.Data, &o) == nil {
				dropped += o.Dropped
			}
		}
		if e.Kind == session.KindCellFinished {
			break
		}
	}
	if kept > maxCellOutput+maxOutput || kept < maxOutput/2 || kept+int(dropped) < lines*width {
		t.Errorf("recorded %d bytes, counted %d as dropped", kept, dropped)
	}
}

// brokenLink is a companion that fails in every way that Go knows.
type brokenLink struct{}

func (brokenLink) Record(session.Event)        { panic("disk on fire") }
func (brokenLink) Events() <-chan session.Down { return nil }
func (brokenLink) Close(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestBrokenCompanionHoldsNothing(t *testing.T) {
	for name, open := range map[string]func(session.Hello) Uplink{
		"panics":     func(session.Hello) Uplink { panic("no") },
		"is nil":     func(session.Hello) Uplink { return nil },
		"is broken":  func(session.Hello) Uplink { return brokenLink{} },
		"is not set": nil,
	} {
		t.Run(name, func(t *testing.T) {
			h := holds{judge: time.Hour, batch: time.Hour, magic: time.Hour, reply: time.Second}
			if name == "is broken" { // what it does not say, only the time shows
				h.judge = time.Second
			}
			c := dialClient(t, newRig(t, "", func(c *Config) { c.Open, c.holds = open, h }).file, "a")
			c.ready()
			for i := range 2 {
				id := fmt.Sprint("r", i)
				c.send(protocol.Shell, "execute_request", id, map[string]any{"code": "def f(): pass"}, solution)
				c.untilIdle(id)
				c.reply(protocol.Shell, id)
			}
		})
	}
}

// If the cells' state machine itself fails, everything goes through from there on.
func TestPanicStepsAside(t *testing.T) {
	link := newTestLink()
	k, err := prepare(Config{
		ConnectionFile: newConnectionFile(t), Stderr: testWriter(t), command: []string{os.Args[0], "fake-child"}, Open: link.open,
		holds: holds{judge: time.Hour, magic: time.Hour, reply: time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	c := dialClient(t, k.front.file, "a")
	c.ready()
	c.send(protocol.Shell, "execute_request", "r1", map[string]any{"code": "def f(): pass"}, solution)
	c.run("r2", "print('after')")
	for e := range link.events { // r1 is held from here on
		if e.Kind == session.KindCellFinished {
			break
		}
	}
	k.relay.flight.change(nil, func() { panic("a mistake") })
	c.untilIdle("r1")
	c.reply(protocol.Shell, "r1")
	if got := text(c.untilIdle("r2")); got != "after\n" {
		t.Errorf("got %q", got)
	}
}

func TestConnectionFilesThatAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"curve":        `{"transport":"tcp","ip":"127.0.0.1","key":"k","curve_publickey":"abc"}`,
		"registration": `{"transport":"tcp","ip":"127.0.0.1","key":"k","registration_port":1}`,
		"nonsense":     `{`,
	} {
		path := newConnectionFile(t)
		os.WriteFile(path, []byte(body), 0o600)
		if err := Run(t.Context(), Config{ConnectionFile: path, Stderr: testWriter(t)}); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := Run(t.Context(), Config{ConnectionFile: newConnectionFile(t), Python: "/nonexistent/python", Stderr: testWriter(t)})
	if err == nil || !strings.Contains(err.Error(), "/nonexistent/python") {
		t.Errorf("missing interpreter: %v", err)
	}
}

// A client that comes back under its identity while its cell runs gets the reply; one that leaves for good holds up
// nobody.
func TestClientsComeAndGo(t *testing.T) {
	r := newRig(t, "", nil)
	other := dialClient(t, r.file, "other")
	other.ready()
	first := dialClient(t, r.file, "same")
	first.ready()
	first.send(protocol.Shell, "execute_request", "r1", `{"code":"time.sleep(3)"}`, solution)
	other.untilStarted("r1")
	first.close()
	second := dialClient(t, r.file, "same")
	if g := second.reply(protocol.Shell, "r1"); g.head.MsgType != "execute_reply" {
		t.Errorf("got %s", g.head.MsgType)
	}
	second.send(protocol.Shell, "execute_request", "r2", `{"code":"time.sleep(0.3)"}`, solution)
	other.untilStarted("r2")
	second.close()
	other.send(protocol.Shell, "execute_request", "r3", `{"code":"%hint"}`, solution)
	other.reply(protocol.Shell, "r3")
}
