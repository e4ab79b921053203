package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// watchdog is a small shell that outlives us, should we be killed: it then kills what the candidate's code has started,
// which nothing else would do. The child itself dies with us on Linux; elsewhere the watchdog ends it too. It notices
// our death by the end of a pipe that nobody else holds, and a line on that pipe tells it that all is well.
type watchdog struct {
	pipe *os.File
	cmd  *exec.Cmd
}

// guard watches over a process group. A host without a shell has no watchdog, and nothing else changes.
func guard(pgid int) (*watchdog, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.Command("/bin/sh", "-c", fmt.Sprintf("read line || kill -9 -%d 2>/dev/null", pgid))
	cmd.Stdin, cmd.Dir = r, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // not a member of the group that it watches
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, err
	}
	return &watchdog{pipe: w, cmd: cmd}, nil
}

// dismiss ends the watch.
func (w *watchdog) dismiss() {
	if w == nil {
		return
	}
	w.pipe.WriteString("well\n")
	w.pipe.Close()
	w.cmd.Wait()
}
