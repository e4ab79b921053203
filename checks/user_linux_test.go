package checks

import "syscall"

// ordinary makes a child an ordinary user that keeps one right: to read what lies in another user's folders.
func ordinary(uid uint32) *syscall.SysProcAttr {
	const capDacReadSearch = 2
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid, NoSetGroups: false}, AmbientCaps: []uintptr{capDacReadSearch}}
}
