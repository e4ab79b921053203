package notebooks

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/assay-kernel/assay/checks"
)

// realGrader grades with the project's own Python.
func realGrader(t *testing.T) *checks.Grader {
	t.Helper()
	py := python(t)
	ruff := filepath.Join(filepath.Dir(py), "ruff")
	if _, err := os.Stat(ruff); err != nil {
		if ruff, err = exec.LookPath("ruff"); err != nil {
			t.Fatal("no ruff here: run make venv")
		}
	}
	g, err := checks.New(checks.Config{Python: py, Ruff: ruff, Scratch: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// The warm-up holds. ASSAY_CHALLENGE names another challenge, or all of them, and ASSAY_SEEDS on how many seeds; assay
// verify does the same for the whole bank.
func TestChallengesHold(t *testing.T) {
	if testing.Short() {
		t.Skip("grades every answer of every challenge")
	}
	seeds := 2
	if n, err := strconv.Atoi(os.Getenv("ASSAY_SEEDS")); err == nil {
		seeds = n
	}
	only := cmp.Or(os.Getenv("ASSAY_CHALLENGE"), warmUp)
	bank, err := OpenBank()
	if err != nil {
		t.Fatal(err)
	}
	g := realGrader(t)
	for _, c := range bank.List() {
		if only != "all" && only != c.Slug {
			continue
		}
		t.Run(c.Slug, func(t *testing.T) {
			v, err := Verify(t.Context(), c, g, VerifyOptions{Seeds: seeds, Parallel: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range v.Problems {
				t.Error(p)
			}
			for _, a := range v.Answers {
				points := "-"
				if a.Fluency != nil {
					points = strconv.FormatFloat(*a.Fluency, 'f', 1, 64)
				}
				t.Logf("%-40s %-6s rate %.2f fluency %s fails %v", a.File, a.Kind, a.Rate, points, a.Fails)
			}
			t.Logf("%.0f s; classes %+v", v.Seconds, v.Classes)
		})
	}
}

// What authors start from holds as far as it goes.
func TestScaffoldHolds(t *testing.T) {
	if testing.Short() {
		t.Skip("grades answers")
	}
	dir := t.TempDir()
	if err := Scaffold(dir, "first-try"); err != nil {
		t.Fatal(err)
	}
	c, err := Read(os.DirFS(filepath.Join(dir, "first-try")))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, a := range slices.Concat([]Answer{c.Solution}, c.Accepted, c.Traps) {
		files = append(files, a.File)
	}
	v, err := Verify(t.Context(), c, realGrader(t), VerifyOptions{Seeds: 2, Only: files})
	if err != nil {
		t.Fatal(err)
	}
	if !v.OK || len(v.Answers) != 7 {
		t.Errorf("%d answers\n%v", len(v.Answers), v.Problems)
	}
}
