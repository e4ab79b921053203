package harness

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

const ( // the same numbers on every architecture
	sysPidfdSendSignal = 424
	sysPidfdOpen       = 434
)

// process is one that may be killed. The zero process is none, or one that has ended.
type process struct {
	pid int
	fd  int // 0 where there is none; it cannot name another process even when the pid is used again
}

// find takes hold of a process of a session.
func find(pid, session int) (process, error) {
	p := process{pid: pid}
	// The descriptor first: what is asked by number afterwards is true of it, or it is of a process that has ended.
	if fd, _, errno := syscall.Syscall(sysPidfdOpen, uintptr(pid), 0, 0); errno == 0 {
		p.fd = int(fd)
	}
	sid, _, errno := syscall.Syscall(syscall.SYS_GETSID, uintptr(pid), 0, 0)
	if errno == 0 && int(sid) == session {
		return p, nil
	}
	p.letGo()
	if errno == syscall.ESRCH {
		return process{}, nil
	}
	return process{}, errForeign
}

func (p *process) kill() {
	if p.fd > 0 {
		p.signal(syscall.SIGKILL)
	} else if p.pid > 0 {
		syscall.Kill(p.pid, syscall.SIGKILL)
	}
}

// lives reports whether the process is known to be there, if only to be reaped.
func (p *process) lives() bool { return p.fd > 0 && p.signal(0) == 0 }

func (p *process) signal(s syscall.Signal) syscall.Errno {
	_, _, errno := syscall.Syscall6(sysPidfdSendSignal, uintptr(p.fd), uintptr(s), uintptr(unsafe.Pointer(nil)), 0, 0, 0)
	return errno
}

func (p *process) letGo() {
	if p.fd > 0 {
		syscall.Close(p.fd)
		p.fd = 0
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
