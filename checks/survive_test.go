package checks

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

// A value that breaks the oracle's process costs its own case.
func TestOracleIsReplaced(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	s.Tests = strings.Replace(s.Tests, "    t.close(got, X[0])", "    if float(got[0]) == 7:\n        import os\n        os._exit(1)\n    t.close(got, X[0])", 1)
	r := grade(t, g, s, cell("def solve(X):\n    return X.mean(axis=0) if len(X) > 1 else X[0] * 0 + 7"), Options{SkipFluency: true})
	for _, c := range r.Correctness.Cases {
		want := report.Pass
		if c.ID == "one" {
			want = report.Fail
		}
		if c.Outcome != want {
			t.Errorf("%s: %s %s", c.ID, c.Outcome, c.Message)
		}
	}
}

// An oracle that always breaks is not started for ever.
// Values that end one oracle after the other: a verdict all the same, and soon. Whoever writes such a test learns it from
// verify, where the reference fails it.
func TestOracleIsNotReplacedForEver(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	s.Tests += "\n\n@basic(\"x\", repeat=9)\ndef breaks(t):\n    yield t.call(\"solve\", t.rng.normal(size=(2, 2)))\n    import os\n    os._exit(1)\n"
	r, err := g.Grade(t.Context(), s, cell("def solve(X):\n    return X.mean(axis=0)"), Options{SkipFluency: true})
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[report.Outcome]int{}
	for _, c := range r.Correctness.Cases {
		if strings.HasPrefix(c.ID, "breaks") {
			outcomes[c.Outcome]++
		}
	}
	if outcomes[report.Fail] != maxBroken+1 || outcomes[report.NotRun] != 9-maxBroken-1 {
		t.Error(outcomes)
	}
}

// A test that ends its oracle before it has asked for anything is its author's fault, and nobody's verdict.
func TestOracleThatEndsByItself(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	s.Tests += "\n\n@basic(\"x\")\ndef breaks(t):\n    import os\n    os._exit(1)\n    yield\n"
	if r, err := g.Grade(t.Context(), s, cell("def solve(X):\n    return X.mean(axis=0)"), Options{SkipFluency: true}); err == nil {
		t.Error(dump(r))
	}
}

// pythons lists the processes that this one started with a word in their command line.
func pythons(t *testing.T, word string) []int {
	t.Helper()
	var out []int
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, name := range lists {
		b, _ := os.ReadFile(name)
		for _, f := range strings.Fields(string(b)) {
			line, _ := os.ReadFile("/proc/" + f + "/cmdline")
			if pid, err := strconv.Atoi(f); err == nil && strings.Contains(string(line), word) {
				out = append(out, pid)
			}
		}
	}
	return out
}

func TestZygoteIsReplaced(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	g, s := grader(t, Config{}), meansSpec(t)
	code := cell("import time\n\ndef solve(X):\n    time.sleep(0.05)\n    return X.mean(axis=0)")
	g.Warm(t.Context(), s, "x")
	for _, moment := range []time.Duration{0, 100 * time.Millisecond} {
		killed := make(chan struct{})
		time.AfterFunc(moment, func() {
			defer close(killed)
			for _, pid := range pythons(t, "import zygote") {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		})
		if moment == 0 {
			<-killed
			time.Sleep(50 * time.Millisecond)
		}
		r := grade(t, g, s, code, Options{Session: "x", SkipFluency: true, Seed: 3})
		<-killed
		if *r.Correctness.Points != 35 || r.Seed != 3 {
			t.Errorf("killed after %v: %s", moment, dump(r))
		}
	}
}

func TestNotices(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	s.Allowed = []string{"numpy", "scipy"}
	r := grade(t, g, s, cell("import numpy as np, os", "try:", "    import torch", "except ImportError:", "    torch = None", "def solve(X):", "    torch and os", "    return np.mean(X, axis=0)"), Options{SkipFluency: true})
	n := 0
	for _, f := range r.Findings {
		if f.Rule == "T001" {
			n++
			if f.Severity != report.Advice || f.Points != 0 || f.Line != 2 || f.Cell != "c1" || f.Code != "import torch" {
				t.Errorf("%+v", f)
			}
		}
	}
	if n != 1 || *r.Correctness.Points != 35 {
		t.Errorf("%d notices: %s", n, dump(r))
	}
}

func TestNothingIsMeasuredInsideTheInterpreter(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	r := grade(t, g, s, cell("import sys\nimport numpy as np\n\ndef pairwise_distances(X):\n    sys.settrace(None)\n    n = len(X)\n    D = np.zeros((n, n))\n"+
		"    for i in range(n):\n        for j in range(n):\n            D[i, j] = np.sqrt(((X[i] - X[j]) ** 2).sum())\n    return D"), Options{})
	if *r.Correctness.Points != 35 {
		t.Error(dump(r))
	}
	for _, p := range r.Fluency.Parts {
		if p.Name == "array and frame thinking" && p.Points != nil && *p.Points > 0 {
			t.Errorf("points without a measurement: %+v", p)
		}
	}
}

func TestLowIsolationIsRefused(t *testing.T) {
	g, s := grader(t, Config{MaxLevel: "L0", MinLevel: "L1"}), meansSpec(t)
	r := grade(t, g, s, cell("def solve(X):\n    return X.mean(axis=0)"), Options{})
	if r.Status != report.StatusRefused || r.Isolation.Level != "L0" || !strings.Contains(r.Message, "assay doctor") || r.Correctness.Points != nil {
		t.Error(dump(r))
	}
}

func TestSessionsRunSideBySide(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	done := make(chan string, 8)
	for i := range 8 {
		go func() { // ends with its grading
			r, err := g.Grade(t.Context(), s, cell("def solve(X):\n    return X.mean(axis=0)"), Options{Session: strconv.Itoa(i % 4), SkipFluency: true})
			switch {
			case err != nil:
				done <- err.Error()
			case *r.Correctness.Points != 35:
				done <- dump(r)
			default:
				done <- ""
			}
		}()
	}
	for range 8 {
		if text := <-done; text != "" {
			t.Error(text)
		}
	}
}
