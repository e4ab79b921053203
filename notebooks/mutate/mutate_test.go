package mutate

import (
	"context"
	"os"
	"path/filepath"
	"slices"
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
		"X = X.copy(): copy() is left out",
		"if len(X) <= 1:: LtE becomes Lt",
		"if len(X) <= 1:: 1 becomes 2",
		"return -X: USub is left out",
		"X -= X.mean(axis=0): axis= is forgotten",
		"X -= X.mean(axis=0): 0 becomes 1",
		"X -= X.mean(axis=0): Sub= becomes Add=",
		"X -= X.mean(axis=0): a statement is missing",
		"return np.maximum(X, floor) + X[0] * X[0]: maximum becomes minimum",
		"return np.maximum(X, floor) + X[0] * X[0]: 0 becomes 1",
		"return np.maximum(X, floor) + X[0] * X[0]: 0 becomes 1 (2)",
		"if len(X) <= 1:: a condition is turned round",
		"def scale(X: np.ndarray, floor: float = 0.0) -> np.ndarray:: 0.0 becomes 1.0",
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
	moved, err := Make(context.Background(), python(t), "# A remark.\n"+solution)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(mutants, moved, func(a, b Mutant) bool { return a.Name() == b.Name() && a.Line+1 == b.Line }) {
		t.Error("names change when the lines move")
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
