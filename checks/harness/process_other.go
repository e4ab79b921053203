//go:build !linux

package harness

import (
	"errors"
	"syscall"
	"time"
)

// process is one that may be killed, by its number: these systems have no descriptors for processes. The zero process is
// none, or one that has ended.
type process struct{ pid int }

// find takes hold of a process of a session.
func find(pid, session int) (process, error) {
	sid, err := syscall.Getsid(pid)
	switch {
	case errors.Is(err, syscall.ESRCH):
		return process{}, nil
	case err != nil || sid != session:
		return process{}, errForeign
	}
	return process{pid}, nil
}

func (p *process) kill() {
	if p.pid > 0 {
		syscall.Kill(p.pid, syscall.SIGKILL)
	}
}

// lives is not known here: the number may be another's by now.
func (p *process) lives() bool { return false }

func (p *process) letGo() {}

// processorTime is not known here.
func processorTime(int) (time.Duration, bool) { return 0, false }

// queueTime is not known here.
func queueTime(int) time.Duration { return 0 }

// runnable is not known here.
func runnable(int) bool { return false }

// Harden does nothing here.
func Harden() error { return nil }
