package checks

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

// centring asks for a class and for a function that takes an object of it.
const centring = `
import numpy as np
from assay import basic, growth, speed

@basic("Means of the columns.")
def means(t):
    X = t.rng.normal(size=(7, 3))
    c = yield t.new("Centring")
    yield t.method(c, "fit", X, _keep=True)
    got = yield t.method(c, "transform", X)
    t.close(got, X - X.mean(axis=0))

@basic("The function does both.")
def both(t):
    X = t.rng.normal(size=(5, 2))
    c = yield t.new("Centring")
    got = yield t.call("centred", c, X)
    t.close(got, X - X.mean(axis=0))

@growth("rows of fit", sizes=(30, 120))
def fitting(t, n):
    c = yield t.new("Centring")
    yield t.method(c, "fit", t.rng.normal(size=(n, 3)))

@growth("rows of transform", sizes=(30, 120))
def transforming(t, n):
    X = t.rng.normal(size=(n, 3))
    c = yield t.new("Centring")
    yield t.method(c, "fit", X, _keep=True)
    yield t.method(c, "transform", X)

@growth("rows of centred", sizes=(30, 120))
def using(t, n):
    c = yield t.new("Centring")
    X = yield t.hold(t.rng.normal(size=(n, 3)))
    yield t.call("centred", c, X)

@speed(size="fit")
def quick(t):
    X = t.rng.normal(size=(20000, 10))
    c = yield t.new("Centring")
    yield t.method(c, "fit", X)
`

const centringSolution = `import numpy as np


class Centring:
    """Moves columns to mean 0."""

    def fit(self, X: np.ndarray) -> "Centring":
        """Learn the means."""
        self.mean_ = X.mean(axis=0)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Subtract the means."""
        return X - self.mean_


def centred(c: Centring, X: np.ndarray) -> np.ndarray:
    """Fit and transform."""
    return c.fit(X).transform(X)
`

func centringSpec() *Spec {
	return &Spec{Slug: "centring", Version: "1", EntryPoints: []string{"Centring", "centred"}, Imports: []string{"numpy"},
		Tests: centring, Solution: centringSolution, Starter: "class Centring:\n    pass\n\n\ndef centred(c, X):\n    pass\n"}
}

func TestObjectsAreMeasured(t *testing.T) {
	g, s := grader(t, Config{}), centringSpec()
	edit := func(old, new string) string { return strings.Replace(s.Solution, old, new, 1) }
	for _, c := range []struct {
		name, code string
		points     float64 // of array thinking; -1: not scored
		why        string
	}{
		{"reference", s.Solution, 12, "do not grow"},
		{"fit loops", edit("X.mean(axis=0)", "sum(X[i] for i in range(len(X))) / len(X)"), 0, "grow with rows of fit (slope"},
		{"transform loops", edit("X - self.mean_", "np.array([row - self.mean_ for row in X])"), 0, "grow with rows of transform (slope"},
		{"the function loops", edit("c.fit(X).transform(X)", "c.fit(X) and np.array([row - c.mean_ for row in X])"), 0, "grow with rows of centred (slope"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := grade(t, g, s, cell(c.code), Options{Session: "objects", Seed: 3})
			if *r.Correctness.Points != 35 {
				t.Fatal(dump(r))
			}
			p := r.Fluency.Parts[0]
			if p.Points == nil || *p.Points != c.points || !strings.Contains(p.Why, c.why) {
				t.Errorf("%+v, want %v", p, c.points)
			}
		})
	}
}

// measured runs what comes after the cases.
func measured(t *testing.T, g *Grader, s *Spec, code string) (*evidence, error) {
	t.Helper()
	b, err := g.pool.seat(t.Context(), "measured", s.Imports)
	if err != nil {
		t.Fatal(err)
	}
	defer b.leave()
	oracle, err := g.pool.oracle(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	run := &run{spec: s, answer: &answer{source: code}, bench: b, oracle: oracle, number: oracle.NewRun(), seed: 1}
	defer run.end()
	return g.measure(t.Context(), run)
}

func TestWhatCannotBeMeasuredIsSaid(t *testing.T) {
	g, s := grader(t, Config{}), centringSpec()
	for _, c := range []struct {
		name, old, new string
		series, timed  int
		without        string
	}{
		{"nothing wrong", "", "", 3, 1, ""},
		{"set-up raises", "        self.mean_ = X.mean(axis=0)\n        return self", "        raise ValueError(str(X))", 0, 0,
			"rows of fit: the measured call raised an exception; rows of transform: what comes before the measured call did not succeed; rows of centred: the measured call raised an exception; fit: the measured call raised an exception"},
		{"set-up ends the process", "class Centring:\n", "class Centring:\n    def __init__(self):\n        import os; os._exit(0)\n\n", 0, 0, "rows of fit: what comes before"},
		{"one size is too much", "X - self.mean_", "1 // (len(X) < 100) * X - self.mean_", 1, 1, "rows of transform: the measured call raised"},
		{"looks inside", "import numpy as np", "import numpy as np, ctypes", 0, 0, "the code uses ctypes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := measured(t, g, s, strings.Replace(s.Solution, c.old, c.new, 1))
			if err != nil {
				t.Fatal(err)
			}
			if len(e.steps) != c.series || len(e.clock) != c.timed {
				t.Errorf("%d series, %d timed, want %d, %d: %q", len(e.steps), len(e.clock), c.series, c.timed, e.without)
			}
			if got := strings.Join(e.without, "; "); !strings.Contains(got, c.without) || c.without == "" && got != "" {
				t.Errorf("%q, want %q", got, c.without)
			}
		})
	}
}

func TestASetUpThatHangs(t *testing.T) {
	g, s := grader(t, Config{}), centringSpec()
	begin, last := strings.Index(s.Tests, "@growth"), strings.Index(s.Tests, `@growth("rows of transform"`)
	s.Tests = s.Tests[:begin] + s.Tests[last:strings.Index(s.Tests, `@growth("rows of centred"`)]
	e, err := measured(t, g, s, strings.Replace(s.Solution, "        self.mean_", "        import time; time.sleep(60 * (len(X) == 120))\n        self.mean_", 1))
	if err != nil || len(e.steps) != 0 || strings.Join(e.without, "; ") != "rows of transform: what comes before the measured call did not succeed" {
		t.Errorf("%v %+v", err, e)
	}
}

// All yields but the last are set-up, however many the reference has; what an author may not measure is an error.
func TestMeasuresAsWritten(t *testing.T) {
	g := grader(t, Config{})
	for _, c := range []struct{ name, body, author string }{
		{"counts the last", "    yield t.method(c, 'fit', X, _keep=True)\n    yield t.method(c, 'fit', X[:3])", ""},
		{"as many as the size", "    for i in range(n // 10):\n        yield t.method(c, 'fit', X, _keep=True)\n    yield t.method(c, 'fit', X[:3])", ""},
		{"looks at values", "    yield t.method(c, 'fit', X, _keep=True)\n    m = yield t.attr(c, 'mean_')\n    t.shape(m, (3,))\n    yield t.call('centred', c, X[:3])", ""},
		{"a library", "    lib = yield t.library('numpy', 'asarray', X)\n    yield t.method(c, 'fit', lib, _keep=True)\n    yield t.call('centred', c, X[:3])", ""},
		{"another library", "    yield t.library('os', 'getcwd')\n    yield t.call('centred', c, X)", "none of the challenge's libraries"},
		{"the last is no call", "    yield t.hold(X)", "last request"},
		{"the reference fails", "    yield t.method(c, 'transform', X)\n    yield t.call('centred', c, X)", "AttributeError"},
		{"the value does not travel", "    yield t.method(c, 'fit', X)\n    yield t.call('centred', c, X)", "keep the result"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := centringSpec()
			begin := strings.Index(s.Tests, "@growth")
			s.Tests = s.Tests[:begin] + "@growth('rows', sizes=(30, 120))\ndef rows(t, n):\n    X = t.rng.normal(size=(n, 3))\n    c = yield t.new('Centring')\n" + c.body + "\n"
			looped := strings.Replace(s.Solution, "X.mean(axis=0)", "sum(row for row in X) / len(X)", 1)
			e, err := measured(t, g, s, looped)
			var author *harness.AuthorError
			if c.author != "" {
				if !errors.As(err, &author) || !strings.Contains(err.Error(), c.author) {
					t.Errorf("%v, want %q", err, c.author)
				}
				return
			}
			if err != nil || len(e.steps) != 1 || e.steps[0].Candidate[0] != e.steps[0].Candidate[1] {
				t.Errorf("%v %+v: three rows at both sizes", err, e)
			}
		})
	}
}

// A growing time without a closed axis is seen by the clock alone: twice over the challenge's limit costs.
func TestOnlyTheClockSees(t *testing.T) {
	g, s := grader(t, Config{}), centringSpec()
	begin := strings.Index(s.Tests, "@growth")
	s.Tests = s.Tests[:begin] + strings.Replace(s.Tests[strings.Index(s.Tests, "@speed"):], "@speed(", "@speed(limit=4.0, ", 1)
	slow := strings.Replace(s.Solution, "self.mean_ = X.mean(axis=0)", "self.mean_ = np.sort(np.sort(X, axis=0)[::-1], axis=0).mean(axis=0)", 1)
	r := grade(t, g, s, cell(slow), Options{Seed: 3})
	p := r.Fluency.Parts[0]
	if p.Points == nil || *p.Points > 9 {
		t.Errorf("%+v", p)
	}
	i := slices.IndexFunc(r.Findings, func(f report.Finding) bool { return f.Rule == "A110" })
	if i < 0 || !strings.Contains(strings.Join(r.Findings[i].Witnesses, "; "), "second process") {
		t.Errorf("%+v", r.Findings)
	}
	e, err := measured(t, g, s, s.Solution)
	if err != nil || len(e.clock) != 1 || e.clock[0].Limit != 4 || e.clock[0].Again != 0 && min(e.clock[0].Ratio, e.clock[0].Again) > 4 {
		t.Errorf("the reference against itself: %v %+v", err, e)
	}
}
