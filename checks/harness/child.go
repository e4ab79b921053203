package harness

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
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
