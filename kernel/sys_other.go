//go:build unix && !linux

package kernel

import "syscall"

// sysProcAttr gives the child a process group. The child notices our death by itself (ipykernel polls its parent), within
// about a second.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// releaseProgram does nothing: these systems count a program's pages otherwise.
func releaseProgram() error { return nil }

// hideSelf has no equivalent that works without privileges.
func hideSelf() error { return nil }
