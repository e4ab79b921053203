package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// captured runs the command line and returns its exit code and both outputs.
func captured(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = w
	out := make(chan string)
	go func() {
		raw, _ := io.ReadAll(r)
		out <- string(raw)
	}()
	var complaint bytes.Buffer
	code = run(context.Background(), args, w, &complaint)
	os.Stdout = before
	w.Close()
	return code, <-out, complaint.String()
}

func TestBadInputExitsWith2AndOneLine(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	dir := t.TempDir()
	text := filepath.Join(dir, "answer.txt")
	if err := os.WriteFile(text, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		says string
	}{
		{"frobnicate", "assay --help"},
		{"list --unknown", "assay list --help"},
		{"list extra", "takes no arguments"},
		{"new", "needs 1 argument"},
		{"new no-such-challenge", "assay list"},
		{"new warmup-pairwise-distance", "did you mean warmup-pairwise-distances"},
		{"new warmup-pairwise-distances -o " + filepath.Join(dir, "missing", "x.ipynb"), "make it first"},
		{"grade warmup-pairwise-distances " + filepath.Join(dir, "missing.py"), "there is no file"},
		{"grade warmup-pairwise-distances " + text, "neither a .py file nor a notebook"},
		{"grade warmup-pairwise-distances " + dir, "is a folder"},
		{"grade --policy some warmup-pairwise-distances " + text, "full, counts, none"},
		{"verify --seeds 0", "give 1 or more"},
		{"show abc", "assay lab"},
		{"export abc", "assay lab"},
		{"check " + filepath.Join(dir, "missing.ipynb"), "give a notebook that exists"},
		{"check " + text, "answer.txt"},
		{"lab --port 70000", "give one from 1 to 65535"},
		{"install --user --sys-prefix", "exclude each other"},
		{"uninstall --prefix " + dir, "no kernelspec"},
		{"serve --mode exam", "practice, interview"},
		{"kernel", "from JupyterLab"},
		{"kernel -f", "needs a value"},
	} {
		code, stdout, stderr := captured(t, strings.Fields(c.args)...)
		if code != 2 || stdout != "" {
			t.Errorf("%s: exit code %d and stdout %q, want 2 and nothing", c.args, code, stdout)
		}
		if !strings.Contains(stderr, c.says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: says %q, want one line with %q", c.args, stderr, c.says)
		}
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range commands() {
		code, stdout, stderr := captured(t, c.name, "--help")
		if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "usage: assay "+c.name) {
			t.Errorf("%s --help: exit code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
		if wrong := regexp.MustCompile(`(?m)^  (--\w|-\w\w+)( .*)?$`).FindString(stdout); wrong != "" {
			t.Errorf("%s --help writes a flag as %q", c.name, wrong)
		}
	}
	code, stdout, _ := captured(t, "--help")
	for _, c := range commands() {
		if code != 0 || !strings.Contains(stdout, c.summary) {
			t.Errorf("assay --help does not mention %s", c.name)
		}
	}
}

func TestInstallIsIdempotentAndUninstallRemovesOnlyOurs(t *testing.T) {
	python := os.Getenv("ASSAY_PYTHON")
	if python == "" {
		python = filepath.Join(".venv", "bin", "python")
	}
	if _, err := os.Stat(python); err != nil {
		t.Fatal("no Python environment: run make venv, or set ASSAY_PYTHON")
	}
	prefix := t.TempDir()
	spec := filepath.Join(prefix, "share", "jupyter", "kernels", "assay", "kernel.json")
	var first []byte
	for range 2 {
		if code, _, stderr := captured(t, "install", "--prefix", prefix, "--python", python); code != 0 {
			t.Fatalf("install: %s", stderr)
		}
		raw, err := os.ReadFile(spec)
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, raw) {
			t.Error("a second install changed the kernelspec")
		}
		first = raw
	}
	if !bytes.Contains(first, []byte(`"interrupt_mode": "message"`)) || bytes.Contains(first, []byte("{python}")) {
		t.Errorf("kernelspec: %s", first)
	}
	if err := os.WriteFile(spec, []byte(`{"argv": ["python3", "-m", "ipykernel_launcher"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := captured(t, "uninstall", "--prefix", prefix); code != 2 {
		t.Error("uninstall removed a kernelspec that is not ours")
	}
	if err := os.WriteFile(spec, first, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := captured(t, "uninstall", "--prefix", prefix); code != 0 {
		t.Fatalf("uninstall: %s", stderr)
	}
	if _, err := os.Stat(filepath.Dir(spec)); !os.IsNotExist(err) {
		t.Error("the kernelspec is still there")
	}
}

func TestNewWritesANotebookOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.ipynb")
	if code, stdout, stderr := captured(t, "new", "warmup-pairwise-distances", "-o", path); code != 0 || strings.TrimSpace(stdout) != path {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	if err := os.WriteFile(path, []byte("a candidate's work"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := captured(t, "new", "warmup-pairwise-distances", "-o", path); code != 2 || !strings.Contains(stderr, "--force") {
		t.Errorf("exit code %d, %q: overwrote a candidate's work", code, stderr)
	}
	if code, _, stderr := captured(t, "new", "--force", "warmup-pairwise-distances", "-o", path); code != 0 {
		t.Errorf("--force: %s", stderr)
	}
}

func TestNewAuthorMakesAChallengeThatReads(t *testing.T) {
	dir := t.TempDir()
	code, stdout, stderr := captured(t, "new", "--author", "my-challenge", "-o", dir)
	if code != 0 || strings.TrimSpace(stdout) != filepath.Join(dir, "my-challenge") {
		t.Fatalf("exit code %d, %q, %s", code, stdout, stderr)
	}
	bank := filepath.Join(dir, "my-challenge")
	code, stdout, stderr = captured(t, "list", "--bank", bank)
	if code != 0 || !strings.Contains(stdout, "my-challenge") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	for _, c := range []struct{ args, says string }{
		{"new --author my-challenge -o " + dir, bank + " is there already; see what it lacks with assay verify --bank " + bank + " my-challenge"},
		{"new --author my-challenge -o " + filepath.Join(dir, "missing"), "there is no folder " + filepath.Join(dir, "missing")},
		{"new --author My_Challenge -o " + dir, "is not of the form my-challenge"},
		{"new --bank " + bank + " my-chalenge", "did you mean my-challenge? assay list --bank " + bank + " shows them"},
		{"new --bank " + bank + " quite-different", `no challenge "quite-different"; assay list --bank ` + bank},
		{"new quite-different", "assay list shows them; one of your own needs --bank DIR"},
	} {
		if code, _, stderr := captured(t, strings.Fields(c.args)...); code != 2 || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit code %d, says %q, want %q", c.args, code, stderr, c.says)
		}
	}
}

func TestNearSlugs(t *testing.T) {
	slugs := []string{"np-iou-nms", "np-ion-nms", "pd-rolling-7d-revenue", "my-challenge"}
	for asked, want := range map[string]string{
		"my-chalenge": "my-challenge", "np-iox-nms": "np-iou-nms np-ion-nms", "np-iou-nmss": "np-iou-nms",
		"rolling": "pd-rolling-7d-revenue", "my-": "my-challenge", "": "np-iou-nms np-ion-nms pd-rolling-7d-revenue my-challenge", "zzz": "",
	} {
		if got := strings.Join(nearSlugs(slugs, asked), " "); got != want {
			t.Errorf("%q: %q, want %q", asked, got, want)
		}
	}
}
