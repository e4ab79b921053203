package kernel

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/protocol"
)

// counting is code that counts the interrupts that reach it; asking begins with one that ends an input().
const (
	counting = `hits = 0
print('ready')
` + rest
	asking = `hits = 0
try:
    input('?')
except KeyboardInterrupt:
    hits += 1
` + rest
	rest = `import time
end = time.time() + 1
while time.time() < end:
    try:
        time.sleep(0.02)
    except KeyboardInterrupt:
        hits += 1
print('hits', hits)`
)

// However an interrupt comes, and whatever runs, code sees it exactly once, as it does without a proxy.
func TestInterruptIsSeenOnce(t *testing.T) {
	l := launch(t, newConnectionFile(t))
	c, other := dialClient(t, l.file, "a"), dialClient(t, l.file, "b")
	c.ready()
	other.ready()
	ask := func(from *client) func(string) {
		return func(id string) {
			from.send(protocol.Control, "interrupt_request", id, "{}", nil)
			from.reply(protocol.Control, id)
		}
	}
	plain := dialClient(t, plainKernel(t), "a")
	plain.ready()
	for _, tc := range []struct {
		name string
		to   *client
		code string
		send func(id string)
	}{
		{"plain", plain, counting, ask(plain)},
		{"plain, input", plain, asking, ask(plain)},
		{"by the client itself", c, counting, ask(c)},
		{"by another client", c, counting, ask(other)},
		{"by the server's signal", c, counting, func(string) { syscall.Kill(-l.cmd.Process.Pid, syscall.SIGINT) }},
		{"in input, by another client", c, asking, ask(other)},
		{"in input, by the server's signal", c, asking, func(string) { syscall.Kill(-l.cmd.Process.Pid, syscall.SIGINT) }},
	} {
		id := protocol.NewID()
		tc.to.run(id, tc.code)
		if strings.Contains(tc.code, "input(") {
			tc.to.reply(protocol.Stdin, id)
		} else {
			tc.to.untilPrinted(id, "ready")
		}
		tc.send("i" + id)
		if out := text(tc.to.untilIdle(id)); !strings.HasSuffix(out, "hits 1\n") {
			t.Errorf("%s: %q", tc.name, out)
		}
		tc.to.reply(protocol.Shell, id)
	}
}

// untilPrinted waits until a cell has written something.
func (c *client) untilPrinted(id, what string) {
	c.t.Helper()
	for {
		g := c.next(protocol.IOPub)
		if g.parent.MsgID == id && g.head.MsgType == "stream" && strings.Contains(g.content(), what) {
			return
		}
	}
}

// An interrupt that ends one of our own waits, for a verdict or the answer to a magic, is not seen by the cells after it.
func TestInterruptOfOurWaitHurtsNoCell(t *testing.T) {
	r := newRig(t, python(t), func(c *Config) { c.holds = holds{judge: patience, magic: patience, reply: time.Second} })
	c, other := dialClient(t, r.file, "a"), dialClient(t, r.file, "b")
	c.ready()
	for _, code := range []string{"def f(): pass", "%hint"} {
		id := protocol.NewID()
		c.send(protocol.Shell, "execute_request", id, map[string]any{"code": code, "allow_stdin": true}, solution)
		r.awaitQuestion(id)
		other.send(protocol.Control, "interrupt_request", "i"+id, "{}", nil)
		other.reply(protocol.Control, "i"+id)
		c.untilIdle(id)
		c.reply(protocol.Shell, id)
		next := protocol.NewID()
		c.run(next, counting)
		if out := text(c.untilIdle(next)); out != "ready\nhits 0\n" {
			t.Errorf("after %s: %q", code, out)
		}
	}
}

// awaitQuestion waits until the companion has been asked about a request.
func (r *rig) awaitQuestion(id string) {
	r.t.Helper()
	for {
		select {
		case e := <-r.link.events:
			if e.Request == id && (e.Kind == session.KindMagic || e.Kind == session.KindCellFinished) {
				return
			}
		case <-time.After(patience):
			r.t.Fatalf("the companion was not asked about %s", id)
		}
	}
}
