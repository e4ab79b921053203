package checks

import "syscall"

// ordinary makes a process an ordinary user's; with read, one that may read what lies in another user's folders.
func ordinary(uid uint32, read bool) *syscall.SysProcAttr {
	const capDacReadSearch = 2
	a := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	if read {
		a.AmbientCaps = []uintptr{capDacReadSearch}
	}
	return a
}
