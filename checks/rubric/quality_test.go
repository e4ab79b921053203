package rubric

import (
	"context"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

// body is a function with one changed thing; everything else is in order.
func quality(t *testing.T, source string) map[string]float64 {
	t.Helper()
	r := score(t, Input{Source: source, EntryPoints: []string{"f"}, Steps: flat("rows"), ReferenceSource: warmup})
	out := map[string]float64{}
	for _, p := range r.Quality.Parts {
		out[p.Name] = points(p.Points)
	}
	return out
}

func TestQualityParts(t *testing.T) {
	const good = "def f(x: list, n: int) -> list:\n    \"\"\"First n values of x; returns a list.\"\"\"\n"
	long := strings.Builder{}
	for range 60 {
		long.WriteString("    n += 1\n")
	}
	branches := strings.Builder{}
	for range 12 {
		branches.WriteString("    if n > 1:\n        n -= 1\n")
	}
	for _, c := range []struct {
		name, source, part string
		want               float64
	}{
		{"short", good + "    return x[:n]\n", PartSize, 4},
		{"60 lines", good + long.String() + "    return x[:n]\n", PartSize, 2},
		{"120 lines", good + long.String() + long.String() + "    return x[:n]\n", PartSize, 0},
		{"13 paths", good + branches.String() + "    return x[:n]\n", PartSize, 2},
		{"25 paths", good + branches.String() + branches.String() + "    return x[:n]\n", PartSize, 0},
		{"4 levels", good + "    for a in x:\n        for b in a:\n            if b:\n                with b:\n                    n += 1\n    return x[:n]\n", PartSize, 2},
		{"elif is no level", good + "    if n == 1:\n        n = 2\n    elif n == 2:\n        n = 3\n    elif n == 3:\n        n = 4\n    elif n == 4:\n        n = 5\n    return x[:n]\n", PartSize, 4},
		{"one line of docstring", good + "    return x[:n]\n", PartDoc, 3},
		{"no docstring", "def f(x: list, n: int) -> list:\n    return x[:n]\n", PartDoc, 0},
		{"parameters not named", "def f(x: list, n: int) -> list:\n    \"\"\"Return the head.\"\"\"\n    return x[:n]\n", PartDoc, 1.5},
		{"one parameter not named", "def f(x: list, n: int) -> list:\n    \"\"\"Return the head of x.\"\"\"\n    return x[:n]\n", PartDoc, 2.5},
		{"a parameter that is not there (Google)", "def f(x: list, n: int) -> list:\n    \"\"\"Head of x.\n\n    Args:\n        x: values\n        k: how many, see n\n\n    Returns:\n        a list\n    \"\"\"\n    return x[:n]\n", PartDoc, 1.5},
		{"a parameter that is not there (NumPy)", "def f(x: list, n: int) -> list:\n    \"\"\"Head of x.\n\n    Parameters\n    ----------\n    x : list\n    k : int\n        how many, see n\n\n    Returns\n    -------\n    list\n    \"\"\"\n    return x[:n]\n", PartDoc, 1.5},
		{"a parameter that is not there (reST)", "def f(x: list, n: int) -> list:\n    \"\"\"Head of x.\n\n    :param x: values\n    :param int k: how many, see n\n    :returns: a list\n    \"\"\"\n    return x[:n]\n", PartDoc, 1.5},
		{"NumPy style", "def f(x: list, n: int) -> list:\n    \"\"\"Head of x.\n\n    Parameters\n    ----------\n    x : list\n        Values.\n    n : int\n        How many.\n\n    Returns\n    -------\n    list\n        The first n.\n    \"\"\"\n    return x[:n]\n", PartDoc, 3},
		{"a helper without docstring", good + "    return helper(x)[:n]\n\n\ndef helper(x):\n    a = 1\n    b = 2\n    c = a + b\n    return x[c:]\n", PartDoc, 2.5},
		{"all hints", good + "    return x[:n]\n", PartHints, 2},
		{"no result hint", "def f(x: list, n: int):\n    \"\"\"First n values of x; returns a list.\"\"\"\n    return x[:n]\n", PartHints, 1},
		{"no hint", "def f(x, n):\n    \"\"\"First n values of x; returns a list.\"\"\"\n    return x[:n]\n", PartHints, 0},
		{"names in order", good + "    return x[:n]\n", PartNaming, 1},
		{"hides a built-in", good + "    list = x[:n]\n    return list\n", PartNaming, 0.5},
		{"hides two", good + "    list = x[:n]\n    max = 3\n    return list[:max]\n", PartNaming, 0},
		{"camelCase helper", good + "    return firstOf(x)[:n]\n\n\ndef firstOf(x):\n    \"\"\"All of x.\"\"\"\n    return x\n", PartNaming, 0.5},
		{"clean", good + "    return x[:n]\n", PartClutter, 2},
		{"a print inside", good + "    print(n)\n    return x[:n]\n", PartClutter, 1},
		{"a print outside", good + "    return x[:n]\n\n\nprint(f([1], 1))\n", PartClutter, 2},
		{"unreachable", good + "    return x[:n]\n    n = 1\n", PartClutter, 1},
		{"an unused name", good + "    spare = 1\n    return x[:n]\n", PartClutter, 1},
		{"an unused import", "import json\n\n\n" + good + "    return x[:n]\n", PartClutter, 1},
		{"code in a comment", good + "    # n = n + 1\n    return x[:n]\n", PartClutter, 1},
		{"a comment that only looks like code", "# assay: some-challenge\n# note: rounding\n" + good + "    return x[:n]\n", PartClutter, 2},
		{"numpy may be there unused", "import numpy as np\nimport pandas as pd\n\n\n" + good + "    return x[:n]\n", PartClutter, 2},
	} {
		if got := quality(t, c.source)[c.part]; got != c.want {
			t.Errorf("%s: %s %v, want %v", c.name, c.part, got, c.want)
		}
	}
}

func TestALongReferenceAllowsALongAnswer(t *testing.T) {
	var body strings.Builder
	for range 60 {
		body.WriteString("    n += 1\n")
	}
	source := "def f(x: list, n: int) -> list:\n    \"\"\"First n values of x; returns a list.\"\"\"\n" + body.String() + "    return x[:n]\n"
	r := score(t, Input{Source: source, EntryPoints: []string{"f"}, Steps: flat("rows"), ReferenceSource: source})
	if p := part(t, r.Quality, PartSize); points(p.Points) != 4 {
		t.Errorf("%s", dump(p))
	}
}

func TestAClassIsJudgedByItsMethods(t *testing.T) {
	source := `import numpy as np


class Clip:
    """Clips each column to the quantiles that fit saw."""

    def __init__(self, low: float = 0.05) -> None:
        self.low = low

    def fit(self, X: np.ndarray, y: np.ndarray | None = None) -> "Clip":
        self.low_ = np.quantile(X, self.low, axis=0)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        return np.maximum(X, self.low_)
`
	r := score(t, Input{Source: source, EntryPoints: []string{"Clip"}, Steps: flat("rows"), ReferenceSource: source})
	if points(r.Quality.Points) != 12 || points(r.Fluency.Points) != 25 {
		t.Errorf("%s %s %s", dump(r.Quality), dump(r.Fluency), dump(r.Findings))
	}
}

// The better form of a signature is right: it is the reference's, or claims no more than is known.
func TestBetterSignature(t *testing.T) {
	const reference = "import pandas as pd\n\n\ndef hourly(df: pd.DataFrame, tz: str, limit: int = 2) -> pd.DataFrame:\n    return df\n"
	for code, want := range map[string]string{
		"def hourly(df, tz, limit=2):\n    return df\n":                                 "def hourly(df: pd.DataFrame, tz: str, limit: int=2) -> pd.DataFrame:",
		"def hourly(df, zone, limit=2, fast=True, eps=1e-9, how='a'):\n    return df\n": "def hourly(df: pd.DataFrame, zone: ..., limit: int = 2, fast: bool = True, eps: float = 1e-09, how: str = 'a') -> ...:  # for example",
		"def hourly(X, n_rows, given: int, made=None):\n    return X\n":                 "def hourly(X: np.ndarray, n_rows: int, given: ..., made: ... = None) -> np.ndarray:  # for example",
		"def hourly(df):\n    print(df)\n":                                              "def hourly(df: pd.DataFrame) -> None:  # for example",
	} {
		r := score(t, Input{Source: code, EntryPoints: []string{"hourly"}, ReferenceSource: reference})
		if f, ok := finding(r, "Q301"); !ok || f.Better != want {
			t.Errorf("%s: %q, want %q", code, f.Better, want)
		}
	}
}

// Code that nobody could write by hand loses what it hides: one absurd expression in dead code once kept the rules from
// looking at anything, and its answer was scored out of fewer points.
func TestAbsurdDepthKeepsTheEvidence(t *testing.T) {
	const body = "    out = []\n    for a in X:\n        for b in X:\n            print(np.linalg.norm(a - b))\n            out.append(np.linalg.norm(a - b))\n    return out\n"
	for name, dead := range map[string]string{
		"sum":        "N" + strings.Repeat(" + N", 600),
		"long sum":   "N" + strings.Repeat(" + N", 4000),
		"attributes": "N" + strings.Repeat(".a", 5000),
		"calls":      "N" + strings.Repeat("(1)", 3000),
		"signs":      strings.Repeat("-", 2000) + "N",
	} {
		source := "import numpy as np\n\nN = 1\n\n\ndef pairwise_distances(X):\n    if N > 1:\n        return " + dead + "\n" + body
		r := score(t, Input{Source: source, EntryPoints: []string{"pairwise_distances"}, Steps: growing("rows"), ReferenceSource: warmup})
		for line, want := range map[string]float64{PartSize: 0, PartDoc: 0, PartHints: 0, PartNaming: 1, PartClutter: 1} {
			if got := points(part(t, r.Quality, line).Points); got != want {
				t.Errorf("%s: %s %v, want %v: %s", name, line, got, want, dump(r.Quality.Parts))
			}
		}
		if r.Fluency.NotScored != 0 || r.Quality.NotScored != namesOf+splitOf {
			t.Errorf("%s: not scored %v of fluency, %v of quality", name, r.Fluency.NotScored, r.Quality.NotScored)
		}
		if f, ok := finding(r, "Q101"); !ok || f.Points != sizeOf || !strings.Contains(f.Why, "levels of syntax") {
			t.Errorf("%s: %s", name, dump(r.Findings))
		}
		if _, ok := finding(r, "A106"); !ok {
			t.Errorf("%s: the loop beside it is not seen: %s", name, dump(r.Findings))
		}
	}
}

// What even the parser gives up on loses all that the machine looks for, and says so once.
func TestUnreadableCodeIsAFinding(t *testing.T) {
	for name, text := range map[string]string{"long": "# " + strings.Repeat("x", maxSource) + "\n", "deep": "y = lambda: " + strings.Repeat("-", 50_000) + "1\n"} {
		python, ruff := tools(t)
		in := Input{Report: graded(), Source: text + warmup, EntryPoints: []string{"pairwise_distances"}, Steps: flat("rows"), ReferenceSource: warmup}
		_ = Run(context.Background(), python, ruff, in) // ruff may refuse it too
		if got := points(in.Report.Quality.Points); got != 0 || in.Report.Quality.NotScored != namesOf+splitOf || in.Report.Fluency.NotScored != 0 && name == "long" {
			t.Errorf("%s: %s", name, dump(in.Report))
		}
		f, ok := finding(in.Report, "Q102")
		if !ok || f.Points != qualityOf-namesOf-splitOf || f.Severity != report.Costs {
			t.Errorf("%s: %s", name, dump(in.Report.Findings))
		}
	}
}
