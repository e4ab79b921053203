package kernel

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assay-kernel/assay/protocol"
)

// launched is a kernel process, started as Jupyter starts one: leader of a session of its own.
type launched struct {
	t    testing.TB
	path string
	file protocol.ConnectionFile
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

func launch(t testing.TB, path string, more ...string) *launched {
	t.Helper()
	l := &launched{t: t, path: path, done: make(chan struct{})}
	l.cmd = exec.Command(os.Args[0], append([]string{"proxy", "-f", path, "-python", python(t)}, more...)...)
	l.cmd.Env = append(os.Environ(), "JPY_PARENT_PID="+strconv.Itoa(os.Getpid()), "GORACE=atexit_sleep_ms=0")
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	l.cmd.Stderr = testWriter(t)
	l.cmd.WaitDelay = time.Second
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		l.err = l.cmd.Wait()
		close(l.done)
	}()
	t.Cleanup(func() {
		syscall.Kill(-l.cmd.Process.Pid, syscall.SIGKILL)
		<-l.done
	})
	l.file = waitForPorts(t, path)
	return l
}

// wait returns the exit code of the process when it has ended, and logs how long that took.
func (l *launched) wait() int {
	l.t.Helper()
	start := time.Now()
	select {
	case <-l.done:
	case <-time.After(patience):
		l.t.Fatalf("the kernel did not end within %v", patience)
	}
	l.t.Logf("ended after %v", time.Since(start))
	var exit *exec.ExitError
	if errors.As(l.err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// eval runs a cell and returns what it printed.
func (c *client) eval(code string) string {
	c.t.Helper()
	id := protocol.NewID()
	c.run(id, code)
	out := text(c.untilIdle(id))
	if r := c.reply(protocol.Shell, id); !strings.Contains(r.content(), `"status":"ok"`) {
		c.t.Fatalf("cell failed: %s\n%s", r.content(), out)
	}
	return strings.TrimSpace(out)
}

func (c *client) childPID() int {
	pid, err := strconv.Atoi(c.eval("import os; print(os.getpid())"))
	if err != nil {
		c.t.Fatal(err)
	}
	return pid
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil && !zombie(pid) }

func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func gone(pid int) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if !alive(pid) {
			return true
		}
	}
	return false
}

func TestKilledKernelTakesItsChild(t *testing.T) {
	l := launch(t, newConnectionFile(t))
	c := dialClient(t, l.file, "a")
	c.ready()
	pid := c.childPID()
	sub, err := strconv.Atoi(c.eval("import subprocess; p = subprocess.Popen(['sleep', '600']); print(p.pid)"))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	l.cmd.Process.Kill()
	if !gone(pid) || !gone(sub) {
		t.Errorf("the child lives on: %v, its own child: %v", alive(pid), alive(sub))
	}
	t.Logf("gone after %v", time.Since(start))
}

func TestKilledChildEndsTheKernel(t *testing.T) {
	l := launch(t, newConnectionFile(t))
	c := dialClient(t, l.file, "a")
	c.ready()
	c.run("r1", "import os, sys, time, signal\nprint('x' * 200000 + 'last words')\nsys.stdout.flush()\ntime.sleep(1)\nos.kill(os.getpid(), signal.SIGKILL)")
	var said []*got
	for g := range c.inbox[protocol.IOPub] {
		said = append(said, g)
	}
	if l.wait() == 0 {
		t.Error("exit code 0 after the child's death")
	}
	if !strings.HasSuffix(strings.TrimSpace(text(said)), "last words") {
		t.Errorf("the child's last words were lost: %d messages", len(said))
	}
}

func TestChildDeathEndsTheKernel(t *testing.T) {
	l := launch(t, newConnectionFile(t))
	c := dialClient(t, l.file, "a")
	c.ready()
	pid := c.childPID()
	syscall.Kill(pid, syscall.SIGKILL)
	if l.wait() == 0 {
		t.Error("exit code 0 after the child's death")
	}
}

func TestShutdownAndRestart(t *testing.T) {
	path := newConnectionFile(t)
	for _, restart := range []bool{true, false} {
		l := launch(t, path, "-grace", patience.String()) // a busy machine's child takes long to answer
		c := dialClient(t, l.file, "a")
		c.ready()
		pid := c.childPID()
		c.send(protocol.Control, "shutdown_request", "s1", map[string]bool{"restart": restart}, nil)
		if g := c.reply(protocol.Control, "s1"); g.head.MsgType != "shutdown_reply" {
			t.Errorf("got %s", g.head.MsgType)
		}
		if code := l.wait(); code != 0 || alive(pid) {
			t.Errorf("code %d, child alive: %v", code, alive(pid))
		}
	}
}

// A shutdown request that comes before the child can hear is obeyed too.
func TestShutdownWhileStarting(t *testing.T) {
	l := launch(t, newConnectionFile(t))
	c := dialClient(t, l.file, "a")
	c.send(protocol.Control, "shutdown_request", "s1", map[string]bool{"restart": false}, nil)
	if code := l.wait(); code != 0 {
		t.Errorf("ended with code %d", code)
	}
}

func TestTerminated(t *testing.T) {
	l := launch(t, newConnectionFile(t))
	c := dialClient(t, l.file, "a")
	c.ready()
	pid := c.childPID()
	syscall.Kill(-l.cmd.Process.Pid, syscall.SIGTERM)
	if code := l.wait(); code != 0 || alive(pid) {
		t.Errorf("code %d, child alive: %v", code, alive(pid))
	}
}

// whenHit writes r when it is ready, and x for every interrupt; it ends a while after the first.
const whenHit = `
import signal, time
file = open(%q, 'a', buffering=1)
hits = []
def mark(*a):
    hits.append(1)
    file.write('x')
    file.flush()
signal.signal(signal.SIGINT, mark)
file.write('r')
file.flush()
while not hits: time.sleep(0.05)
end = time.time() + 1.2
while time.time() < end: time.sleep(0.05)
`

// One interrupt is one signal for everything that the cell started, whichever way it comes.
func TestInterruptReachesSubprocessesOnce(t *testing.T) {
	for _, way := range []string{"message", "signal", "signal to the kernel alone"} {
		t.Run(way, func(t *testing.T) {
			l := launch(t, newConnectionFile(t))
			c := dialClient(t, l.file, "a")
			c.ready()
			marks := filepath.Join(t.TempDir(), "marks")
			c.run("r1", fmt.Sprintf("import subprocess, sys\np = subprocess.Popen([sys.executable, '-c', %q])\ntry: p.wait()\nfinally: p.wait()", fmt.Sprintf(whenHit, marks)))
			for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				if b, _ := os.ReadFile(marks); len(b) > 0 {
					break
				}
			}
			switch way {
			case "message":
				c.send(protocol.Control, "interrupt_request", "i1", "{}", nil)
				c.reply(protocol.Control, "i1")
			case "signal":
				syscall.Kill(-l.cmd.Process.Pid, syscall.SIGINT)
			default:
				syscall.Kill(l.cmd.Process.Pid, syscall.SIGINT)
			}
			if r := c.reply(protocol.Shell, "r1"); !strings.Contains(r.content(), `"ename":"KeyboardInterrupt"`) {
				t.Errorf("cell ended with %s", r.content())
			}
			c.untilIdle("r1") // until then ipykernel aborts what comes
			if got := c.eval("import time; time.sleep(1.5); print('unhurt')"); got != "unhurt" {
				t.Errorf("next cell: %s", got)
			}
			if b, _ := os.ReadFile(marks); string(b) != "rx" {
				t.Errorf("the subprocess was interrupted %d times", len(b)-1)
			}
		})
	}
}

// A launcher that dies without a word takes the kernel along.
func TestLauncherDies(t *testing.T) {
	path := newConnectionFile(t)
	sh := exec.Command("sh", "-c", `JPY_PARENT_PID=$$ "$0" proxy -f "$1" -python "$2" & echo $!; wait`, os.Args[0], path, python(t))
	sh.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := sh.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := sh.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Kill(-sh.Process.Pid, syscall.SIGKILL) })
	first := make([]byte, 16)
	n, err := io.ReadAtLeast(out, first, 2)
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(first[:n])))
	c := dialClient(t, waitForPorts(t, path), "a")
	c.ready()
	child := c.childPID()
	sh.Process.Kill()
	sh.Wait()
	if !gone(pid) || !gone(child) {
		t.Errorf("kernel alive: %v, child alive: %v", alive(pid), alive(child))
	}
}
