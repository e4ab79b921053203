package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ZygoteOptions say what a zygote loads and how far it locks.
type ZygoteOptions struct {
	Imports []string // libraries to load: numpy, pandas, scipy, sklearn, torch
	Level   string   // highest level to try: L0, L1 or L2; "" means L2
	Hidden  []string // files and folders that children may not be able to read; this program is always among them
}

// Info is what a zygote found on this machine.
type Info struct {
	Versions map[string]string `json:"versions"`
	Level    string            `json:"level"`
	Layers   []string          `json:"layers"`
	Tasks    int               `json:"tasks"`
	Seconds  float64           `json:"seconds"`  // to load the libraries
	Readable []string          `json:"readable"` // what children can read: libraries, no programs
}

// Zygote is a warm Python process that forks locked children. It serves one candidate and one set of libraries.
type Zygote struct {
	Info Info

	cmd     *exec.Cmd
	conn    *net.UnixConn
	scratch string
	stderr  *tail
	within  time.Duration // it has to answer
	gone    chan struct{} // closed when the reader ended: the zygote is killed and cannot fork any more

	mu       sync.Mutex
	serial   int
	children map[int]*Child
	fault    string // what it did that no zygote does
}

const (
	answerLimit = 10 * time.Second
	maxLine     = 1 << 20
	maxCPU      = 1e6 // seconds; no child gets that old
)

// StartZygote starts a zygote and waits until it has locked itself and loaded its libraries.
func StartZygote(ctx context.Context, p Python, o ZygoteOptions) (_ *Zygote, err error) {
	defer prefix(&err, "zygote")
	scratch, err := os.MkdirTemp(p.Scratch, "z")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(scratch, 0o711); err != nil {
		return nil, err
	}
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	z := &Zygote{conn: ours, scratch: scratch, stderr: &tail{}, within: answerLimit,
		gone: make(chan struct{}), children: map[int]*Child{}}
	z.cmd = exec.Command(p.Exe, p.args("zygote")...)
	z.cmd.Env, z.cmd.Dir = p.env(), scratch
	z.cmd.ExtraFiles, z.cmd.Stderr = []*os.File{theirs}, z.stderr
	z.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal, for it and its children; and they can be told by it
	z.cmd.WaitDelay = time.Second                          // for stderr, which something that it started may still hold
	err = z.cmd.Start()
	theirs.Close()
	if err != nil {
		ours.Close()
		os.RemoveAll(scratch)
		return nil, err
	}
	ready := make(chan message, 1)
	go z.read(ready) // ends when the connection does
	imports := o.Imports
	if imports == nil {
		imports = []string{}
	}
	if err := z.send(map[string]any{"imports": imports, "level": or(o.Level, "L2"), "scratch": scratch}, nil); err != nil {
		z.Close()
		return nil, err
	}
	return z, z.await(ctx, ready, o.Hidden)
}

// await takes the zygote's first message, or closes it.
func (z *Zygote) await(ctx context.Context, ready chan message, hidden []string) error {
	select {
	case m := <-ready:
		if m.Ready != nil {
			z.Info = *m.Ready
			if err := outOfReach(m.Ready, hidden); err != nil {
				z.Close()
				return err
			}
			return nil
		}
		z.Close()
		return notLoaded(z.cmd.Path, m.Error)
	case <-z.gone:
		z.Close()
		if z.fault != "" {
			return z.lost()
		}
		return fmt.Errorf("ended while starting: %s", z.stderr)
	case <-ctx.Done():
		z.Close()
		return ctx.Err()
	}
}

// notLoaded says why the libraries did not load, and what to do when one is not there.
func notLoaded(exe, why string) error {
	name, missing := strings.CutPrefix(why, "ModuleNotFoundError: No module named ")
	if !missing {
		return errors.New(why)
	}
	name = strings.Trim(name, "'")
	pkg := name
	if name == "sklearn" {
		pkg = "scikit-learn"
	}
	return fmt.Errorf("%s has no %s: install it (%[1]s -m pip install %[3]s), or name a Python that has it", exe, name, pkg)
}

// Limits of one child.
type Limits struct {
	CPU      time.Duration // of all its threads; the kernel's last resort when the wall clock's watcher fails
	MemoryMB int           // on top of what the libraries take
	Ahead    bool          // there is time before the first call: do what the libraries do slowly the first time
}

// Fork starts a locked child.
func (z *Zygote) Fork(l Limits) (_ *Child, err error) {
	defer prefix(&err, "fork")
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	c := &Child{zygote: z, conn: ours, forked: make(chan struct{}), exited: make(chan struct{})}
	z.mu.Lock()
	z.serial++
	c.serial = z.serial
	z.children[c.serial] = c
	z.mu.Unlock()
	request := map[string]any{"fork": c.serial, "cpu": int(l.CPU/time.Second) + 1, "memory_mb": l.MemoryMB, "ahead": l.Ahead}
	if err := z.send(request, theirs); err != nil {
		z.forget(c.serial)
		ours.Close()
		z.conn.Close() // it has gone, or nobody can talk to it
		return nil, z.lost()
	}
	late := time.AfterFunc(z.within, func() { z.condemn("no answer to a fork") })
	defer late.Stop()
	select {
	case <-c.forked:
		late.Stop()
		if c.pid != 0 || !c.Wait().Lost { // without a process it has ended already
			return c, nil
		}
	case <-z.gone:
	}
	ours.Close()
	return nil, z.lost()
}

// lost says that the zygote went, and why.
func (z *Zygote) lost() error {
	<-z.gone
	z.mu.Lock()
	defer z.mu.Unlock()
	return &GoneError{"the zygote ended: " + or(z.fault, z.stderr.String()), true}
}

// Forks returns how many children were asked for so far.
func (z *Zygote) Forks() int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.serial
}

// Alive reports whether the zygote can still fork.
func (z *Zygote) Alive() bool {
	select {
	case <-z.gone:
		return false
	default:
		return true
	}
}

// Close ends the zygote and with it every child, and waits for it.
func (z *Zygote) Close() {
	z.conn.Close()
	<-z.gone
	os.RemoveAll(z.scratch)
}

// condemn ends a zygote that does what no zygote does. Nothing that it says counts from then on.
func (z *Zygote) condemn(fault string) {
	z.mu.Lock()
	z.fault = or(z.fault, fault)
	z.mu.Unlock()
	z.conn.Close() // the reader does the rest
}

// kill ends the zygote, and what it may have forked and not told of. Only the reader calls it, before it waits for the
// process: the number cannot be another's yet.
func (z *Zygote) kill() {
	z.cmd.Process.Kill()
	syscall.Kill(-z.cmd.Process.Pid, syscall.SIGKILL)
}

func (z *Zygote) send(m any, f *os.File) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var rights []byte
	if f != nil {
		rights = syscall.UnixRights(int(f.Fd()))
	}
	_, _, err = z.conn.WriteMsgUnix(append(b, '\n'), rights, nil)
	return err
}

func (z *Zygote) child(serial int) *Child {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.children[serial]
}

func (z *Zygote) forget(serial int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	delete(z.children, serial)
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
