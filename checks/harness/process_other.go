//go:build !linux

package harness

import (
	"syscall"
	"time"
)

// killProcess ends a process by its number: these systems have no descriptors for processes.
func killProcess(pid, _ int) {
	if pid > 0 {
		syscall.Kill(pid, syscall.SIGKILL)
	}
}

// processorTime is not known here.
func processorTime(int) (time.Duration, bool) { return 0, false }

// queueTime is not known here.
func queueTime(int) time.Duration { return 0 }

// runnable is not known here.
func runnable(int) bool { return false }

// Harden does nothing here.
func Harden() error { return nil }
