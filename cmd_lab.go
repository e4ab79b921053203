package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/assay-kernel/assay/kernel/companion"
)

// firstLabPort is where the search for JupyterLab's port starts when none is given; it is Jupyter's own default.
const firstLabPort = 8888

// labOptions is what `assay lab` was asked for.
type labOptions struct {
	dir           string
	challenge     string
	browser       bool
	port          int
	companionPort int
	python        string
	policy        string
	banks         stringList
}

func runLab(ctx context.Context, args []string) error {
	fs := newFlags("lab", "[DIR]", "Starts the companion and JupyterLab together on this machine, puts the challenge's notebook into DIR\n"+
		"(default: work), prints the candidate's and the interviewer's address, and stops both on Ctrl-C.")
	var o labOptions
	var noBrowser bool
	fs.StringVar(&o.challenge, "challenge", "warmup-pairwise-distances", "the challenge's `SLUG`; assay list shows them, \"all\" writes every one")
	fs.BoolVar(&noBrowser, "no-browser", false, "open no browser (none is opened either where there is no display)")
	fs.IntVar(&o.port, "port", 0, "JupyterLab's `PORT` (default: 8888 or the next free one)")
	fs.IntVar(&o.companionPort, "companion-port", 0, "the companion's `PORT` (default: any free one)")
	fs.StringVar(&o.python, "python", "", "the interpreter (its `PATH`) that has JupyterLab and ipykernel")
	fs.StringVar(&o.policy, "policy", "full", "what candidates see of hidden tests: `POLICY` full, counts or none")
	fs.Var(&o.banks, "bank", "a `DIR` with more challenges; may be repeated")
	rest, err := parse(fs, args, 0, 1)
	if err != nil {
		return err
	}
	o.dir, o.browser = "work", !noBrowser
	if len(rest) == 1 {
		o.dir = rest[0]
	}
	return lab(ctx, o)
}

// lab prepares everything that can fail before it starts anything, so that a failure leaves no process behind.
func lab(ctx context.Context, o labOptions) error {
	if err := oneOf("--policy", o.policy, companion.PolicyFull, companion.PolicyCounts, companion.PolicyNone); err != nil {
		return err
	}
	port, err := choosePort("--port", o.port, firstLabPort)
	if err != nil {
		return err
	}
	if o.companionPort != 0 {
		if err := checkCompanionPort(o.companionPort); err != nil {
			return err
		}
	}
	python, err := findPython(o.python)
	if err != nil {
		return err
	}
	if err := needJupyterLab(ctx, python); err != nil {
		return err
	}
	notebook, err := prepareFolder(o)
	if err != nil {
		return err
	}
	prefix, err := sysPrefix(ctx, python)
	if err != nil {
		return err
	}
	if err := writeKernelspec(filepath.Join(prefix, "share", "jupyter", "kernels", specName), python); err != nil {
		return fmt.Errorf("installing the kernelspec: %v", err)
	}
	comp, err := startCompanion(ctx, o, python)
	if err != nil {
		return err
	}
	defer comp.stop()
	progress("starting JupyterLab")
	jl, err := startJupyterLab(ctx, o, python, port, notebook)
	if err != nil {
		return err
	}
	defer jl.stop()
	fmt.Printf("Candidate:   %s\nInterviewer: %s\n", jl.url, comp.address.Interviewer)
	progress(farewell(comp))
	if o.browser {
		openBrowser(jl.url)
	}
	return superviseLab(ctx, comp, jl)
}

// farewell says what Ctrl-C will stop.
func farewell(comp *companionProcess) string {
	if comp.own == nil {
		return "Ctrl-C stops JupyterLab; the companion, the notebook and the recorded session stay."
	}
	return "Ctrl-C stops both; the notebook and the recorded session stay."
}

// superviseLab waits for Ctrl-C or for JupyterLab to end. A companion that ends, whoever started it, is replaced on its old
// address: kernels spool meanwhile and nothing is lost.
func superviseLab(ctx context.Context, comp *companionProcess, jl *labProcess) error {
	for {
		select {
		case <-ctx.Done():
			if comp.own == nil {
				progress("stopping JupyterLab")
			} else {
				progress("stopping JupyterLab and the companion")
			}
			return nil
		case <-jl.done:
			return fmt.Errorf("JupyterLab ended by itself (%v); its log is %s", jl.err, jl.log)
		case <-comp.ended:
			comp.replace(ctx)
		}
	}
}

func progress(text string) { fmt.Fprintln(os.Stderr, "assay lab: "+text) }

// needJupyterLab says how to get JupyterLab where python has none. It looks, rather than imports: importing takes a second.
func needJupyterLab(ctx context.Context, python string) error {
	code := "import importlib.util as u, sys; sys.exit(0 if u.find_spec('jupyterlab') and u.find_spec('ipykernel') else 1)"
	if err := exec.CommandContext(ctx, python, "-c", code).Run(); err != nil {
		return usagef("%s has no JupyterLab with ipykernel; run make venv, or name another interpreter with --python", python)
	}
	return nil
}

// choosePort checks that a wanted port is free, or finds one from start on.
func choosePort(flagName string, wanted, start int) (int, error) {
	if wanted != 0 {
		if wanted < 1 || wanted > 65535 {
			return 0, usagef("%s %d is no port; give one from 1 to 65535", flagName, wanted)
		}
		if !portFree(wanted) {
			return 0, usagef("port %d is taken; give another with %s, or leave it out to get a free one", wanted, flagName)
		}
		return wanted, nil
	}
	for p := start; p < start+200; p++ {
		if portFree(p) {
			return p, nil
		}
	}
	return 0, usagef("no free port from %d on; give one with %s", start, flagName)
}

func portFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// prepareFolder makes DIR and writes the notebooks that are not there yet; a candidate's work is never overwritten.
// It returns the file name of the notebook to open.
func prepareFolder(o labOptions) (string, error) {
	bank, err := openBank(o.banks)
	if err != nil {
		return "", err
	}
	slugs := []string{o.challenge}
	if o.challenge == "all" {
		slugs = bankSlugs(bank)
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return "", usagef("%s cannot be made: %v; give another folder", o.dir, err)
	}
	for _, slug := range slugs {
		ch, err := lookup(bank, slug, o.banks...)
		if err != nil {
			return "", err
		}
		path := filepath.Join(o.dir, slug+".ipynb")
		if _, err := os.Stat(path); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		raw, err := buildNotebook(ch)
		if err != nil {
			return "", err
		}
		if err := writeFile(path, raw, 0o644); err != nil {
			return "", err
		}
	}
	return slugs[0] + ".ipynb", nil
}

func randomToken() string {
	var b [24]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // the platform has no randomness: nothing here may go on
	}
	return hex.EncodeToString(b[:])
}

// openBrowser shows url where a desktop has a way to; failing is no error, the address was printed.
func openBrowser(url string) {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" && !isMac() {
		return
	}
	opener := "xdg-open"
	if isMac() {
		opener = "open"
	}
	cmd := exec.Command(opener, url)
	if cmd.Start() == nil {
		go cmd.Wait()
	}
}

// stringList is a flag that may be repeated.
type stringList []string

func (l *stringList) String() string     { return fmt.Sprint([]string(*l)) }
func (l *stringList) Set(v string) error { *l = append(*l, v); return nil }

// waitUntil polls ready until it is true, the deadline passes or done closes.
func waitUntil(ctx context.Context, limit time.Duration, done <-chan struct{}, ready func() bool) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if ready() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-done:
			return errors.New("it ended")
		case <-deadline.C:
			return fmt.Errorf("no answer within %s", limit)
		case <-tick.C:
		}
	}
}
