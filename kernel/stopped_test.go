package kernel

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// residentMB is the memory of a process.
func residentMB(t *testing.T, pid int) int { return statusKB(t, pid, "VmRSS") >> 10 }

// statusKB is one of the sizes that Linux states of a process.
func statusKB(t *testing.T, pid int, field string) (kB int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), field+":")
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		t.Fatalf("no %s: %v", field, err)
	}
	return kB
}

// stoppedChild is a kernel whose child has been halted, as by a debugger or a full machine.
func stoppedChild(t *testing.T) (l *launched, c *client, pid int) {
	l = launch(t, newConnectionFile(t))
	c = dialClient(t, l.file, "a")
	c.ready()
	pid = c.childPID()
	syscall.Kill(pid, syscall.SIGSTOP)
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGCONT) })
	return l, c, pid
}

// A child that stands still for a while loses nothing of what was sent meanwhile, and what waits for it is held once.
func TestStoppedChildCatchesUp(t *testing.T) {
	l, c, pid := stoppedChild(t)
	b := dialClient(t, l.file, "b")
	const cells, blobs, size = 200, 32, 1 << 20
	before := residentMB(t, l.cmd.Process.Pid)
	for i := range cells {
		c.run(fmt.Sprint("r", i), fmt.Sprintf("print(%d)", i))
	}
	for i := range blobs {
		m := b.make("comm_open", fmt.Sprint("k", i), fmt.Sprintf(`{"comm_id":"k%d","target_name":"none","data":{}}`, i), nil)
		m.Buffers = [][]byte{make([]byte, size)}
		b.face.SignMessage(m)
		b.peers[protocol.Shell].Send(m.Frames())
	}
	b.run("last", "print('last')")
	c.send(protocol.Control, "interrupt_request", "i1", "{}", nil)
	c.reply(protocol.Control, "i1") // idle code is not hurt by it
	heartbeat(t, l.file)
	time.Sleep(2 * time.Second)
	if held := residentMB(t, l.cmd.Process.Pid) - before; !raceDetector && held > 2*blobs {
		t.Errorf("%d MB held for %d MB that wait", held, blobs)
	}
	if n := len(c.inbox[protocol.Shell]); n != 0 {
		t.Fatalf("%d replies from a child that stands still: the test does not test", n)
	}
	syscall.Kill(pid, syscall.SIGCONT)
	for i := range cells {
		if g := c.next(protocol.Shell); g.parent.MsgID != fmt.Sprint("r", i) || !strings.Contains(g.content(), `"status":"ok"`) {
			t.Fatalf("reply %d is %s %s", i, g.parent.MsgID, g.content())
		}
		if out := text(c.untilIdle(fmt.Sprint("r", i))); out != fmt.Sprintln(i) {
			t.Fatalf("cell %d printed %q", i, out)
		}
	}
	for i := range blobs {
		b.untilIdle(fmt.Sprint("k", i))
	}
	b.reply(protocol.Shell, "last")
}

// heartbeat sends a ping and waits for its echo.
func heartbeat(t *testing.T, file protocol.ConnectionFile) {
	t.Helper()
	back := make(chan struct{}, 1)
	p, err := wire.DialDealer(t.Context(), file.Endpoint(protocol.HB), nil, wire.Handler{Message: func(*wire.Peer, wire.Frames) { back <- struct{}{} }}, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { p.Close(0); <-p.Done() }()
	p.Send(wire.Frames{{}, []byte("ping")})
	select {
	case <-back:
	case <-time.After(patience):
		t.Error("the heartbeat is silent")
	}
}

// A child that stands still does not keep the kernel from ending.
func TestStoppedChildIsEnded(t *testing.T) {
	for name, end := range map[string]func(l *launched, c *client){
		"shutdown_request": func(l *launched, c *client) {
			c.send(protocol.Control, "shutdown_request", "s1", `{"restart":false}`, nil)
		},
		"SIGTERM": func(l *launched, c *client) { syscall.Kill(-l.cmd.Process.Pid, syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			l, c, pid := stoppedChild(t)
			c.run("r1", "1") // something waits for the child
			end(l, c)
			if code := l.wait(); code != 0 || alive(pid) {
				t.Errorf("code %d, child alive: %v", code, alive(pid))
			}
		})
	}
}
