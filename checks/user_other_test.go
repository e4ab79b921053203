//go:build !linux

package checks

import "syscall"

// ordinary makes a child an ordinary user.
func ordinary(uid uint32) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
}
