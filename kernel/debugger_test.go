package kernel

import (
	"encoding/json"
	"fmt"
	"path"
	"testing"

	"github.com/assay-kernel/assay/protocol"
)

// A breakpoint stops where it stops in plain ipykernel, and the call stack shows the notebook's frames and no others.
func TestDebuggerShowsTheSameCallStack(t *testing.T) {
	want := stackAtBreakpoint(t, plainKernel(t))
	got := stackAtBreakpoint(t, newRig(t, python(t), nil).file)
	if len(want) < 2 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, plain ipykernel %v", got, want)
	}
}

// stackAtBreakpoint is the call stack in a function of a cell, as "name file:line", innermost first.
func stackAtBreakpoint(t *testing.T, file protocol.ConnectionFile) (stack []string) {
	c := dialClient(t, file, "debug")
	defer c.close()
	c.ready()
	seq := 0
	debug := func(command string, arguments map[string]any, body any) {
		t.Helper()
		seq++
		id := fmt.Sprintf("d%d", seq)
		request := map[string]any{"type": "request", "seq": seq, "command": command, "arguments": arguments}
		c.send(protocol.Control, "debug_request", id, request, nil)
		reply := struct {
			Success bool
			Message string
			Body    any
		}{Body: body}
		if err := json.Unmarshal(c.reply(protocol.Control, id).msg.Content, &reply); err != nil || !reply.Success {
			t.Fatalf("%s: %+v, %v", command, reply, err)
		}
	}
	const code = "def f(a):\n    b = a + 1\n    return b\nf(1)\n"
	var dumped struct{ SourcePath string }
	debug("initialize", map[string]any{"clientID": "t", "adapterID": "", "pathFormat": "path", "linesStartAt1": true, "columnsStartAt1": true}, nil)
	debug("attach", map[string]any{}, nil)
	debug("dumpCell", map[string]any{"code": code}, &dumped)
	breakpoints := map[string]any{"source": map[string]any{"path": dumped.SourcePath}, "breakpoints": []any{map[string]any{"line": 2}}, "sourceModified": false}
	debug("setBreakpoints", breakpoints, nil)
	debug("configurationDone", map[string]any{}, nil)
	c.run("cell", code)
	var stopped struct {
		Event string
		Body  struct{ ThreadID int }
	}
	for stopped.Event != "stopped" {
		if g := c.next(protocol.IOPub); g.head.MsgType == "debug_event" {
			json.Unmarshal(g.msg.Content, &stopped)
		}
	}
	var trace struct {
		StackFrames []struct {
			Name   string
			Line   int
			Source struct{ Path string }
		}
	}
	debug("stackTrace", map[string]any{"threadId": stopped.Body.ThreadID}, &trace)
	for _, f := range trace.StackFrames {
		stack = append(stack, fmt.Sprintf("%s %s:%d", f.Name, path.Base(f.Source.Path), f.Line))
	}
	debug("continue", map[string]any{"threadId": stopped.Body.ThreadID}, nil)
	c.reply(protocol.Shell, "cell")
	return stack
}
