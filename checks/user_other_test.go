//go:build !linux

package checks

import "syscall"

// ordinary makes a process an ordinary user's.
func ordinary(uid uint32, _ bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
}
