package harness

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Child is one locked process that runs candidate code. Calls are made one at a time.
type Child struct {
	zygote *Zygote
	serial int
	conn   *net.UnixConn
	forked chan struct{} // closed when process is set
	exited chan struct{}
	process

	mu   sync.Mutex
	exit Exit

	spent time.Duration // by the last call; of the caller's goroutine
}

// Exit is how a child ended.
type Exit struct {
	Status   syscall.WaitStatus
	CPU      time.Duration
	MaxRSSKB int64
	Lost     bool // the zygote went first; nothing is known
}

// Why says in a few words what ended the process.
func (e Exit) Why() string {
	switch {
	case e.Lost:
		return "the runner ended"
	case e.Status.Signaled():
		switch e.Status.Signal() {
		case syscall.SIGXCPU:
			return "out of processor time"
		case syscall.SIGSYS:
			return "a forbidden system call"
		case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGABRT:
			return "crashed: " + e.Status.Signal().String()
		}
		return "ended by " + e.Status.Signal().String()
	}
	return fmt.Sprintf("ended itself with status %d", e.Status.ExitStatus())
}

// TimeoutError says that a child did not answer in time; it has been killed.
type TimeoutError struct{ After time.Duration }

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("no answer in %v", e.After.Round(time.Millisecond))
}

// GoneError says that a child ended, or was ended, instead of answering.
type GoneError struct {
	Why  string
	Lost bool // its zygote ended first: no fault of the child's
}

func (e *GoneError) Error() string { return e.Why }

const (
	slack = 10                    // how many times its limit a call may take because the machine is busy
	grace = 10 * time.Millisecond // for an answer that is here already and that we, being busy, have not read
)

// Call sends one request and returns the checked answer. The limit is of the time that the child runs or sleeps; what it
// waits for a processor does not count, up to a bound. After an error the child is dead.
func (c *Child) Call(request []byte, within time.Duration) (*Doc, error) {
	w := c.watch(within)
	answer, err := c.call(request, slack*within)
	c.spent = w.stop()
	if err == nil {
		var doc *Doc
		if doc, err = Parse(answer); err == nil {
			return doc, nil
		}
		err = &FrameError{err.Error()}
	}
	c.Kill()
	var frame *FrameError
	switch {
	case w.late.Load() || errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &TimeoutError{within}
	case errors.As(err, &frame):
		return nil, malformed(frame)
	}
	exit := c.Wait()
	if exit.Status.Signaled() && exit.Status.Signal() == syscall.SIGXCPU {
		return nil, &TimeoutError{within}
	}
	return nil, &GoneError{exit.Why(), exit.Lost}
}

// Spent returns how long the last call took, without what the child waited for a processor.
func (c *Child) Spent() time.Duration { return c.spent }

// watcher kills a child whose call has used up its time.
type watcher struct {
	child  *Child
	limit  time.Duration
	began  time.Time
	queued time.Duration // before the call
	worked time.Duration // before the call

	mu     sync.Mutex
	timer  *time.Timer // nil once the call is over
	warned bool
	before time.Duration // what it had worked when it was warned
	late   atomic.Bool
}

func (c *Child) watch(limit time.Duration) *watcher {
	w := &watcher{child: c, limit: limit, began: time.Now(), queued: queueTime(c.pid)}
	w.worked, _ = processorTime(c.pid)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(limit, w.look)
	return w
}

// spent returns the wall clock without what the first thread waited for a processor. That thread may have waited for the
// child's own others: what all of them worked, shared among every processor, counts in any case.
func (w *watcher) spent() time.Duration {
	wall := time.Since(w.began)
	var own time.Duration
	if worked, ok := processorTime(w.child.pid); ok {
		own = (worked - w.worked) / time.Duration(runtime.NumCPU())
	}
	return min(max(wall-max(queueTime(w.child.pid)-w.queued, 0), own, wall/slack), wall)
}

// look ends the call when its time is up, and comes back later when the machine was to blame: it kept the child waiting,
// or this process from reading the answer.
func (w *watcher) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer == nil {
		return
	}
	if left := w.limit - w.spent(); left > 0 {
		w.timer.Reset(max(left, 5*time.Millisecond))
		return
	}
	worked, known := processorTime(w.child.pid)
	if !w.warned {
		w.warned, w.before = true, worked
		w.timer.Reset(grace)
		return
	}
	// A wait that goes on is known when it is over: when the child has got a processor again.
	if known && worked == w.before && runnable(w.child.pid) {
		w.timer.Reset(grace)
		return
	}
	w.late.Store(true)
	w.child.Kill()
}

func (w *watcher) stop() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
	w.timer = nil
	return w.spent()
}

func (c *Child) call(request []byte, within time.Duration) ([]byte, error) {
	var b [8]byte
	rand.Read(b[:])
	nonce := binary.LittleEndian.Uint64(b[:])
	if err := c.conn.SetDeadline(time.Now().Add(within)); err != nil {
		return nil, err
	}
	if err := writeFrame(c.conn, nonce, request); err != nil {
		return nil, err
	}
	answer, err := readFrame(c.conn, nonce, MaxFrame)
	if more, closed := c.more(); err == nil && closed == nil && more {
		return nil, errMore
	}
	return answer, err
}

var errMore = &FrameError{"more than was asked for"}

// more reports whether something has come that nobody has read. The error says that the stream is closed here.
func (c *Child) more() (more bool, err error) {
	raw, err := c.conn.SyscallConn()
	if err != nil {
		return false, err
	}
	var b [1]byte
	err = raw.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		more = err == nil && n > 0
	})
	return more, err
}

// Quiet makes sure that a child which is not being called has nothing to say: an answer counts when it was the only one.
// After an error the child is dead.
func (c *Child) Quiet() error {
	more, err := c.more()
	if err == nil && !more {
		return nil
	}
	c.Kill()
	if more {
		return malformed(errMore)
	}
	exit := c.Wait()
	return &GoneError{exit.Why(), exit.Lost}
}

func malformed(e *FrameError) error { return &GoneError{Why: "the answer is malformed: " + e.What} }

// Kill ends the child at once.
func (c *Child) Kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.exited:
	default:
		c.process.kill()
	}
	c.conn.Close()
}

// Close ends a child that is of no more use. It is not asked to go by itself: its code may have other plans.
func (c *Child) Close() { c.Kill() }

// Alive reports whether the child has not ended yet, as far as is known.
func (c *Child) Alive() bool {
	select {
	case <-c.exited:
		return false
	default:
		return true
	}
}

// Wait returns how the child ended. It is for a child that has been killed, or ends by itself about now: the zygote has to
// say so soon.
func (c *Child) Wait() Exit {
	late := time.AfterFunc(c.zygote.within, func() { c.zygote.condemn("no word of how a child ended") })
	defer late.Stop()
	<-c.exited
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.exit
}

func (c *Child) started(p process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.process = p
	close(c.forked)
}

// begun reports whether the zygote has said where the child runs.
func (c *Child) begun() bool {
	select {
	case <-c.forked:
		return true
	default:
		return false
	}
}

func (c *Child) ended(e Exit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.exit = e
	c.process.letGo()
	close(c.exited)
}

// socketPair returns both ends of a stream: ours with deadlines, theirs to be handed over.
func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	syscall.ForkLock.RLock() // no process may start in between and inherit them
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	f := os.NewFile(uintptr(fds[0]), "stream")
	defer f.Close()
	theirs = os.NewFile(uintptr(fds[1]), "stream of the child")
	conn, err := net.FileConn(f)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), theirs, nil
}

// rights unpacks the descriptors in a control message.
func rights(oob []byte) []int {
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return nil
	}
	var out []int
	for _, m := range messages {
		fds, err := syscall.ParseUnixRights(&m)
		if err == nil {
			out = append(out, fds...)
		}
	}
	for _, fd := range out {
		syscall.CloseOnExec(fd)
	}
	return out
}

func closeAll(fds []int) {
	for _, fd := range fds {
		if fd >= 0 {
			syscall.Close(fd)
		}
	}
}

// tail keeps the end of what a process wrote to stderr.
type tail struct {
	mu sync.Mutex
	b  []byte
}

var _ io.Writer = (*tail)(nil)

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	if n := len(t.b) - 4096; n > 0 {
		t.b = t.b[n:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := bytes.Split(bytes.TrimSpace(t.b), []byte{'\n'})
	return string(lines[len(lines)-1])
}

// Time runs f and returns how much processor time the child spent meanwhile: unlike the wall clock it does not see what
// else the machine does. Where that is unknown it returns the wall clock.
func (c *Child) Time(f func()) time.Duration { return spent(c.pid, f) }

func spent(pid int, f func()) time.Duration {
	before, known := processorTime(pid)
	began := time.Now()
	f()
	wall := time.Since(began)
	if after, ok := processorTime(pid); known && ok {
		return after - before
	}
	return wall
}
