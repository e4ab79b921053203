package main

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sciencePython is the project's own Python with the libraries of the challenges.
func sciencePython(t *testing.T) string {
	t.Helper()
	python := cmp.Or(os.Getenv("ASSAY_PYTHON"), filepath.Join(".venv", "bin", "python"))
	if _, err := os.Stat(python); err != nil {
		t.Fatal("no Python environment: run make venv, or set ASSAY_PYTHON")
	}
	return python
}

// What an author did wrong is a verdict like any other: file and line on stdout, and exit code 1.
func TestVerifyOfAnAuthorsErrorExitsWith1(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	dir := t.TempDir()
	if code, _, complaint := captured(t, "new", "--author", "-o", dir, "my-ch"); code != 0 {
		t.Fatal(complaint)
	}
	code, stdout, complaint := captured(t, "verify", "--python", sciencePython(t), "--bank", dir, "--only", "nothere", "my-ch")
	if code != 1 || !strings.HasPrefix(stdout, `my-ch: there is no answer "nothere"; there are: solution, `) || !strings.Contains(stdout, ", one_loop") {
		t.Errorf("--only nothere: exit code %d\n%s\n%s", code, stdout, complaint)
	}
	file := filepath.Join(dir, "my-ch", "tests.py")
	tests, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append([]byte("def f(:\n"), tests...), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, complaint = captured(t, "verify", "--python", sciencePython(t), "--bank", dir, "--only", "solution.py", "--seeds", "1", "my-ch")
	want := "my-ch/tests.py:1: SyntaxError: invalid syntax\nmy-ch: not proven, 1 problem\n"
	if code != 1 || stdout != want || strings.Contains(complaint, "assay verify:") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, complaint)
	}
}
