package kernel

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/protocol"
)

// aside sends a request with a header of its own, to a subshell.
func (c *client) aside(subshell, id, code string) {
	m := c.make("execute_request", id, map[string]any{"code": code}, nil)
	m.Header = []byte(strings.Replace(string(m.Header), "{", `{"subshell_id":"`+subshell+`",`, 1))
	c.face.SignMessage(m)
	c.peers[protocol.Shell].Send(m.Frames())
}

// control sends a request on control and returns its reply with what differs between two kernels taken out.
func (c *client) control(msgType, content string) (reply map[string]any) {
	id := protocol.NewID()
	c.send(protocol.Control, msgType, id, content, nil)
	g := c.reply(protocol.Control, id)
	json.Unmarshal(g.msg.Content, &reply)
	return reply
}

// What Jupyter has beside cells: subshells whose replies overtake, their list and end, a kernel's use of the machine.
// Every step is compared with a plain kernel.
func TestSubshellsAndUsageEqualPlain(t *testing.T) {
	talk := func(file protocol.ConnectionFile) string {
		var log strings.Builder
		c := dialClient(t, file, "a")
		c.ready()
		pid := c.childPID()
		made := c.control("create_subshell_request", "{}")
		sub, _ := made["subshell_id"].(string)
		listed := c.control("list_subshell_request", "{}")
		fmt.Fprintln(&log, made["status"], strings.ReplaceAll(fmt.Sprint(listed["subshell_id"]), sub, "SUB"))
		c.eval("import threading; last = threading.Event()")
		c.run("main", "last.wait(); print('main')")
		c.untilStarted("main")
		c.aside(sub, "side1", "print('side')")
		c.aside(sub, "side2", "1/0")
		c.aside(sub, "side3", "40 + 2")
		for range 3 {
			g := c.next(protocol.Shell)
			fmt.Fprintln(&log, g.parent.MsgID, strings.Contains(g.content(), `"status":"ok"`))
		}
		c.aside(sub, "side4", "last.set()") // main waits for it, so the others came before main's end
		for _, id := range []string{"side4", "main"} {
			fmt.Fprintln(&log, id, strings.Contains(c.reply(protocol.Shell, id).content(), `"status":"ok"`))
		}
		fmt.Fprintln(&log, c.control("delete_subshell_request", `{"subshell_id":"`+sub+`"}`)["status"])
		fmt.Fprintln(&log, c.control("delete_subshell_request", `{"subshell_id":"nobody"}`)["status"])
		fmt.Fprintln(&log, c.control("list_subshell_request", "{}")["subshell_id"])
		usage := c.control("usage_request", "{}")
		fmt.Fprintln(&log, usage["pid"] == float64(pid), usage["kernel_cpu"] != nil, usage["kernel_memory"] != nil)
		return log.String()
	}
	want := talk(plainKernel(t))
	if got := talk(newRig(t, python(t), nil).file); got != want {
		t.Errorf("got\n%s\nplain\n%s", got, want)
	}
	if !strings.HasPrefix(want, "ok [SUB]\nside1 true\nside2 false\nside3") {
		t.Errorf("plain did something else than the test is about:\n%s", want)
	}
}

// A connect_request is answered with exactly the ports that a client can use.
func TestConnectReplyHasOurPorts(t *testing.T) {
	r := newRig(t, python(t), nil)
	c := dialClient(t, r.file, "a")
	c.ready()
	c.send(protocol.Shell, "connect_request", "c1", "{}", nil)
	var got map[string]any
	json.Unmarshal(c.reply(protocol.Shell, "c1").msg.Content, &got)
	for name, port := range map[string]int{
		"shell_port": r.file.ShellPort, "iopub_port": r.file.IOPubPort, "stdin_port": r.file.StdinPort,
		"control_port": r.file.ControlPort, "hb_port": r.file.HBPort,
	} {
		if got[name] != float64(port) {
			t.Errorf("%s is %v, want %d", name, got[name], port)
		}
	}
}

// impostor is code in a cell that knocks at the front's doors with the child's key, which it can read, and then says to
// the front that its own cell is over, in every form that the child's sockets allow.
const impostor = `
import zmq, time
k = get_ipython().kernel
p = k.get_parent()
for port, kind in ((%d, 'execute_request'), (%d, 'shutdown_request'), (%d, 'input_reply')):
    s = zmq.Context.instance().socket(zmq.DEALER)
    s.linger = 1000
    s.connect('tcp://127.0.0.1:%%d' %% port)
    k.session.send(s, kind, {'code': "print('never')", 'silent': False, 'restart': False, 'value': 'never'})
    print(s.poll(300))
    s.close()
k.session.send(k.iopub_socket, 'status', {'execution_state': 'idle'}, parent=p)
k.session.send(k.iopub_socket, 'shutdown_reply', {'restart': False}, parent=p)
k.session.send(k.iopub_socket, 'status', {'execution_state': 'dead'}, parent={})
time.sleep(2.5)
print('over')
`

// The child's key opens nothing at the front, and a cell that calls itself finished only harms itself: the kernel, and
// the judging of the next solution, go on.
func TestImpostorGainsNothing(t *testing.T) {
	r := newRig(t, python(t), func(c *Config) {
		c.holds = holds{judge: 100 * time.Millisecond, batch: 100 * time.Millisecond, magic: time.Second, reply: time.Second}
	})
	c := dialClient(t, r.file, "a")
	c.ready()
	code := fmt.Sprintf(impostor, r.file.ShellPort, r.file.ControlPort, r.file.StdinPort)
	c.send(protocol.Shell, "execute_request", "r1", map[string]any{"code": code}, solution)
	c.send(protocol.Shell, "execute_request", "r2", map[string]any{"code": "def f(): pass"}, solution)
	for _, id := range []string{"r1", "r2"} {
		if g := c.reply(protocol.Shell, id); !strings.Contains(g.content(), `"status":"ok"`) {
			t.Errorf("%s: %s", id, g.content())
		}
	}
	c.untilIdle("r2")
	var out []*got
	for _, g := range c.everything() {
		if g.parent.MsgID == "r1" && g.head.MsgType == "stream" {
			out = append(out, g)
		}
	}
	if got := text(out); got != "0\n0\n0\nover\n" {
		t.Errorf("the impostor printed %q", got)
	}
	if got := c.eval("print('alive')"); got != "alive" {
		t.Errorf("got %q", got)
	}
	if n := r.judged(); n == 0 {
		t.Error("nothing was judged afterwards")
	}
}
