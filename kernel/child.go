package kernel

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "embed"
)

// bootstrap is what the child's Python runs: ipykernel, plus the few things a proxied kernel needs. It is handed over on
// stdin, which leaves the child with one that is at its end, as Jupyter does. Code that is given with -c would be taken
// for the user's own by debuggers, and be the last line of every call stack.
//
//go:embed childenv/bootstrap.py
var bootstrap string

// child is the kernel process that this one stands in front of.
type child struct {
	pid  int           // and the id of its process group
	done chan struct{} // closed when the process has ended and was waited for
	err  error         // how it ended; set before done is closed
}

// startChild runs argv as the leader of a process group of its own, as a kernel without a proxy is one. So an interrupt
// that we are sent, alone or with our group, reaches the child and what it started once: when we hand it on.
func startChild(argv []string, stderr io.Writer) (*child, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = childEnv(os.Environ())
	cmd.Stdin = strings.NewReader(bootstrap)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if stderr != nil {
		cmd.Stdout, cmd.Stderr = stderr, stderr
	}
	cmd.WaitDelay = 300 * time.Millisecond // a grandchild may hold the pipe for ever
	cmd.SysProcAttr = sysProcAttr()
	c := &child{done: make(chan struct{})}
	started := make(chan error)
	go c.keep(cmd, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %v", argv[0], err)
	}
	return c, nil
}

// keep starts the process and waits for its end. The kernel's "kill me when my parent dies" is bound to the thread that
// forked, so this goroutine keeps its thread until the child is gone.
func (c *child) keep(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		started <- err
		return
	}
	c.pid = cmd.Process.Pid
	started <- nil
	err := cmd.Wait()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	c.err = err
	close(c.done)
}

// childEnv is our environment as the child may see it: we are its parent, and the companion's token is not its business.
func childEnv(env []string) []string {
	var out []string
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "JPY_PARENT_PID", "ASSAY_TOKEN", "ASSAY_COMPANION":
		default:
			out = append(out, kv)
		}
	}
	return append(out, "JPY_PARENT_PID="+strconv.Itoa(os.Getpid()))
}

// ended reports whether the process is gone.
func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// interrupt sends SIGINT once to the child and to what it started.
func (c *child) interrupt() error { return syscall.Kill(-c.pid, syscall.SIGINT) }

// stop ends the process: politely, and after grace with force. It returns when the process is gone.
func (c *child) stop(grace time.Duration) {
	if c.ended() {
		return
	}
	c.terminate()
	select {
	case <-c.done:
	case <-time.After(grace):
		c.kill()
		<-c.done
	}
}

// terminate sends SIGTERM to the child and its processes.
func (c *child) terminate() {
	if c.ended() {
		return
	}
	syscall.Kill(-c.pid, syscall.SIGTERM)
}

// kill sends SIGKILL to the child and its processes.
func (c *child) kill() {
	if c.ended() {
		return
	}
	syscall.Kill(-c.pid, syscall.SIGKILL)
}
