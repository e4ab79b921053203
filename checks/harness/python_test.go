package harness

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPythonSide runs the unit tests of the folder py with the science stack's Python.
func TestPythonSide(t *testing.T) {
	runPython(t, python(t).Exe, "discover", "-s", "tests")
}

// TestStepsOnEveryPython runs the step counter's tests on whichever other versions are there: it counts in another way
// from 3.12 on. They need no library.
func TestStepsOnEveryPython(t *testing.T) {
	found := 0
	for _, pattern := range []string{"/usr/bin/python3.1[0-9]", "/usr/local/bin/python3.1[0-9]", "/opt/*/bin/python3.1[0-9]", os.Getenv("HOME") + "/.pyenv/versions/3.1[0-9].*/bin/python"} {
		names, _ := filepath.Glob(pattern)
		for _, exe := range names {
			found++
			t.Run(strings.ReplaceAll(exe, "/", "_"), func(t *testing.T) { runPython(t, exe, "tests/test_steps.py") })
		}
	}
	t.Log(found, "interpreters")
}

func runPython(t *testing.T, exe string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), exe, append([]string{"-B", "-m", "unittest"}, args...)...)
	cmd.Dir = "py"
	cmd.Env = append(os.Environ(), "PYTHONPATH=.", "OPENBLAS_NUM_THREADS=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Values keep their form on the whole way: encoded by a child, checked and written anew by Go, decoded by a child.
func TestValuesTravel(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{Imports: []string{"numpy", "pandas"}})
	c := loaded(t, z, read(t, "testdata/values.py"))
	doc, err := c.Call(call("names"), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	names := List(doc.Message().Fields[0])
	if len(names) < 20 {
		t.Fatal(names)
	}
	empty := &Tagged{"dict", nil}
	for _, name := range names {
		give := &Doc{Root: &Tagged{"req", []any{"call", "give", nil, []any{name}, empty, empty}}}
		value, err := c.Call(give.Bytes(), 5*time.Second)
		if err != nil || value.Message().Tag != "ok" {
			t.Fatalf("%v: %v %v", name, err, value)
		}
		check := &Doc{Root: &Tagged{"req", []any{"call", "check", nil, []any{name, value.Message().Fields[0]}, empty, empty}}, Blobs: value.Blobs}
		verdict, err := c.Call(check.Bytes(), 5*time.Second)
		if err != nil || verdict.Message().Tag != "ok" || verdict.Message().Fields[0] != "" {
			t.Errorf("%v: %v %v", name, err, verdict.Message())
		}
	}
}
