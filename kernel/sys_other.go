//go:build unix && !linux

package kernel

import "syscall"

// sysProcAttr: the child notices our death by itself (ipykernel polls its parent), within about a second.
func sysProcAttr(ownGroup bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: ownGroup}
}

// releaseProgram does nothing: these systems count a program's pages otherwise.
func releaseProgram() error { return nil }

// hideSelf has no equivalent that works without privileges.
func hideSelf() error { return nil }
