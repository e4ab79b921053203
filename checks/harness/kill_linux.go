package harness

import (
	"syscall"
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
