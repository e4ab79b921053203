package checks

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

// older makes an interpreter that runs as on an older kernel: every process below it gets "no such system call" for some
// calls, from a seccomp filter that is in force before the interpreter starts.
func older(t *testing.T, exe, calls string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	text := strings.NewReplacer("@PYTHON@", exe, "@CALLS@", calls).Replace(read(t, "testdata/older_kernel.py.txt"))
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestKernelsWithoutLocks(t *testing.T) {
	exe, s := python(t), meansSpec(t)
	answer := cell("def solve(X):\n    return X.mean(axis=0)")
	for calls, c := range map[string]struct {
		level  string // "": any that is enough for interviews
		absent string // layer
	}{
		"":                 {},
		"landlock":         {"L0", "landlock-"},
		"seccomp":          {"L0", "seccomp"},
		"landlock seccomp": {"L0", "seccomp"},
	} {
		t.Run("without "+calls, func(t *testing.T) {
			old := older(t, exe, calls)
			h := Probe(t.Context(), old)
			if !h.CanGrade || h.Interviews != (c.level == "") || c.level != "" && h.Isolation.Level != c.level {
				t.Errorf("the probe found %+v", h)
			}
			if limited := strings.Contains(fmt.Sprint(h.Problems), "limited isolation (L0): practice only"); limited != (c.level != "") {
				t.Error("the probe says", h.Problems)
			}
			if c.absent != "" && slices.ContainsFunc(h.Isolation.Layers, func(l string) bool { return strings.HasPrefix(l, c.absent) }) {
				t.Error("a layer that cannot be there:", h.Isolation.Layers)
			}
			practice := grade(t, graderOf(t, old, ""), s, answer, Options{SkipFluency: true})
			if practice.Status != report.StatusGraded || *practice.Correctness.Points != 35 || practice.Isolation.Level != h.Isolation.Level {
				t.Errorf("practice at %s: %s", practice.Isolation.Level, dump(practice))
			}
			interview := grade(t, graderOf(t, old, "L1"), s, answer, Options{SkipFluency: true})
			want := report.StatusGraded
			if c.level != "" {
				want = report.StatusRefused
			}
			if interview.Status != want || interview.Isolation.Level != h.Isolation.Level {
				t.Errorf("an interview at %s: %s", interview.Isolation.Level, dump(interview))
			}
			if want == report.StatusRefused && (interview.Correctness.Points != nil || len(interview.Correctness.Cases) > 0) {
				t.Error("refused and scored:", dump(interview))
			}
		})
	}
}

// graderOf returns a Grader with an interpreter of its own choice, which the test closes.
func graderOf(t *testing.T, exe, minLevel string) *Grader {
	t.Helper()
	scratch := t.TempDir()
	os.Chmod(scratch, 0o711)
	g, err := New(Config{Python: exe, Scratch: scratch, MinLevel: minLevel})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}
