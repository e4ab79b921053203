package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
)

// burdened makes an answer of a reference that for some inputs uses two fifths of a case's time on the processor, for others
// is wrong or never ends; which ones depends on the input alone. Beside the busy processes those two fifths take longer than
// the case's time by the clock on the wall; the rest is for the reference, which a shared processor makes slower as well.
const burdened = `

import time, zlib

def %[1]s(*args, **kwargs):
    kind = zlib.crc32(repr(args).encode()) %% 24
    end = time.thread_time() + 0.12
    while kind == 0 or kind == 1 and time.thread_time() < end:
        pass
    if kind == 2:
        return None
    return right(*args, **kwargs)
`

// Where the processor is taken by others, an answer gets the same verdict as on an idle machine, each time.
func TestLoadedMachineChangesNoVerdict(t *testing.T) {
	python := scientific(t)
	bank, err := openBank(nil)
	if err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	os.Chmod(scratch, 0o711)
	grader, err := checks.New(checks.Config{Python: python, Scratch: scratch})
	if err != nil {
		t.Fatal(err)
	}
	defer grader.Close()
	for _, slug := range []string{"np-cosine-embeddings", "pd-rolling-7d-revenue"} {
		t.Run(slug, func(t *testing.T) {
			ch, err := lookup(bank, slug)
			if err != nil {
				t.Fatal(err)
			}
			spec := *ch.Spec
			spec.CaseSeconds = 0.3
			name := spec.EntryPoints[0]
			code := regexp.MustCompile(`\b`+name+`\b`).ReplaceAllString(spec.Solution, "right") + fmt.Sprintf(burdened, name)
			answer := checks.Submission{Cells: []checks.Cell{{ID: "c", Source: code, Role: "solution"}}}
			grade := func() (*report.Report, string) {
				r, err := grader.Grade(t.Context(), &spec, answer, checks.Options{Seed: 7, Session: "load", SkipFluency: true})
				if err != nil {
					t.Fatal(err)
				}
				return r, outcomes(r)
			}
			idle, want := grade()
			for _, some := range []report.Outcome{report.Pass, report.Fail, report.Timeout} {
				if !strings.Contains(want, ": "+string(some)+"\n") {
					t.Fatalf("no case is a %s; this proves less than it should: %s", some, want)
				}
			}
			load(t, busyProcesses)
			for n := range 20 {
				r, got := grade()
				if got != want || *r.Correctness.Points != *idle.Correctness.Points {
					t.Fatalf("grading %d beside %d busy processes differs:\n%v points\n%s\nidle:\n%v points\n%s", n, busyProcesses, *r.Correctness.Points, got, *idle.Correctness.Points, want)
				}
			}
		})
	}
}

// scientific returns the interpreter that has the libraries.
func scientific(t testing.TB) string {
	t.Helper()
	python, err := filepath.Abs(cmp.Or(os.Getenv("ASSAY_PYTHON"), filepath.Join(".venv", "bin", "python")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Fatal("no Python environment: run make venv, or set ASSAY_PYTHON")
	}
	return python
}

// busyProcesses is how many others want a processor all the time.
const busyProcesses = 3

// outcomes lists what became of each case.
func outcomes(r *report.Report) string {
	var b strings.Builder
	for _, c := range r.Correctness.Cases {
		fmt.Fprintf(&b, "%s: %s\n", c.ID, c.Outcome)
	}
	return b.String()
}

// load keeps the processors busy until the test ends: n processes, each of which ends by itself after a while too. Each
// leads a session of its own, so that the kernel does not share out one test's time among them.
func load(t *testing.T, n int) {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		busy := exec.Command(shell, "-c", "ulimit -t 100; while :; do :; done")
		busy.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := busy.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { busy.Process.Kill(); busy.Wait() })
	}
}
