package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// emptyNotebook and foreignNotebook are notebooks that are not ours.
const (
	emptyNotebook   = `{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}`
	foreignNotebook = `{"cells":[{"id":"a","cell_type":"code","source":"print(1)","metadata":{},"outputs":[],"execution_count":null}],
"metadata":{},"nbformat":4,"nbformat_minor":5}`
)

// answerFiles writes files into a new folder and goes there.
func answerFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A file that is no answer to the challenge gets no verdict: it is bad input, and the words name the next step.
func TestGradeOfTheWrongFileExitsWith2(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	python, err := filepath.Abs(sciencePython(t))
	if err != nil {
		t.Fatal(err)
	}
	answerFiles(t, map[string]string{"empty.py": "", "comment.py": "# later\n\n", "other.py": "x = 1\n", "empty.ipynb": emptyNotebook, "foreign.ipynb": foreignNotebook})
	if code, _, stderr := captured(t, "new", "warmup-pairwise-distances", "-o", "w.ipynb"); code != 0 {
		t.Fatal(stderr)
	}
	for _, c := range []struct{ slug, file, says string }{
		{"warmup-pairwise-distances", "empty.py", "there is no code in empty.py"},
		{"warmup-pairwise-distances", "comment.py", "there is no code in comment.py"},
		{"warmup-pairwise-distances", "empty.ipynb", "there is no code in empty.ipynb"},
		{"warmup-pairwise-distances", "other.py", "other.py does not define pairwise_distances"},
		{"warmup-pairwise-distances", "foreign.ipynb", "assay new warmup-pairwise-distances"},
		{"np-iou-nms", "w.ipynb", "the notebook of warmup-pairwise-distances, not of np-iou-nms; grade it with assay grade warmup-pairwise-distances w.ipynb"},
	} {
		code, stdout, stderr := captured(t, "grade", "--python", python, c.slug, c.file)
		if code != 2 || stdout != "" || !strings.Contains(stderr, c.says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("grade %s %s: exit code %d, %q, says %q, want one line with %q", c.slug, c.file, code, stdout, stderr, c.says)
		}
	}
	// The notebook as it came is the right file: that nothing is written yet is a verdict.
	if code, stdout, stderr := captured(t, "grade", "--python", python, "warmup-pairwise-distances", "w.ipynb"); code != 1 || !strings.Contains(stdout, "still to be written") {
		t.Errorf("the starter: exit code %d, %q, %q", code, stdout, stderr)
	}
}

// Whoever grades a .py file has no cells, no kernel and no runs.
func TestGradeOfAPythonFileSpeaksOfNoCells(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	python, err := filepath.Abs(sciencePython(t))
	if err != nil {
		t.Fatal(err)
	}
	answerFiles(t, map[string]string{
		"syntax.py": "def pairwise_distances(X:\n    return X\n",
		"load.py":   "import nosuch\n\ndef pairwise_distances(X):\n    return nosuch.f(X)\n",
		"half.py":   "def pairwise_distances(X):\n    return helper(X)\n",
	})
	words := regexp.MustCompile(`(?i)\b(cells?|kernel|run \d+)\b`)
	for _, c := range []struct{ slug, file, says string }{
		{"warmup-pairwise-distances", "syntax.py", "fix line 1 and grade the file again."},
		{"warmup-pairwise-distances", "load.py", "Next: fix line 1."},
		{"warmup-pairwise-distances", "half.py", "Your code was checked in a fresh process: nothing in the file defines helper."},
	} {
		code, stdout, stderr := captured(t, "grade", "--python", python, c.slug, c.file)
		if code != 1 || !strings.Contains(stdout, c.says) || words.MatchString(stdout) {
			t.Errorf("grade %s: exit code %d\n%s\n%s\nwant %q and not %q", c.file, code, stdout, stderr, c.says, words.FindString(stdout))
		}
	}
}
