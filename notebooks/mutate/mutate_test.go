package mutate

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func python(t *testing.T) string {
	t.Helper()
	if p := os.Getenv("ASSAY_PYTHON"); p != "" {
		return p
	}
	p, err := filepath.Abs("../../.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(p); err != nil {
		t.Fatal("no Python environment: run make venv, or set ASSAY_PYTHON")
	}
	return p
}

const solution = `import numpy as np

def scale(X: np.ndarray, floor: float = 0.0) -> np.ndarray:
    """Columns with mean 0."""
    X = X.copy()

    # Nothing to center.

    if len(X) <= 1:
        return -X
    X -= X.mean(axis=0)
    return np.maximum(X, floor) + X[0] * X[0]
`

func TestMake(t *testing.T) {
	mutants, err := Make(context.Background(), python(t), solution)
	if err != nil {
		t.Fatal(err)
	}
	wanted := []string{
		"line 5: copy() is left out", "line 9: LtE becomes Lt", "line 9: 1 becomes 2", "line 10: USub is left out",
		"line 11: axis= is forgotten", "line 11: 0 becomes 1", "line 11: Sub= becomes Add=", "line 11: a statement is missing",
		"line 12: maximum becomes minimum", "line 12: 0 becomes 1", "line 12: 0 becomes 1 (2)", "line 9: a condition is turned round", "line 3: 0.0 becomes 1.0",
	}
	seen := map[string]bool{}
	sources := map[string]bool{}
	for _, m := range mutants {
		if seen[m.Name()] {
			t.Errorf("two mutants are called %s", m.Name())
		}
		seen[m.Name()] = true
		if sources[m.Source] {
			t.Errorf("made twice: %s", m.Name())
		}
		sources[m.Source] = true
		if strings.Contains(m.Source, "ndarray") {
			t.Errorf("%s: keeps type hints", m.Name())
		}
		if strings.Count(m.Source, "mean 0") != 1 {
			t.Errorf("%s: changes the docstring", m.Name())
		}
	}
	for _, w := range wanted {
		if !seen[w] {
			t.Errorf("no mutant %q among %d", w, len(mutants))
		}
	}
}

func TestMakeRefusesWhatDoesNotParse(t *testing.T) {
	_, err := Make(context.Background(), python(t), "def f(:\n")
	if err == nil || !strings.Contains(err.Error(), "SyntaxError") {
		t.Fatalf("got %v, want the syntax error", err)
	}
}
