package checks

import (
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

func benchAt(level string) *bench {
	return &bench{zygote: &harness.Zygote{Info: harness.Info{Level: level, Layers: []string{"of " + level}}}}
}

// A report tells of the bench that ran its answer, whatever other sessions reached meanwhile.
func TestIsolationIsOfTheOwnBench(t *testing.T) {
	g := &Grader{conf: Config{MinLevel: "L1"}}
	for _, c := range []struct {
		level string
		ok    bool
	}{{"L2", true}, {"L0", false}, {"L1", true}, {"", false}} {
		r := g.blank(&Spec{})
		ok := g.admit(r, benchAt(c.level))
		g.note(benchAt("L2")) // of another session
		if ok != c.ok || r.Isolation.Level != c.level || !slices.Equal(r.Isolation.Layers, []string{"of " + c.level}) {
			t.Errorf("%q: admitted %v, %+v", c.level, ok, r.Isolation)
		}
		if refused := r.Status == report.StatusRefused && strings.Contains(r.Message, "L1 is required"); refused == c.ok {
			t.Errorf("%q: %s %s", c.level, r.Status, r.Message)
		}
		if g.Isolation().Level != "L2" {
			t.Errorf("the last bench reached L2, not %q", g.Isolation().Level)
		}
	}
}

// The second zygote, for an answer that imports one more library, is asked what it reached as well.
func TestIsolationOfAnotherZygote(t *testing.T) {
	g, s := grader(t, Config{MinLevel: "L1"}), meansSpec(t)
	own := grade(t, g, s, cell("def solve(X):\n    return X.mean(axis=0)"), Options{Session: "x", SkipFluency: true})
	if own.Status != report.StatusGraded {
		t.Skip("no isolation on this machine: " + own.Message)
	}
	g.pool.level = "L0" // of whatever starts from now on
	r := grade(t, g, s, cell("import scipy\n\ndef solve(X):\n    scipy\n    return X.mean(axis=0)"), Options{Session: "x", SkipFluency: true})
	if r.Status != report.StatusRefused || r.Isolation.Level != "L0" || len(r.Correctness.Cases) != 0 {
		t.Errorf("%s at %s", dump(r), r.Isolation.Level)
	}
	again := grade(t, g, s, cell("def solve(X):\n    return X.mean(axis=0)"), Options{Session: "x", SkipFluency: true})
	if again.Status != report.StatusGraded || again.Isolation.Level != own.Isolation.Level {
		t.Errorf("the first zygote is still there: %s at %s", dump(again), again.Isolation.Level)
	}
}

// So is one that replaces a zygote that ended during a run.
func TestIsolationOfARestartedZygote(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	g, s := grader(t, Config{MinLevel: "L1"}), meansSpec(t)
	code := cell("import time\n\ndef solve(X):\n    time.sleep(0.1)\n    return X.mean(axis=0)")
	if r := grade(t, g, s, code, Options{Session: "x", SkipFluency: true}); r.Status != report.StatusGraded {
		t.Skip("no isolation on this machine: " + r.Message)
	}
	g.pool.level = "L0"
	killed := make(chan struct{})
	time.AfterFunc(100*time.Millisecond, func() {
		defer close(killed)
		for _, pid := range pythons(t, "import zygote") {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	r := grade(t, g, s, code, Options{Session: "x", SkipFluency: true})
	<-killed
	if r.Status != report.StatusRefused || r.Isolation.Level != "L0" || r.Correctness.Points != nil {
		t.Errorf("%s at %s", dump(r), r.Isolation.Level)
	}
}
