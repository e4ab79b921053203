package kernel

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// releaseProgram lets go of the pages of the program's own file: code and constants that were needed to start, for the
// most part of commands that this process does not run. What is still needed comes back from the page cache when it is
// touched. Pages that can be written to are left alone, because their contents exist only here.
func releaseProgram() error {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	for line := range bytes.Lines(maps) {
		if !bytes.HasSuffix(line, []byte(" "+exe+"\n")) {
			continue
		}
		var from, to uintptr
		var access string
		if _, err := fmt.Sscanf(string(line), "%x-%x %s", &from, &to, &access); err != nil {
			return fmt.Errorf("/proc/self/maps: %q: %v", line, err)
		}
		if access[1] == 'w' {
			continue
		}
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED); errno != 0 {
			return errno
		}
	}
	return nil
}
