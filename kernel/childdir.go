package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	childDirPrefix = "assay-k"
	maxSocketPath  = 100 // the system's limit is 104 to 108 bytes, the socket's own name included
)

// privateDir is the folder that holds the child's connection file and sockets. It is ours alone (0700), and its path is
// short enough for a socket. It stays locked while we live, so that others can tell it from one left behind.
type privateDir struct {
	path string
	lock *os.File
}

func makePrivateDir() (*privateDir, error) {
	var firstErr error
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		if base == "" {
			continue
		}
		sweep(base)
		d, err := makePrivateDirIn(base)
		if err == nil {
			return d, nil
		}
		if firstErr == nil {
			firstErr = err
		}
	}
	return nil, fmt.Errorf("folder for the kernel's sockets: %v", firstErr)
}

func makePrivateDirIn(base string) (d *privateDir, err error) {
	path, err := os.MkdirTemp(base, childDirPrefix)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	if len(path)+len("/k-5") > maxSocketPath {
		return nil, fmt.Errorf("%s is too long a path for a socket", path)
	}
	lock, err := lockDir(path)
	if err != nil {
		return nil, err
	}
	return &privateDir{path: path, lock: lock}, nil
}

// remove deletes the folder with all that is in it.
func (d *privateDir) remove() {
	os.RemoveAll(d.path)
	d.lock.Close()
}

// lockDir takes the folder's lock, or fails at once if somebody has it.
func lockDir(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sweep removes the folders of kernels that were killed before they could tidy up.
func sweep(base string) {
	found, _ := filepath.Glob(filepath.Join(base, childDirPrefix+"*"))
	for _, path := range found {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || !ownedByUs(info) || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if lock, err := lockDir(path); err == nil {
			os.RemoveAll(path)
			lock.Close()
		}
	}
}

func ownedByUs(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}
