package harness

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// victim is a process that is nobody's child but the test's.
type victim struct {
	pid  int
	in   io.Writer
	back *bufio.Reader
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	return &victim{cmd.Process.Pid, in, bufio.NewReader(out)}
}

// alive has the victim say something back, which no process does that has been killed.
func (v *victim) alive() bool {
	if _, err := io.WriteString(v.in, "alive\n"); err != nil {
		return false
	}
	line, err := v.back.ReadString('\n')
	return err == nil && line == "alive\n"
}

// spoil puts a zygote that misbehaves in the place of the installed one.
func spoil(t *testing.T, p Python) {
	t.Helper()
	if err := os.Rename(filepath.Join(p.Dir, "zygote.py"), filepath.Join(p.Dir, "honest.py")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.Dir, "zygote.py"), []byte(read(t, "testdata/misbehave.py")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// order says what the next zygote does, and at which message of a kind.
func order(t *testing.T, p Python, at string, nth int, how string, v *victim) {
	t.Helper()
	b, _ := json.Marshal(map[string]any{"at": at, "nth": nth, "how": how, "victim": v.pid})
	if err := os.WriteFile(filepath.Join(p.Dir, "orders"), b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// misdeeds are all ways in which a zygote may misbehave: at which message, how, and what the grader says of it.
var misdeeds = []struct{ at, how, fault string }{
	{"forked", "twice", "a child twice"},
	{"forked", "late", "no answer to a fork"},
	{"forked", "hidden", "no answer to a fork"},
	{"forked", "closed", ""},
	{"forked", "foreign", "none of its children"},
	{"forked", "grader", "none of its children"},
	{"forked", "init", "none of its children"},
	{"forked", "itself", "none of its children"},
	{"forked", "sibling", "none of its children"},
	{"forked", "negative_pid", "none of its children"},
	{"forked", "no_process", "no word of how a child ended"},
	{"forked", "unknown", "nobody asked for"},
	{"forked", "negative", "nobody asked for"},
	{"forked", "nobody", "not there"},
	{"forked", "end_first", "not there"},
	{"forked", "end_while_it_lives", "a child that lives"},
	{"forked", "both", "out of turn"},
	{"forked", "ready_again", "out of turn"},
	{"forked", "error_now", "out of turn"},
	{"forked", "no_json", "no message"},
	{"forked", "no_object", "no message"},
	{"forked", "other_types", "no message"},
	{"forked", "empty_line", "no message"},
	{"forked", "long_line", "without an end"},
	{"forked", "descriptor", "descriptor"},
	{"forked", "very_many_descriptors", "descriptor"},
	{"exit", "twice", "not there"},
	{"exit", "hidden", "no word of how a child ended"},
	{"exit", "late", "no word of how a child ended"},
	{"exit", "closed", ""},
	{"exit", "unknown", "not there"},
	{"exit", "negative", "not there"},
	{"exit", "nobody", "not there"},
	{"exit", "negative_status", "cannot be"},
	{"exit", "stopped", "cannot be"},
	{"exit", "negative_time", "cannot be"},
	{"exit", "endless_time", "cannot be"},
	{"exit", "negative_memory", "cannot be"},
	{"exit", "no_json", "no message"},
	{"exit", "long_line", "without an end"},
	{"exit", "descriptor", "descriptor"},
}

// A zygote that does what no zygote does is killed with all its children, whatever it was, and nobody else is.
func TestZygoteThatMisbehaves(t *testing.T) {
	p, v := python(t), newVictim(t)
	spoil(t, p)
	for _, c := range misdeeds {
		t.Run(c.at+" "+c.how, func(t *testing.T) {
			if runtime.GOOS != "linux" && (strings.Contains(c.how, "descriptor") || strings.Contains(c.how, "lives")) {
				t.Skip("processes have no descriptors here")
			}
			order(t, p, c.at, 2, c.how, v) // the first child is a good one, and is lost as well
			z := zygote(t, p, ZygoteOptions{})
			z.within = 20 * time.Second
			first := loaded(t, z, "def f():\n    return 1\n")
			if c.at == "exit" {
				other := loaded(t, z, "x = 1\n")
				other.Kill()
				other.Wait()
			}
			if quick := c.how == "late" || c.how == "hidden" || c.how == "no_process"; quick {
				z.within = time.Second
			}
			second, err := z.Fork(Limits{CPU: time.Second, MemoryMB: 256})
			if err != nil && !lost(err) {
				t.Error(err)
			}
			if err == nil && c.at == "exit" { // otherwise it is at fault as long as the child lives
				second.Kill()
				second.Wait()
			}
			select {
			case <-z.gone:
			case <-time.After(30 * time.Second):
				t.Fatal("it lives on")
			}
			if z.Alive() || z.fault != c.fault && (c.fault == "" || !strings.Contains(z.fault, c.fault)) {
				t.Errorf("fault %q, want %q", z.fault, c.fault)
			}
			if _, err := first.Call(call("f"), time.Second); !lost(err) || !first.Wait().Lost {
				t.Error("its child answers:", err)
			}
			if _, err := z.Fork(Limits{}); !lost(err) {
				t.Error("it forks:", err)
			}
			z.Close()
			for _, pid := range []int{z.cmd.Process.Pid, first.pid} {
				if !ends(pid) {
					t.Errorf("process %d is there", pid)
				}
			}
			if !v.alive() {
				t.Fatal("somebody else's process was killed")
			}
		})
	}
	if z := zygote(t, p, ZygoteOptions{}); !z.Alive() {
		t.Error("without orders it misbehaves as well")
	}
}

func lost(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone) && gone.Lost
}

// ends waits until there is no such process any more, or only what is left of it until it is reaped.
func ends(pid int) bool {
	for range 250 {
		if syscall.Kill(pid, 0) == syscall.ESRCH {
			return true
		}
		if b, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output(); strings.HasPrefix(string(b), "Z") {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// One that misbehaves before anything else does not start, and is not taken for one that cannot.
func TestZygoteThatStartsBadly(t *testing.T) {
	p, v := python(t), newVictim(t)
	spoil(t, p)
	for _, how := range []string{"before_ready", "no_json", "long_line", "empty_line"} {
		order(t, p, "ready", 1, how, v)
		if _, err := StartZygote(t.Context(), p, ZygoteOptions{}); !lost(err) {
			t.Errorf("%s: %v", how, err)
		}
	}
}

// Descriptors that a zygote sends are not kept.
func TestSentDescriptorsAreClosed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	p, v := python(t), newVictim(t)
	spoil(t, p)
	count := func() int {
		list, _ := os.ReadDir("/proc/self/fd")
		return len(list)
	}
	before := count()
	for _, how := range []string{"descriptor", "very_many_descriptors"} {
		order(t, p, "forked", 1, how, v)
		z := zygote(t, p, ZygoteOptions{})
		if _, err := z.Fork(Limits{}); err == nil {
			<-z.gone
		}
		z.Close()
	}
	if n := count(); n > before+2 {
		t.Errorf("%d descriptors, then %d", before, n)
	}
}

// A child's answer is one frame. What comes on top of it ends the child, when it comes with the answer or later.
func TestMoreThanOneAnswer(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{})
	const head = "import os, sys, threading, time\nwire = sys.modules['wire']\n"
	for name, body := range map[string]string{
		"at once":  "def more(fd, nonce, payload):\n    frame = wire.HEAD.pack(len(payload) + 8, nonce) + payload\n    os.write(fd, frame + frame)\n",
		"one byte": "def more(fd, nonce, payload):\n    os.write(fd, wire.HEAD.pack(len(payload) + 8, nonce) + payload + b'x')\n",
		"later":    "old = wire.write_frame\ndef more(fd, nonce, payload):\n    old(fd, nonce, payload)\n    time.sleep(0.05)\n    old(fd, nonce, payload)\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := loaded(t, z, head+body+"def f():\n    wire.write_frame = more  # from the next answer on\n    return 1\ndef g():\n    return 2\n")
			if _, err := c.Call(call("f"), 5*time.Second); err != nil {
				t.Fatal(err)
			}
			if err := c.Quiet(); err != nil {
				t.Fatal("a child that said nothing:", err)
			}
			_, err := c.Call(call("g"), 5*time.Second)
			if (err == nil) != (name == "later") {
				t.Error(err)
			}
			if err == nil {
				for i := 0; err == nil && i < 1000; i++ {
					time.Sleep(10 * time.Millisecond)
					err = c.Quiet()
				}
			}
			var gone *GoneError
			if !errors.As(err, &gone) || gone.Lost || !strings.Contains(gone.Why, "malformed") {
				t.Error(err)
			}
			if exit := c.Wait(); exit.Status.Signal() != syscall.SIGKILL {
				t.Error(exit.Why())
			}
		})
	}
	if !z.Alive() {
		t.Error("the zygote was to blame")
	}
}

// A child whose end is known may have nothing more to say, and says so: only what is too much is held against it.
func TestQuietAfterTheEnd(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{})
	c := loaded(t, z, "import os, threading, time\ndef f():\n    threading.Thread(target=lambda: (time.sleep(0.05), os._exit(3))).start()\n    return 1\n")
	if _, err := c.Call(call("f"), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if exit := c.Wait(); exit.Status.ExitStatus() != 3 {
		t.Error(exit.Why())
	}
	if err := c.Quiet(); err != nil {
		t.Error(err)
	}
}
