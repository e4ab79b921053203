package harness

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

const sysPidfdSendSignal = 424 // the same number on every architecture

// killProcess ends a process by its descriptor, which cannot name another one even when the pid is used again.
func killProcess(pid, pidfd int) {
	if pidfd > 0 {
		syscall.Syscall6(sysPidfdSendSignal, uintptr(pidfd), uintptr(syscall.SIGKILL), uintptr(unsafe.Pointer(nil)), 0, 0, 0)
		return
	}
	if pid > 0 {
		syscall.Kill(pid, syscall.SIGKILL)
	}
}

// processorTime returns what a process has used so far, all its threads together, as the kernel counts it.
func processorTime(pid int) (time.Duration, bool) {
	const scheduler = 2 // the clock of nanoseconds; the others count ticks
	clock := uintptr(^pid<<3 | scheduler)
	var ts syscall.Timespec
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano()), errno == 0 && pid > 0
}

// queueTime returns how long a process's first thread has waited for a processor so far: time that the machine, and not
// the process, is to blame for. A wait that goes on is not in it yet.
func queueTime(pid int) time.Duration {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
	fields := bytes.Fields(b)
	if err != nil || len(fields) < 2 {
		return 0
	}
	ns, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(ns)
}

// runnable reports whether a process's first thread runs, or waits for a processor.
func runnable(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, after, ok := bytes.Cut(b, []byte(") ")) // our children's name has no parenthesis
	return err == nil && ok && len(after) > 0 && after[0] == 'R'
}

// Harden closes this process's memory, environment and descriptors in /proc to other processes of the same user, and turns
// off core dumps. A process that holds hidden tests or keys calls it at its start; debuggers then cannot attach either.
func Harden() error {
	const setDumpable = 4
	if _, _, errno := syscall.Syscall(syscall.SYS_PRCTL, setDumpable, 0, 0); errno != 0 {
		return os.NewSyscallError("prctl", errno)
	}
	return nil
}
