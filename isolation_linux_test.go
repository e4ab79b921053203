package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// On a kernel that has no Landlock, the commands say so: practice goes on with limited isolation, an interview does not
// start.
func TestCommandsOnAKernelWithoutLandlock(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	text, err := os.ReadFile(filepath.Join("checks", "testdata", "older_kernel.py.txt"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	old, answer := filepath.Join(dir, "python"), filepath.Join(dir, "answer.py")
	if err := os.WriteFile(old, []byte(strings.NewReplacer("@PYTHON@", scientific(t), "@CALLS@", "landlock").Replace(string(text))), 0o755); err != nil {
		t.Fatal(err)
	}
	bank, err := openBank(nil)
	if err != nil {
		t.Fatal(err)
	}
	ch, err := lookup(bank, "warmup-pairwise-distances")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(answer, []byte(ch.Spec.Solution), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"doctor --python " + old, 0, "limited isolation (L0): practice only"},
		{"grade --seed 1 --python " + old + " warmup-pairwise-distances " + answer, 0, "limited isolation (L0): for practice only"},
		{"grade --json --seed 1 --python " + old + " warmup-pairwise-distances " + answer, 0, `"level": "L0"`},
		{"serve --mode interview --data " + dir + " --python " + old, 2, "isolation L1 is required and L0 was reached"},
	} {
		code, stdout, stderr := captured(t, strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s\n%s", c.args, code, c.code, c.says, stdout, stderr)
		}
	}
}
