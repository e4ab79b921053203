package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// ZygoteOptions say what a zygote loads and how far it locks.
type ZygoteOptions struct {
	Imports []string // libraries to load: numpy, pandas, scipy, sklearn, torch
	Level   string   // highest level to try: L0, L1 or L2; "" means L2
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
	gone    chan struct{} // closed when the reader ended: the zygote cannot fork any more

	mu       sync.Mutex
	serial   int
	children map[int]*Child
}

// message is a line from the zygote; one of the groups is set.
type message struct {
	Ready *Info  `json:"ready"`
	Error string `json:"error"`

	Forked int  `json:"forked"`
	PID    int  `json:"pid"`
	PIDFD  bool `json:"pidfd"`

	Exit   int     `json:"exit"`
	Status int     `json:"status"`
	CPU    float64 `json:"cpu"`
	MaxRSS int64   `json:"maxrss_kb"`
}

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
	z := &Zygote{conn: ours, scratch: scratch, stderr: &tail{}, gone: make(chan struct{}), children: map[int]*Child{}}
	z.cmd = exec.Command(p.Exe, p.args("zygote")...)
	z.cmd.Env, z.cmd.Dir = p.env(), scratch
	z.cmd.ExtraFiles, z.cmd.Stderr = []*os.File{theirs}, z.stderr
	z.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal, for it and its children
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
	return z, z.await(ctx, ready)
}

// await takes the zygote's first message, or closes it.
func (z *Zygote) await(ctx context.Context, ready chan message) error {
	select {
	case m := <-ready:
		if m.Ready != nil {
			z.Info = *m.Ready
			if err := outOfReach(m.Ready); err != nil {
				z.Close()
				return err
			}
			return nil
		}
		z.Close()
		return errors.New(m.Error)
	case <-z.gone:
		z.Close()
		return fmt.Errorf("ended while starting: %s", z.stderr)
	case <-ctx.Done():
		z.Close()
		return ctx.Err()
	}
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
	c := &Child{conn: ours, forked: make(chan struct{}), exited: make(chan struct{})}
	z.mu.Lock()
	z.serial++
	c.serial = z.serial
	z.children[c.serial] = c
	z.mu.Unlock()
	request := map[string]any{"fork": c.serial, "cpu": int(l.CPU/time.Second) + 1, "memory_mb": l.MemoryMB, "ahead": l.Ahead}
	if err := z.send(request, theirs); err != nil {
		z.forget(c.serial)
		ours.Close()
		return nil, &GoneError{err.Error(), true}
	}
	select {
	case <-c.forked:
		return c, nil
	case <-z.gone:
		ours.Close()
		return nil, &GoneError{"the zygote ended: " + z.stderr.String(), true}
	case <-time.After(10 * time.Second):
		z.kill()
		ours.Close()
		return nil, errors.New("the zygote does not answer")
	}
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
func (z *Zygote) Close() error {
	z.conn.Close()
	late := time.AfterFunc(time.Second, z.kill)
	err := z.cmd.Wait()
	late.Stop()
	<-z.gone
	os.RemoveAll(z.scratch)
	return err
}

func (z *Zygote) kill() {
	z.cmd.Process.Kill()
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

func (z *Zygote) forget(serial int) *Child {
	z.mu.Lock()
	defer z.mu.Unlock()
	c := z.children[serial]
	delete(z.children, serial)
	return c
}

// read takes the zygote's lines until it ends; then no child has an owner any more.
func (z *Zygote) read(ready chan<- message) {
	defer close(z.gone)
	defer z.orphan()
	var buffer []byte
	var fds []int
	b, oob := make([]byte, 65536), make([]byte, 256)
	for {
		n, k, _, _, err := z.conn.ReadMsgUnix(b, oob)
		if k > 0 {
			fds = append(fds, rights(oob[:k])...)
		}
		if err != nil || n == 0 {
			closeAll(fds)
			return
		}
		buffer = append(buffer, b[:n]...)
		for {
			line, rest, ok := bytes.Cut(buffer, []byte{'\n'})
			if !ok {
				break
			}
			buffer = rest
			var m message
			if json.Unmarshal(line, &m) != nil {
				return
			}
			fds = z.take(m, fds, ready)
		}
		if len(buffer) > 1<<20 {
			closeAll(fds)
			return
		}
	}
}

// take acts on one line; it returns the descriptors that still wait for theirs.
func (z *Zygote) take(m message, fds []int, ready chan<- message) []int {
	switch {
	case m.Ready != nil || m.Error != "":
		select {
		case ready <- m:
		default: // only the first one counts
		}
	case m.Forked != 0:
		fd := -1
		if m.PIDFD && len(fds) > 0 {
			fd, fds = fds[0], fds[1:]
		}
		z.mu.Lock()
		c := z.children[m.Forked]
		z.mu.Unlock()
		if c == nil {
			closeAll([]int{fd})
			break
		}
		c.started(m.PID, fd)
	case m.Exit != 0:
		if c := z.forget(m.Exit); c != nil {
			c.ended(Exit{Status: syscall.WaitStatus(m.Status), CPU: time.Duration(m.CPU * float64(time.Second)), MaxRSSKB: m.MaxRSS})
		}
	}
	return fds
}

// orphan ends every child that is left: nobody would reap it, or tell how it ended.
func (z *Zygote) orphan() {
	z.mu.Lock()
	left := z.children
	z.children = map[int]*Child{}
	z.mu.Unlock()
	for _, c := range left {
		c.Kill()
		c.ended(Exit{Lost: true})
	}
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// outOfReach makes sure that children cannot read this program: hidden tests are embedded in it.
func outOfReach(i *Info) error {
	exe, err := os.Executable()
	if err != nil || i.Level == "L0" { // at L0 children can read everything, and the level says so
		return nil
	}
	if exe, err = filepath.EvalSymlinks(exe); err != nil {
		return nil
	}
	for _, dir := range i.Readable {
		if rel, err := filepath.Rel(dir, exe); err == nil && filepath.IsLocal(rel) {
			return fmt.Errorf("this program lies in %s, which candidates' code can read: install it elsewhere", dir)
		}
	}
	return nil
}
