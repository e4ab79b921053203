package rubric

import (
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

// twin is one mistake of the lesson: the bad form and its good twin, with what a grading of each would bring to light.
type twin struct {
	name, bad, good, entry string
	rule                   string          // that the bad form is told about
	steps                  []StepSeries    // of the bad form; nil = flat
	clock                  float64         // of the bad form; 0 = 1.0
	failing                *report.Case    // hidden test that the bad form fails
	lost                   map[string]int  // class -> failed cases, for Correctness
	severity               report.Severity // of the finding
}

var twins = []twin{
	{name: "1 loops where vectorization works", entry: "scale", rule: "A101", steps: growing("rows"), clock: 90, severity: report.Costs,
		bad: `import numpy as np

def scale(x: np.ndarray) -> np.ndarray:
    """Twice each value of x; returns an array."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = x[i] * 2
    return out
`, good: `import numpy as np

def scale(x: np.ndarray) -> np.ndarray:
    """Twice each value of x; returns an array."""
    return x * 2
`},
	{name: "1b np.vectorize is a loop", entry: "relu", rule: "A103", steps: growing("rows"), clock: 40, severity: report.Costs,
		bad: `import numpy as np

def relu(x: np.ndarray) -> np.ndarray:
    """Values of x, negative ones as 0; returns an array."""
    return np.vectorize(lambda v: v if v > 0 else 0)(x)
`, good: `import numpy as np

def relu(x: np.ndarray) -> np.ndarray:
    """Values of x, negative ones as 0; returns an array."""
    return np.maximum(x, 0)
`},
	{name: "2 changing a frame while iterating", entry: "revenue", rule: "A202", steps: growing("rows"), clock: 200, severity: report.Costs,
		bad: `import pandas as pd

def revenue(df: pd.DataFrame) -> pd.DataFrame:
    """Adds the revenue to a copy of df and returns it."""
    df = df.copy()
    for i, row in df.iterrows():
        df.at[i, "revenue"] = row["price"] * row["units"]
    return df
`, good: `import pandas as pd

def revenue(df: pd.DataFrame) -> pd.DataFrame:
    """Adds the revenue to a copy of df and returns it."""
    df = df.copy()
    df["revenue"] = df["price"] * df["units"]
    return df
`},
	{name: "2b apply(axis=1)", entry: "revenue", rule: "A203", steps: growing("rows"), clock: 200, severity: report.Costs,
		bad: `import pandas as pd

def revenue(df: pd.DataFrame) -> pd.Series:
    """Revenue of each row of df, as a series."""
    return df.apply(lambda r: r["price"] * r["units"], axis=1)
`, good: `import pandas as pd

def revenue(df: pd.DataFrame) -> pd.Series:
    """Revenue of each row of df, as a series."""
    return df["price"] * df["units"]
`},
	{name: "3 forgetting axis", entry: "center", rule: "A301", severity: report.Costs,
		failing: &report.Case{Class: "basic", Outcome: report.Fail, Guards: "Each column has mean 0."}, lost: map[string]int{"basic": 2},
		bad: `import numpy as np

def center(X: np.ndarray) -> np.ndarray:
    """Columns with mean 0.

    Args:
        X: array of shape (n, d)

    Returns:
        array of shape (n, d)
    """
    return X - X.mean()
`, good: `import numpy as np

def center(X: np.ndarray) -> np.ndarray:
    """Columns with mean 0.

    Args:
        X: array of shape (n, d)

    Returns:
        array of shape (n, d)
    """
    return X - X.mean(axis=0)
`},
	{name: "4 computing over NaN", entry: "valid", rule: "A401", severity: report.Costs,
		failing: &report.Case{Class: "edge", Outcome: report.Fail, Guards: "NaN is left out."}, lost: map[string]int{"edge": 2},
		bad: `import numpy as np

def valid(x: np.ndarray) -> np.ndarray:
    """Values of x without NaN; returns an array."""
    return x[x != np.nan]
`, good: `import numpy as np

def valid(x: np.ndarray) -> np.ndarray:
    """Values of x without NaN; returns an array."""
    return x[~np.isnan(x)]
`},
	{name: "4b entries left unset", entry: "ratio", rule: "A402", severity: report.Costs,
		failing: &report.Case{Class: "edge", Outcome: report.Fail, Guards: "0 where b is 0."}, lost: map[string]int{"edge": 2},
		bad: `import numpy as np

def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, and 0 where b is 0; returns an array."""
    return np.divide(a, b, where=b != 0)
`, good: `import numpy as np

def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, and 0 where b is 0; returns an array."""
    known = np.divide(a, b, out=np.zeros(b.shape), where=b != 0)
    return np.where(b != 0, np.divide(known, 1, where=b != 0), np.sum(known, where=b == 0))
`},
	{name: "5 copy mistaken for reference", entry: "clipped", rule: "A501", severity: report.Costs,
		failing: &report.Case{Class: "contract", Outcome: report.Fail, Guards: "The input is not changed."}, lost: map[string]int{"contract": 1},
		bad: `import numpy as np

def clipped(x: np.ndarray) -> np.ndarray:
    """Values of x, at least 0; returns a new array."""
    out = x
    out[out < 0] = 0
    return out
`, good: `import numpy as np

def clipped(x: np.ndarray) -> np.ndarray:
    """Values of x, at least 0; returns a new array."""
    out = x.copy()
    out[out < 0] = 0
    return out
`},
	{name: "5b chained assignment", entry: "mark", rule: "A502", severity: report.Costs,
		failing: &report.Case{Class: "basic", Outcome: report.Fail, Guards: "Rows above the limit are marked."}, lost: map[string]int{"basic": 2},
		bad: `import pandas as pd

def mark(df: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Marks the rows of df above limit; returns a copy."""
    df = df.copy()
    df[df["x"] > limit]["high"] = True
    return df
`, good: `import pandas as pd

def mark(df: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Marks the rows of df above limit; returns a copy."""
    df = df.copy()
    df.loc[df["x"] > limit, "high"] = True
    return df
`},
	{name: "6 integer division", entry: "average", rule: "A601", severity: report.Costs,
		failing: &report.Case{Class: "basic", Outcome: report.Fail, Guards: "The mean of 1 and 2 is 1.5."}, lost: map[string]int{"basic": 2},
		bad: `def average(values: list[int]) -> float:
    """Mean of values; returns a float."""
    return sum(values) // len(values)
`, good: `def average(values: list[int]) -> float:
    """Mean of values; returns a float."""
    return sum(values) / len(values)
`},
	{name: "7 index not reset after filtering", entry: "first_big", rule: "A701", severity: report.Costs,
		failing: &report.Case{Class: "edge", Outcome: report.Error, Guards: "Works with any index."}, lost: map[string]int{"edge": 2},
		bad: `import pandas as pd

def first_big(df: pd.DataFrame) -> float:
    """First price of df above 10; returns a float."""
    big = df[df["price"] > 10]
    return big["price"][0]
`, good: `import pandas as pd

def first_big(df: pd.DataFrame) -> float:
    """First price of df above 10; returns a float."""
    big = df[df["price"] > 10].reset_index(drop=True)
    return big["price"].iloc[0]
`},
	{name: "8 star import", entry: "norm", rule: "A801", severity: report.Costs,
		bad: `from numpy import *

def norm(x: "ndarray") -> float:
    """Length of x; returns a float."""
    return float(sqrt((x ** 2).sum()))
`, good: `import numpy as np

def norm(x: np.ndarray) -> float:
    """Length of x; returns a float."""
    return float(np.sqrt((x ** 2).sum()))
`},
	{name: "+ mutable default", entry: "collect", rule: "A901", severity: report.Costs,
		bad: `def collect(value: int, seen: list = []) -> list:
    """Adds value to seen; returns the list."""
    seen.append(value)
    return seen
`, good: `def collect(value: int, seen: list | None = None) -> list:
    """Adds value to seen; returns the list."""
    seen = [] if seen is None else seen
    seen.append(value)
    return seen
`},
	{name: "growing an array in a loop", entry: "squares", rule: "A107", steps: growing("rows"), clock: 200, severity: report.Costs,
		bad: `import numpy as np

def squares(n: int) -> np.ndarray:
    """Squares up to n; returns an array."""
    out = np.array([])
    for i in range(n):
        out = np.append(out, i * i)
    return out
`, good: `import numpy as np

def squares(n: int) -> np.ndarray:
    """Squares up to n; returns an array."""
    return np.arange(n) ** 2
`},
	{name: "built-in sum over an array", entry: "total", rule: "A104", clock: 30, severity: report.Costs,
		bad: `import numpy as np

def total(x: np.ndarray) -> float:
    """Sum of x; returns a float."""
    return float(sum(x))
`, good: `import numpy as np

def total(x: np.ndarray) -> float:
    """Sum of x; returns a float."""
    return float(x.sum())
`},
}

// evidence builds the report that a grading of the bad form would hand over.
func (w twin) evidence() *report.Report {
	r := graded()
	r.Correctness.Classes = nil
	total := 0.0
	for _, c := range []report.Class{{Name: "basic", Total: 4, Share: 0.4}, {Name: "edge", Total: 4, Share: 0.25}, {Name: "property", Total: 4, Share: 0.2}, {Name: "contract", Total: 4, Share: 0.15}} {
		c.Passed = c.Total - w.lost[c.Name]
		total += 35 * c.Share * float64(c.Passed) / float64(c.Total)
		r.Correctness.Classes = append(r.Correctness.Classes, c)
	}
	r.Correctness.Points = pts(total)
	if w.failing != nil {
		r.Correctness.Cases = append(r.Correctness.Cases, *w.failing)
	}
	return r
}

func TestBadTwinsRankBelowGoodTwins(t *testing.T) {
	for _, w := range twins {
		t.Run(w.name, func(t *testing.T) {
			steps, ratio := w.steps, w.clock
			if steps == nil {
				steps = flat("rows")
			}
			if ratio == 0 {
				ratio = 1
			}
			bad := score(t, Input{Report: w.evidence(), Source: w.bad, EntryPoints: []string{w.entry}, Steps: steps, Clock: []ClockRatio{{Size: "n=800", Ratio: ratio}}, ReferenceSource: w.good})
			good := score(t, Input{Source: w.good, EntryPoints: []string{w.entry}, Steps: flat("rows"), Clock: []ClockRatio{{Size: "n=800", Ratio: 1}}, ReferenceSource: w.good})
			if bad.Total.Points >= good.Total.Points {
				t.Errorf("bad %v, good %v: %s", bad.Total, good.Total, dump(bad.Findings))
			}
			f, ok := finding(bad, w.rule)
			if !ok {
				t.Fatalf("no %s on the bad form: %s", w.rule, dump(bad.Findings))
			}
			if f.Severity != w.severity || len(f.Witnesses) < 2 || strings.TrimSpace(f.Better) == "" || f.Code == "" || f.Line == 0 {
				t.Errorf("%s", dump(f))
			}
			if len(good.Findings) != 0 || points(good.Fluency.Points) != 25 {
				t.Errorf("the good form: %v %s", points(good.Fluency.Points), dump(good.Findings))
			}
			// Without any second witness the same code costs nothing, unless the code is its own; NaN has ruff's measured rule.
			bare := score(t, Input{Source: w.bad, EntryPoints: []string{w.entry}, ReferenceSource: w.good})
			if f, ok := finding(bare, w.rule); (!ok || f.Severity == report.Costs) && w.rule != "A801" && w.rule != "A901" && w.rule != "A401" {
				t.Errorf("without evidence: %s", dump(bare.Findings))
			}
		})
	}
}

// A comparison with NaN that fails a test costs there, and otherwise once, whoever saw it.
func TestOneCauseCostsOnce(t *testing.T) {
	if _, ruff := tools(t); ruff == "" {
		t.Skip("no ruff")
	}
	i := slices.IndexFunc(twins, func(w twin) bool { return w.rule == "A401" })
	w := twins[i]
	in := Input{Report: w.evidence(), Source: w.bad, EntryPoints: []string{w.entry}, Steps: flat("rows"), ReferenceSource: w.good}
	failed := score(t, in)
	if len(failed.Findings) != 1 || failed.Findings[0].Points != 0 || points(failed.Fluency.Points) != 25 {
		t.Errorf("with a failing test: %s", dump(failed.Findings))
	}
	in.Report = nil
	passed := score(t, in)
	if len(passed.Findings) != 1 || passed.Findings[0].Points != 2.5 || points(passed.Fluency.Points) != 22.5 {
		t.Errorf("without one: %s", dump(passed.Findings))
	}
}

func TestWritesDuringItems(t *testing.T) {
	const head = "import pandas as pd\n\n\ndef f(df: pd.DataFrame) -> pd.DataFrame:\n    \"\"\"A changed df.\"\"\"\n    df = df.copy()\n"
	for name, c := range map[string]struct {
		body string
		want bool
	}{
		"entries":        {"    for i, v in df[\"x\"].items():\n        df.at[i, \"y\"] = v * 2\n    return df\n", true},
		"rows dropped":   {"    for i, v in df[\"x\"].items():\n        if v < 0:\n            df.drop(i, inplace=True)\n    return df\n", true},
		"column by name": {"    for name, col in df.items():\n        df[name] = col.fillna(0)\n    return df\n", false},
	} {
		r := score(t, Input{Source: head + c.body, EntryPoints: []string{"f"}, Steps: flat("rows"), ReferenceSource: head})
		if _, ok := finding(r, "A202"); ok != c.want {
			t.Errorf("%s: %v, want %v: %s", name, ok, c.want, dump(r.Findings))
		}
	}
}

// Code that finds out where it runs can do one thing where it is read and another where it is tested. Asking costs nothing:
// a person looks at it.
func TestAskingForTheSurroundings(t *testing.T) {
	for code, want := range map[string]bool{
		"    if \"IPython\" in sys.modules:\n        return 0\n    return x\n":                                   true,
		"    try:\n        get_ipython()\n    except NameError:\n        return 0\n    return x\n":               true,
		"    caller = who.currentframe().f_back\n    return caller.f_locals.get(\"expected\", x)\n":              true,
		"    modules, environ = x, 1\n    return modules + environ.bit_length()\n":                               false,
		"    return sys.maxsize if x is None else os.path.getsize(x)\n":                                          false,
		"    return x\n\n\nif \"IPython\" in sys.modules:\n    print(f(1))  # what a notebook does is its own\n": false,
	} {
		source := "import inspect as who\nimport os\nimport sys\n\n\ndef f(x):\n" + code
		r := score(t, Input{Source: source, EntryPoints: []string{"f"}})
		if f, ok := finding(r, "A903"); ok != want || ok && (f.Severity != report.Advice || f.Points != 0) {
			t.Errorf("%s: %v, want %v: %s", code, ok, want, dump(r.Findings))
		}
	}
}

func finding(r *report.Report, rule string) (report.Finding, bool) {
	for _, f := range r.Findings {
		if f.Rule == rule {
			return f, true
		}
	}
	return report.Finding{}, false
}
