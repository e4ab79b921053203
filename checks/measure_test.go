package checks

import (
	"errors"
	"path/filepath"
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
	run := &run{spec: s, answer: &answer{source: code, plain: code}, bench: b, oracle: oracle, number: oracle.NewRun(), seed: 1}
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
		{"the measured call ends the process", "        return X - self.mean_", "        import os; os._exit(77)", 1, 1, "rows of transform: the process ended, or sent no answer; rows of centred: the process ended, or sent no answer"},
		{"does not load again", "import numpy as np", "import numpy as np\n1 / 0", 0, 0, "rows of fit: the code did not load again; rows of transform: the code did not load again"},
		{"one size is too much", "X - self.mean_", "1 // (len(X) < 100) * X - self.mean_", 1, 1, "rows of transform: the measured call raised"},
		{"looks inside", "import numpy as np", "import numpy as np, ctypes", 0, 0, "the code uses ctypes"},
		{"takes the hook away", "import numpy as np", "import sys\nimport numpy as np\nfrom operator import attrgetter\n\nattrgetter('set' + 'profile')(sys)(None)\n", 0, 0,
			"rows of fit: some of the code could run where its steps are not seen"},
		{"code under a borrowed name", "import numpy as np", "import numpy as np\n\nmake = compile\nmake('x = 1', np.__file__, 'exec')\n", 0, 0,
			"rows of fit: some of the code could run where its steps are not seen"},
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

func TestWhatIsNotMeasured(t *testing.T) {
	for _, code := range []string{
		`setattr(sys.modules["steps"].Counter, "run", lambda self, call: call())`, `COUNTER = sys.modules["ste" "ps"].Counter`, "sys . modules",
		"import sys as s", "from sys import path, modules", "vars(sys)['mod' + 'ules']", "getattr(sys, 'mod' + 'ules')", "sys.__dict__", "import inspect\ninspect.sys.modules",
		"import gc", "import os, gc", "    import gc", "x = 1; import gc", "from gc import get_objects", "import steps", "from driver import Driver", "import numpy as np, codec as c",
		"import builtins", "from builtins import len", "codecs.builtins.len = 1", "__builtins__['len']", "import __main__", "__import__('steps')", "importlib.import_module('steps')",
		"inspect.currentframe()", "inspect.stack()", "from inspect import signature, stack", "f.__globals__", "display.__globals__['steps']", "f.__code__.replace()", "object.__subclasses__()",
		"e.__traceback__.tb_frame", "frame.f_back", "sys.settrace(None)", "sys.monitoring", "import ctypes", "exec(text)", "    x = eval('f')", "f = compile(text, 'a', 'exec')", "_thread.start_new_thread",
		"types.FunctionType(f, {})",
	} {
		if !inside.MatchString(code) {
			t.Errorf("measured: %s", code)
		}
	}
	for _, code := range []string{
		"import sys\n\nTINY = sys.float_info.eps", "sys.maxsize", "from sys import maxsize", "import inspect\ninspect.signature(f)", "self.__class__.__name__", "f.__name__, f.__doc__, f.__dict__",
		"steps = [1]\nfor step in steps:\n    pass", "self.steps = steps", "driver = code = wire = 1", "model.eval()", "df.eval('a + b')", "pd.eval('a')", "re.compile('x')", "torch.compile(f)",
		"model.modules()", "gc = gradient_clip(2)", "tables = [a, b]\nfrom_tables(tables)", "import collections", "import codecs", "from sklearn.utils import compare_versions", "def evaluate(x): pass",
		"from .tables import x", "super().__init__()", "getattr(self, 'mean_')", "vars(self)", "X.trace()", "np.trace(X)", "# steps: import the rows, then compare", "import threading",
	} {
		if m := inside.FindString(code); m != "" {
			t.Errorf("not measured because of %q: %s", m, code)
		}
	}
}

// Every answer of the bank can be measured: what is refused is rare in honest code.
func TestTheBankIsMeasured(t *testing.T) {
	const challenges = "../notebooks/challenges/*/"
	all := 0
	for _, pattern := range []string{challenges + "s*.py", challenges + "accepted/*.py", challenges + "traps/*.py"} {
		names, _ := filepath.Glob(pattern)
		all += len(names)
		for _, name := range names {
			if m := inside.FindString(read(t, name)); m != "" {
				t.Errorf("%s: %q", name, m)
			}
		}
	}
	if all < 500 {
		t.Errorf("only %d answers were found", all)
	}
}

// A function that is written out takes at least one step; one that is a library's own may take none, and is then looked at
// by what it returns.
func TestNoStepIsNoCount(t *testing.T) {
	g, s := grader(t, Config{}), centringSpec()
	for _, c := range []struct{ name, code, without string }{
		{"written out", s.Solution + "\n\ncentred = print\n", "rows of centred: not one step was seen of code that is Python"},
		{"a library's", s.Solution[:strings.Index(s.Solution, "def centred")] + "centred = print\n", "rows of centred: " + OtherResult},
	} {
		e, err := measured(t, g, s, c.code)
		if err != nil || strings.Join(e.without, "; ") != c.without {
			t.Errorf("%s: %+v %v", c.name, e, err)
		}
	}
}

// The counter is what it was before the answer came, by name nothing leads to it, and it sees the work that a result puts off.
func TestTheCounterIsNotTalkedInto(t *testing.T) {
	g, s := grader(t, Config{}), centringSpec()
	loop := strings.Replace(s.Solution, "X - self.mean_", "np.array([row - self.mean_ for row in X])", 1)
	// The sieve is not asked here.
	const reach = "\nimport sys\nMODULES = getattr(sys, 'mod' + 'ules')\nMAIN = MODULES['__main__']\n" +
		"COUNTER, DRIVER = (MODULES.get(n) or getattr(MAIN, n, None) for n in ('steps', 'driver'))\n"
	const reached = "if COUNTER or DRIVER or any(n in MODULES for n in ('codec', 'wire', 'tables', 'collect')):\n    DONE = 1 / 0\n"
	lazy := strings.Replace(s.Solution, "        return X - self.mean_",
		"        rows = list(X - self.mean_)\n        class Later(list):\n            def __iter__(self):\n                return iter([row for row in rows])\n        return Later(rows)", 1)
	for _, c := range []struct{ name, code string }{
		{"nothing", loop},
		{"patched modules", loop + reach + reached},
		{"a thread of its own", loop + "\nimport threading\n\n\ndef call(f, *args):\n    out = []\n    t = threading.Thread(target=lambda: out.append(f(*args)))\n    t.start()\n    t.join()\n    return out[0]\n" +
			"\n\nPLAIN = Centring.transform\nCentring.transform = lambda self, X: call(PLAIN, self, X)\n"},
		{"text", loop + "\nRUN = eval\nCentring.transform = lambda self, X: RUN('np.array([row - c.mean_ for row in X])', {'np': np, 'c': self, 'X': X})\n"},
		{"patched sys", loop + "\nimport sys\nsys.settrace = sys.gettrace = lambda *a: None\n"},
		{"put off", lazy},
	} {
		b, err := g.pool.seat(t.Context(), "counter", s.Imports)
		if err != nil {
			t.Fatal(err)
		}
		oracle, err := g.pool.oracle(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		run, e := &run{spec: s, answer: &answer{source: c.code}, bench: b, oracle: oracle, number: oracle.NewRun(), seed: 1}, &evidence{}
		if err := run.steps(t.Context(), e); err != nil || len(e.steps) != 3 {
			t.Fatalf("%s: %+v %v", c.name, e, err)
		}
		run.end()
		b.leave()
		for _, series := range e.steps {
			if series.Axis == "rows of transform" && series.Candidate[1] < 3*series.Candidate[0] {
				t.Errorf("%s: %+v", c.name, series)
			}
		}
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
