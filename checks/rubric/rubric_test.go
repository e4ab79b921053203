package rubric

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

// tools finds the Python and ruff to test with: the repository's environment, else the machine's.
func tools(t testing.TB) (python, ruff string) {
	t.Helper()
	find := func(name string) string {
		for _, p := range []string{os.Getenv("ASSAY_VENV"), "../../.venv"} {
			path := filepath.Join(p, "bin", name)
			if _, err := os.Stat(path); p != "" && err == nil {
				abs, err := filepath.Abs(path)
				if err == nil {
					return abs
				}
			}
		}
		path, err := exec.LookPath(name)
		if err != nil {
			return ""
		}
		return path
	}
	python, ruff = find("python3"), find("ruff")
	if python == "" {
		t.Skip("no python3 on this machine")
	}
	return python, ruff
}

// graded is a report as the grader hands it over: everything passes.
func graded() *report.Report {
	return &report.Report{Schema: report.Schema, Status: report.StatusGraded,
		Correctness: report.Correctness{Points: pts(35), Of: 35, Classes: []report.Class{{Name: "basic", Passed: 4, Total: 4, Share: 0.4}}}}
}

// flat is the evidence of array code: counts that do not grow, on par with the reference.
func flat(axes ...string) []StepSeries {
	var out []StepSeries
	for _, a := range axes {
		out = append(out, StepSeries{Axis: a, Closed: true, Sizes: []int{50, 200}, Candidate: []int{9, 9}, Reference: []int{8, 8}})
	}
	return out
}

// growing is the evidence of a loop over one axis.
func growing(axis string) []StepSeries {
	return []StepSeries{{Axis: axis, Closed: true, Sizes: []int{50, 200}, Candidate: []int{150, 600}, Reference: []int{8, 8}}}
}

// score runs the whole of it on one source.
func score(t testing.TB, in Input) *report.Report {
	t.Helper()
	python, ruff := tools(t)
	if in.Report == nil {
		in.Report = graded()
	}
	if err := Run(context.Background(), python, ruff, in); err != nil {
		t.Fatal(err)
	}
	return in.Report
}

func points(p *float64) float64 {
	if p == nil {
		return -1
	}
	return *p
}

func part(t testing.TB, c report.Criterion, name string) report.Part {
	t.Helper()
	for _, p := range c.Parts {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no part %q in %+v", name, c)
	return report.Part{}
}

func dump(v any) string {
	b, _ := json.MarshalIndent(v, "", " ")
	return string(b)
}

const warmup = `import numpy as np


def pairwise_distances(X: np.ndarray) -> np.ndarray:
    """Euclidean distances between all rows of X.

    Args:
        X: array of shape (n, d), one point per row.

    Returns:
        Array of shape (n, n); entry (i, j) is the distance of rows i and j.
    """
    X = np.asarray(X, dtype=float)
    squares = np.sum(X**2, axis=1)
    gram = X @ X.T
    squared = squares[:, None] + squares[None, :] - 2 * gram
    return np.sqrt(np.maximum(squared, 0))
`

const normalize = `import numpy as np


def normalize(X: np.ndarray) -> np.ndarray:
    """Standardise each feature to mean 0 and standard deviation 1.

    Args:
        X (np.ndarray): Feature matrix of shape (n_samples, n_features).

    Returns:
        np.ndarray: Standardised matrix of the same shape.
    """
    means = np.mean(X, axis=0)
    stds = np.std(X, axis=0)
    stds[stds == 0] = 1
    return (X - means) / stds
`

// The lesson's own answers are the anchors: if they lose points, the rubric is wrong.
func TestModelAnswersKeepTheirPoints(t *testing.T) {
	for name, c := range map[string]struct{ source, entry string }{
		"warm-up":   {warmup, "pairwise_distances"},
		"normalize": {normalize, "normalize"},
	} {
		t.Run(name, func(t *testing.T) {
			r := score(t, Input{Source: c.source, EntryPoints: []string{c.entry}, Steps: flat("rows", "features"), Clock: []ClockRatio{{Size: "n=1500", Ratio: 1.1}}, ReferenceSource: c.source})
			if got := points(r.Fluency.Points); got < 0.95*25 {
				t.Errorf("fluency %v of 25: %s", got, dump(r.Fluency))
			}
			if got := points(r.Quality.Points); got < 0.95*12 {
				t.Errorf("machine quality %v of 12: %s", got, dump(r.Quality))
			}
			if len(r.Findings) != 0 {
				t.Errorf("findings on a model answer: %s", dump(r.Findings))
			}
		})
	}
}
