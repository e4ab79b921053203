package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

// An attack is an answer that is right only where its exploit works. Here each must score nothing and leave the host
// alone; under testdata/naive_grader.py, which shares one process with the answer, the same file must succeed: a test
// with a broken payload proves nothing.

func attackNames(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/attacks/*.py")
	if err != nil || len(names) < 100 {
		t.Fatal("the attacks are missing:", err, len(names))
	}
	return names
}

func meansSpec(t *testing.T) *Spec {
	return &Spec{Slug: "means", EntryPoints: []string{"solve"}, Imports: []string{"numpy"}, Tests: read(t, "testdata/means_tests.py"),
		Solution: "def solve(X):\n    return X.mean(axis=0)\n", CaseSeconds: 0.5}
}

func TestAttacks(t *testing.T) {
	t.Setenv("ASSAY_ATTACK_SECRET", secret)
	g, spec, stage := grader(t, Config{MinLevel: "L1"}), meansSpec(t), newStage(t)
	prelude := read(t, "testdata/attacks/prelude.txt")
	honest := grade(t, g, spec, cell("import numpy as np\ndef solve(X):\n    return np.mean(X, axis=0)"), Options{Session: "attacks"})
	if *honest.Correctness.Points != 35 {
		t.Fatal("the honest answer fails:", dump(honest))
	}
	if slices.Contains(honest.Isolation.Layers, "tmpfs") {
		stage.words["@BOUNDED@"] = "yes"
	} else {
		stage.words["@BOUNDED@"] = ""
	}
	t.Logf("isolation %s %v, uid %d", honest.Isolation.Level, honest.Isolation.Layers, os.Getuid())
	for _, name := range attackNames(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".py"), func(t *testing.T) {
			source := stage.source(read(t, name), false)
			sub := Submission{Cells: []Cell{{ID: "p", Source: prelude}, {ID: "a", Source: source}}}
			began := time.Now()
			r := grade(t, g, spec, sub, Options{Session: "attacks", SkipFluency: true})
			if r.Correctness.Points != nil && *r.Correctness.Points != 0 || r.Public.Passed > 0 && !strings.Contains(name, "g10") && !strings.Contains(name, "g3") {
				t.Error("it scored:", dump(r))
			}
			// A busy machine may take its time; the answer's own is what counts.
			if took, wall := ownTime(r), time.Since(began); took > 4*time.Second || wall > time.Minute {
				t.Errorf("it took %v of its own and %v in all", took, wall)
			}
			if r.Seed == 0 && r.Status == report.StatusGraded || r.Isolation.Level == "" || len(r.Correctness.Cases) == 0 && r.Message == "" {
				t.Error("the verdict says too little:", dump(r))
			}
			stage.unharmed(t)
		})
	}
	const waiting = 1 + maxSpares // the parser, and those for the next answer
	if left := children(t, "import zygote", waiting); left > waiting {
		t.Errorf("%d children are left", left-waiting)
	}
	again := grade(t, g, spec, cell("import numpy as np\ndef solve(X):\n    return np.mean(X, axis=0)"), Options{Session: "attacks"})
	if *again.Correctness.Points != 35 {
		t.Error("the session does not go on:", dump(again))
	}
}

// ownTime adds up what the cases took, without what they waited for a processor.
func ownTime(r *report.Report) time.Duration {
	var sum float64
	for _, c := range r.Correctness.Cases {
		sum += c.MS
	}
	return time.Duration(sum * float64(time.Millisecond))
}

func TestAttacksWorkOnANaiveGrader(t *testing.T) {
	exe, stage := python(t), newStage(t)
	prelude := read(t, "testdata/attacks/prelude.txt")
	for _, name := range attackNames(t) {
		text := read(t, name)
		mode, _, _ := strings.Cut(strings.TrimPrefix(text, "# naive: "), "\n")
		if mode == "none" {
			if !strings.HasPrefix(text, "# naive: none\n# ") {
				t.Errorf("%s does not say what it aims at, that a naive grader has none of it", name)
			}
			continue
		}
		if mode == "x86" && runtime.GOARCH != "amd64" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(name), ".py"), func(t *testing.T) {
			file := filepath.Join(stage.dir, "answer.py")
			os.WriteFile(file, []byte(prelude+"\n"+stage.source(text, true)), 0o644)
			limit := 20 * time.Second
			if mode == "hang" {
				limit = 2 * time.Second
			}
			ctx, stop := context.WithTimeout(t.Context(), limit)
			defer stop()
			grader, err := filepath.Abs("testdata/naive_grader.py")
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(ctx, exe, "-B", grader, map[bool]string{true: "assert", false: mode}[mode == "x86"], file)
			cmd.Env = append(os.Environ(), "ASSAY_ATTACK_SECRET="+secret, "TMPDIR="+stage.dir)
			cmd.Dir = filepath.Join(t.TempDir(), "inner") // attacks write here and beside it
			if err := os.Mkdir(cmd.Dir, 0o755); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &limited{Buffer: &out}, &errs
			err = cmd.Run()
			if mode == "hang" {
				if ctx.Err() == nil {
					t.Error("it ended by itself")
				}
				return
			}
			if mode == "exit" {
				if err != nil || out.Len() != 0 {
					t.Errorf("the exit code does not say success: %v %s", err, out.String())
				}
				return
			}
			if !naiveVerdict(out.String()) {
				t.Errorf("it does not work: %v\n%s\n%s", err, out.String(), errs.String())
			}
		})
	}
}

// children counts the children of our own processes with a word in their command line, once there are no more than so many.
func children(t *testing.T, word string, most int) int {
	t.Helper()
	n := 0
	for range 20 { // they are reaped in their own time
		n = 0
		for _, pid := range pythons(t, word) {
			b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
			n += len(strings.Fields(string(b)))
		}
		if n <= most {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return n
}

// limited keeps the first MiB.
type limited struct{ *bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	if l.Len() < 1<<20 {
		l.Buffer.Write(b)
	}
	return len(b), nil
}

// naiveVerdict believes the last line, as such graders do.
func naiveVerdict(out string) bool {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var v struct{ Passed, Total int }
	return json.Unmarshal([]byte(lines[len(lines)-1]), &v) == nil && v.Total > 0 && v.Passed == v.Total
}

// The message of a hidden case may quote an input; what a candidate sees may not.
func TestErrorTextStaysHidden(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	r := grade(t, g, s, cell("def solve(X):\n    raise ValueError('INPUT %r' % (X.tolist(),))"), Options{SkipFluency: true})
	for _, policy := range []string{report.PolicyFull, report.PolicyCounts, report.PolicyNone} {
		seen := r.ForCandidate(policy)
		for _, c := range seen.Correctness.Cases {
			if c.Class != "public" && strings.Contains(c.Message, "INPUT") {
				t.Errorf("%s: %s", policy, c.Message)
			}
		}
	}
}

// Without the locks the same files succeed in the same runner: so it is the locks that stop them, and not some detail
// of how the runner loads an answer.
func TestAttacksWorkWithoutLocks(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are no locks to leave off")
	}
	t.Setenv("ASSAY_ATTACK_SECRET", secret)
	g, spec, stage := grader(t, Config{MaxLevel: "L0"}), meansSpec(t), newStage(t)
	prelude := read(t, "testdata/attacks/prelude.txt")
	for _, name := range attackNames(t) {
		base := strings.TrimSuffix(filepath.Base(name), ".py")
		text := read(t, name)
		if base[0] != 'h' || strings.HasPrefix(text, "# naive: none") || strings.Contains(text, "# not stopped by locks") {
			continue
		}
		t.Run(base, func(t *testing.T) {
			sub := Submission{Cells: []Cell{{ID: "p", Source: prelude}, {ID: "a", Source: stage.source(text, true)}}}
			r := grade(t, g, spec, sub, Options{Session: "open", SkipFluency: true})
			if r.Correctness.Points == nil || *r.Correctness.Points == 0 {
				t.Error(r.Status, r.Message, dump(r))
			}
		})
	}
}
