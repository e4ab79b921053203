package kernel

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/protocol"
)

// batch is cells that are sent at once.
type batch struct {
	name  string
	cells []sent
}

// sent is one cell, with what its request says beyond the code and what its notebook says of it.
type sent struct {
	code     string
	content  map[string]any
	tags     []string
	solution bool // where a challenge is open
}

const failsLate = "import time; time.sleep(0.3); 1/0"

// batches are what ipykernel decides in a way of its own: which cells run after one that failed, and what they count.
var batches = []batch{
	{"a cell fails", []sent{{code: "1"}, {code: "print('b')", solution: true}, {code: failsLate}, {code: "4"}, {code: "print(5)"}, {code: "6"}}},
	{"the solution fails", []sent{{code: "1"}, {code: failsLate, solution: true}, {code: "3"}, {code: "", solution: true}, {code: "5", solution: true}}},
	{"behind a solution", []sent{{code: "time.sleep(0.3)", solution: true}, {code: failsLate}, {code: "3", solution: true}, {code: "4"}}},
	{"stop_on_error is false", []sent{
		{code: "1", solution: true}, {code: failsLate, content: map[string]any{"stop_on_error": false}, tags: []string{"raises-exception"}, solution: true}, {code: "3"},
	}},
	{"the tag alone", []sent{{code: "1", solution: true}, {code: failsLate, tags: []string{"raises-exception"}}, {code: "3"}}},
	{"a silent cell fails", []sent{{code: "1", solution: true}, {code: failsLate, content: map[string]any{"silent": true}, solution: true}, {code: "3"}}},
	{"a cell without history fails", []sent{
		{code: "1", solution: true}, {code: failsLate, content: map[string]any{"store_history": false}, solution: true}, {code: "3"}, {code: "4", content: map[string]any{"store_history": false}},
	}},
	{"empty cells", []sent{{code: "", solution: true}, {code: "  \n"}, {code: "3", solution: true}, {code: ""}, {code: "# nothing", solution: true}, {code: "6"}}},
	{"a syntax error", []sent{{code: "time.sleep(0.3)", solution: true}, {code: "def f(:", solution: true}, {code: "3"}}},
	{"an interrupt of the code's own making", []sent{{code: "time.sleep(0.3); raise KeyboardInterrupt", solution: true}, {code: "2"}, {code: "3"}}},
	{"expressions and results", []sent{
		{code: "x = 2", content: map[string]any{"user_expressions": map[string]string{"v": "x + 1", "w": "1/0"}}, solution: true}, {code: "x; x", solution: true}, {code: "_"},
	}},
}

// converse sends every batch as Run all does and returns what came of each, on iopub and on shell. With challenge, every
// cell belongs to one.
func converse(c *client, challenge bool) (traces []string) {
	c.ready()
	for n, b := range batches {
		id := func(i int) string { return fmt.Sprintf("r%d.%d", n, i) }
		for i, cell := range b.cells {
			content := map[string]any{"code": cell.code, "allow_stdin": true, "stop_on_error": true}
			maps.Copy(content, cell.content)
			meta := map[string]any{"tags": cell.tags}
			if own := map[string]string{"challenge": "demo"}; challenge {
				if cell.solution {
					own["role"] = "solution"
				}
				meta["assay"] = own
			}
			c.send(protocol.Shell, "execute_request", id(i), content, meta)
		}
		c.send(protocol.Shell, "is_complete_request", "q"+id(0), `{"code":"1"}`, nil)
		var pub, shell []*got
		for i := range b.cells {
			for _, g := range c.untilIdle(id(i)) {
				if g.head.MsgType != "display_data" { // the feedback
					pub = append(pub, g)
				}
			}
			shell = append(shell, c.reply(protocol.Shell, id(i)))
		}
		shell = append(shell, c.reply(protocol.Shell, "q"+id(0)))
		after := "after" + id(0)
		c.run(after, "7")
		pub = append(pub, c.untilIdle(after)...)
		shell = append(shell, c.reply(protocol.Shell, after))
		traces = append(traces, "iopub\n"+trace(pub)+"shell\n"+trace(shell))
	}
	return traces
}

// Run all looks exactly like it does without a proxy, whatever fails in it, and so it does when a challenge is open and
// the queue is ours. Without the feedback under the solutions there is nothing to tell them apart.
func TestRunAllEqualsPlain(t *testing.T) {
	want := converse(dialClient(t, plainKernel(t), "a"), false)
	for name, challenge := range map[string]bool{"relayed": false, "challenge": true} {
		r := newRig(t, python(t), func(c *Config) {
			c.holds = holds{judge: 100 * time.Millisecond, batch: 100 * time.Millisecond, magic: time.Second, reply: time.Second}
		})
		for i, got := range converse(dialClient(t, r.file, "a"), challenge) {
			if got != want[i] {
				t.Errorf("%s: %s\ngot\n%s\nplain\n%s", name, batches[i].name, got, want[i])
			}
		}
		if n := r.judged(); n > 0 != challenge {
			t.Errorf("%s: %d cells were judged", name, n)
		}
	}
}

// judged is how many of the cells so far the companion was asked about.
func (r *rig) judged() (n int) {
	for len(r.link.events) > 0 {
		var done session.CellFinished
		if e := <-r.link.events; e.Kind == session.KindCellFinished && protocol.Decode(e.Data, &done) == nil && done.Judge {
			n++
		}
	}
	return n
}
