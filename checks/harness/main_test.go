package harness

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	if f := flag.Lookup("test.fuzz"); f != nil && f.Value.String() != "" {
		os.Exit(code) // the fuzzer keeps its own
	}
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

// python installs the Python side for the interpreter with the science stack: ASSAY_PYTHON, or the repository's .venv.
func python(t testing.TB) Python {
	t.Helper()
	exe := os.Getenv("ASSAY_PYTHON")
	if exe == "" {
		exe, _ = filepath.Abs("../../.venv/bin/python")
	}
	if out, err := exec.Command(exe, "-I", "-c", "import numpy").CombinedOutput(); err != nil {
		t.Fatalf("these tests need a Python with NumPy: run `make venv` or set ASSAY_PYTHON (tried %s: %v %s)", exe, err, out)
	}
	dir := t.TempDir()
	for d := dir; d != filepath.Dir(os.TempDir()) && d != "/"; d = filepath.Dir(d) {
		if d != os.TempDir() {
			os.Chmod(d, 0o711)
		}
	}
	p, err := Install(exe, dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func zygote(t testing.TB, p Python, o ZygoteOptions) *Zygote {
	t.Helper()
	z, err := StartZygote(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { z.Close() })
	return z
}

// loaded returns a child that has loaded source.
func loaded(t testing.TB, z *Zygote, source string) *Child {
	t.Helper()
	c, err := z.Fork(Limits{CPU: 5 * time.Second, MemoryMB: 256})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	doc, err := c.Call(Request("load", source), 10*time.Second)
	if err != nil || doc.Message().Tag != "ok" {
		t.Fatal(err, doc)
	}
	return c
}

// call encodes a call of a function without arguments.
func call(name string) []byte {
	empty := &Tagged{"dict", nil}
	return (&Doc{Root: &Tagged{"req", []any{"call", name, nil, []any{}, empty, empty}}}).Bytes()
}
