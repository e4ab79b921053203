package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/assay-kernel/assay/kernel/link"
)

// companionProcess is the companion that a lab uses: one that it started, or one that was already there. There is one
// per user, so a lab joins a running one and then leaves it alone at the end.
type companionProcess struct {
	address link.Address    // where it is, or was
	own     *child          // nil when another command started it
	ended   <-chan struct{} // closed when it is gone, or when it is time to try again
	missing bool            // it is gone and did not start again; that was said
	options labOptions
	python  string
}

// startCompanion finds a running companion or starts one, and waits until it answers.
func startCompanion(ctx context.Context, o labOptions, python string) (*companionProcess, error) {
	p := &companionProcess{options: o, python: python}
	if a, ok := runningCompanion(); ok {
		progress("a companion is running already; using it (its own port, --policy and challenges count)")
		p.join(ctx, a)
		return p, nil
	}
	progress("starting the companion")
	return p, p.restart(ctx)
}

// join uses a companion that another command started, and watches it from outside.
func (p *companionProcess) join(ctx context.Context, a link.Address) {
	p.address, p.own, p.ended = a, nil, watchCompanion(ctx, a)
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
		p.address, p.own, p.ended = found, c, c.done
		return nil
	}
	c.stop(5 * time.Second)
	if a, ok := runningCompanion(); ok {
		p.join(ctx, a)
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("the companion did not come up (%v); its log is %s", err, logPath)
}

func (p *companionProcess) serveArgs() []string {
	args := []string{"serve", "--listen", "127.0.0.1:" + strconv.Itoa(p.port()), "--python", p.python,
		"--policy", p.options.policy, "--idle-stop", "0"}
	for _, dir := range p.options.banks {
		args = append(args, "--bank", dir)
	}
	return args
}

// port is where a companion starts: where an earlier one of this lab was, so that pages which are open find the new one;
// any other (0) when that port has gone to someone else.
func (p *companionProcess) port() int {
	if p.address.URL == "" {
		return p.options.companionPort
	}
	u, err := url.Parse(p.address.URL)
	if err != nil {
		return 0
	}
	last, err := strconv.Atoi(u.Port())
	if err != nil || !portFree(last) {
		return 0
	}
	return last
}

// replace brings a companion back after one has ended, and says how that went. When none starts, JupyterLab goes on and
// it is tried again later: kernels spool meanwhile and nothing is lost.
func (p *companionProcess) replace(ctx context.Context) {
	ended, before := "the companion ended", p.address.Interviewer
	if p.own == nil {
		ended = fmt.Sprintf("the companion that this lab had joined (process %d) ended", p.address.PID)
	}
	err := p.revive(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		p.own, p.ended = nil, after(companionRetry)
		if !p.missing {
			progress(fmt.Sprintf("%s and none starts in its place: %v; cells are kept in %s until one runs: run assay serve, or Ctrl-C and assay lab again",
				ended, err, filepath.Join(absHome(), "spool")))
		}
		p.missing = true
		return
	}
	if p.missing {
		ended, p.missing = "a companion runs again", false
	}
	now := "this lab started its own with its --policy and challenges"
	if p.own == nil {
		now = fmt.Sprintf("this lab joined that of process %d", p.address.PID)
	}
	where := "the interviewer's address is the same"
	if p.address.Interviewer != before {
		where = "the interviewer's address is now " + p.address.Interviewer
	}
	progress(fmt.Sprintf("%s; %s; %s", ended, now, where))
}

// revive joins a companion that is there by now or starts one. Several labs may do so at a time, one of which gets the
// home folder; the others find that one a little later.
func (p *companionProcess) revive(ctx context.Context) (err error) {
	for range 3 {
		if a, ok := runningCompanion(); ok {
			p.join(ctx, a)
			return nil
		}
		if err = p.restart(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return err
}

// stop ends the companion if this lab started it.
func (p *companionProcess) stop() {
	if p.own != nil {
		p.own.stop(5 * time.Second)
	}
}
