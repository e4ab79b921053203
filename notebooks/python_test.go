package notebooks

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python is the project's own Python with nbformat and JupyterLab; without it a test is skipped, unless the gate says
// that it must be there.
func python(t *testing.T) string {
	t.Helper()
	path := os.Getenv("ASSAY_PYTHON")
	if path == "" {
		path = "../.venv/bin/python"
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(abs); err != nil {
		if os.Getenv("ASSAY_REQUIRE_PYTHON") != "" {
			t.Fatalf("no Python: %v", err)
		}
		t.Skip("no Python here: run make venv")
	}
	return abs
}

// runPython runs a script with arguments and returns what it printed.
func runPython(t *testing.T, script string, args ...string) string {
	t.Helper()
	cmd := exec.Command(python(t), append([]string{"-c", script}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONWARNINGS=error::UserWarning", "JUPYTER_PLATFORM_DIRS=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v\n%s", err, stderr.String())
	}
	return string(out)
}

// nbconvert runs the real tool in dir.
func nbconvert(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command(python(t), append([]string{"-m", "nbconvert"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "JUPYTER_CONFIG_DIR="+t.TempDir(), "JUPYTER_DATA_DIR="+t.TempDir(), "IPYTHONDIR="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nbconvert %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// proveFormat has nbformat itself say that the bytes are valid and that it would write the same.
func proveFormat(t *testing.T, b []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "n.ipynb")
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	got := runPython(t, `
import json, sys, nbformat
from nbformat.validator import isvalid, validate
with open(sys.argv[1], encoding="utf-8") as f:
    nb = json.load(f)
if not isvalid(nb):
    validate(nb)
nbformat.write(nbformat.read(sys.argv[1], as_version=4), sys.argv[1] + ".again")
same = open(sys.argv[1], "rb").read() == open(sys.argv[1] + ".again", "rb").read()
print("valid", "same" if same else "other bytes")
`, file)
	if strings.TrimSpace(got) != "valid same" {
		again, _ := os.ReadFile(file + ".again")
		t.Errorf("nbformat says %q; it would write\n%.3000s\nnot\n%.3000s", got, again, b)
	}
}
