package checks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			os.Exit(code)
		}
		time.Sleep(20 * time.Millisecond)
	}
	buf := make([]byte, 1<<20)
	fmt.Fprintf(os.Stderr, "goroutines left over:\n%s\n", buf[:runtime.Stack(buf, true)])
	os.Exit(1)
}

// python returns the interpreter with the science stack: ASSAY_PYTHON, or the repository's .venv.
func python(t testing.TB) string {
	t.Helper()
	exe := os.Getenv("ASSAY_PYTHON")
	if exe == "" {
		exe, _ = filepath.Abs("../.venv/bin/python")
	}
	if out, err := exec.Command(exe, "-I", "-c", "import numpy").CombinedOutput(); err != nil {
		t.Fatalf("these tests need a Python with NumPy: run `make venv` or set ASSAY_PYTHON (tried %s: %v %s)", exe, err, out)
	}
	return exe
}

// grader returns a Grader that the test closes.
func grader(t testing.TB, c Config) *Grader {
	t.Helper()
	c.Python = python(t)
	if c.Ruff == "" {
		c.Ruff = filepath.Join(filepath.Dir(c.Python), "ruff")
	}
	c.Scratch = t.TempDir()
	os.Chmod(c.Scratch, 0o711)
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// pairwise is a small challenge of the usual kind.
func pairwise(t testing.TB) *Spec {
	t.Helper()
	dir := "testdata/pairwise/"
	return &Spec{Slug: "pairwise", Title: "Pairwise distances", Version: "1", EntryPoints: []string{"pairwise_distances"},
		Imports: []string{"numpy"}, Tests: read(t, dir+"tests.py"), Solution: read(t, dir+"solution.py"), Starter: read(t, dir+"starter.py")}
}

func cell(lines ...string) Submission {
	return Submission{Cells: []Cell{{ID: "c1", Source: strings.Join(lines, "\n"), Role: "solution"}}}
}
