package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/assay-kernel/assay/kernel/link"
)

// companionProcess is the companion that a lab uses: one that it started, or one that was already there. There is one
// per user, so a lab joins a running one and then leaves it alone at the end.
type companionProcess struct {
	url     string
	own     *child // nil when it was already there
	options labOptions
	python  string
}

// startCompanion finds a running companion or starts one, and waits until it answers.
func startCompanion(ctx context.Context, o labOptions, python string) (*companionProcess, error) {
	p := &companionProcess{options: o, python: python}
	if a, err := link.ReadAddress(homeDir()); err == nil && companionAnswers(a) {
		progress("a companion is running already; using it (its own --policy and challenges count)")
		p.url = a.Interviewer
		return p, nil
	}
	return p, p.restart(ctx)
}

// restart starts the companion and waits for its address. When a kernel was quicker to start one, that one is used.
func (p *companionProcess) restart(ctx context.Context) error {
	if err := os.MkdirAll(homeDir(), 0o700); err != nil {
		return usagef("%s cannot be made: %v; set ASSAY_HOME to a folder you can write", homeDir(), err)
	}
	logPath := filepath.Join(homeDir(), "companion.log")
	logFile, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer logFile.Close()
	exe, err := executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe, p.serveArgs()...)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.Env = append(os.Environ(), "ASSAY_HOME="+absHome())
	c, err := startChild(cmd)
	if err != nil {
		return err
	}
	var found link.Address
	err = waitUntil(ctx, 30*time.Second, c.done, func() bool {
		found, err = link.ReadAddress(homeDir())
		return err == nil && found.PID == cmd.Process.Pid && companionAnswers(found)
	})
	if err == nil {
		p.own, p.url = c, found.Interviewer
		return nil
	}
	c.stop(5 * time.Second)
	if a, aerr := link.ReadAddress(homeDir()); aerr == nil && companionAnswers(a) {
		p.own, p.url = nil, a.Interviewer
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("the companion did not come up (%v); its log is %s", err, logPath)
}

func (p *companionProcess) serveArgs() []string {
	args := []string{"serve", "--listen", "127.0.0.1:" + strconv.Itoa(p.options.companionPort), "--python", p.python,
		"--policy", p.options.policy, "--idle-stop", "0"}
	for _, dir := range p.options.banks {
		args = append(args, "--bank", dir)
	}
	return args
}

// done is closed when a companion of our own ended; nil, which blocks for ever, for one that is not ours.
func (p *companionProcess) done() <-chan struct{} {
	if p.own == nil {
		return nil
	}
	return p.own.done
}

// stop ends the companion if this lab, or a kernel of it, started it.
func (p *companionProcess) stop() {
	if p.own != nil {
		p.own.stop(5 * time.Second)
	}
}

func companionAnswers(a link.Address) bool {
	return a.PID > 0 && syscall.Kill(a.PID, 0) == nil && answers(a.URL+"/healthz")
}
