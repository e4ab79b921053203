package rubric

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

func TestSlope(t *testing.T) {
	for _, c := range []struct {
		name          string
		sizes, counts []int
		want          float64
		ok            bool
	}{
		{"flat", []int{50, 200}, []int{9, 9}, 0, true},
		{"linear", []int{50, 200}, []int{50, 200}, 1, true},
		{"square", []int{50, 100, 200}, []int{2500, 10000, 40000}, 2, true},
		{"no steps at all", []int{50, 200}, []int{0, 0}, 0, true},
		{"one size", []int{50}, []int{9}, 0, false},
		{"the same size twice", []int{50, 50}, []int{9, 90}, 0, false},
		{"nothing", nil, nil, 0, false},
		{"fewer counts than sizes", []int{50, 100, 200}, []int{50, 100}, 1, true},
		{"sizes of zero are left out", []int{0, 50, 200}, []int{1, 50, 200}, 1, true},
	} {
		got, ok := slope(c.sizes, c.counts)
		if ok != c.ok || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v %v, want %v %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

const loopSource = `import numpy as np


def scale(x: np.ndarray) -> np.ndarray:
    """Twice each value of x; returns an array."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = x[i] * 2
    return out
`

func scaleInput(steps []StepSeries, clock ...ClockRatio) Input {
	return Input{Source: loopSource, EntryPoints: []string{"scale"}, Steps: steps, Clock: clock, ReferenceSource: warmup}
}

func TestArrayThinking(t *testing.T) {
	series := func(axis string, closed bool, cand, ref []int, partial bool) []StepSeries {
		return []StepSeries{{Axis: axis, Closed: closed, Sizes: []int{50, 200}, Candidate: cand, Reference: ref, Partial: partial}}
	}
	for _, c := range []struct {
		name  string
		steps []StepSeries
		clock []ClockRatio
		want  float64 // -1: not scored
	}{
		{"array code", series("rows", true, []int{9, 9}, []int{8, 8}, false), nil, 12},
		{"a loop over rows", series("rows", true, []int{100, 400}, []int{8, 8}, false), nil, 0},
		{"a loop over an open axis", series("folds", false, []int{100, 400}, []int{8, 8}, false), []ClockRatio{{Size: "", Ratio: 1}}, 12},
		{"the reference loops too", series("rows", true, []int{100, 400}, []int{90, 360}, false), nil, 12},
		{"a loop over few groups", series("groups", true, []int{100, 400}, []int{8, 8}, false), nil, 6},
		{"below the cut", series("rows", true, []int{100, 170}, []int{8, 8}, false), nil, 12},
		{"the counter stopped before it could tell", series("rows", true, []int{100, 110}, []int{8, 8}, true), nil, -1},
		{"the counter stopped, and had seen enough", series("rows", true, []int{100, 300}, []int{8, 8}, true), nil, 0},
		{"no evidence", nil, nil, -1},
		{"only a clock, on par", nil, []ClockRatio{{Size: "n=800", Ratio: 2.9}}, 12},
		{"only a clock, a little slow", nil, []ClockRatio{{Size: "n=800", Ratio: 9}}, 9},
		{"only a clock, slow", nil, []ClockRatio{{Size: "n=800", Ratio: 49}}, 6},
		{"only a clock, an element loop", nil, []ClockRatio{{Size: "n=800", Ratio: 51}}, 0},
		{"the worst of several sizes", nil, []ClockRatio{{Size: "n=80", Ratio: 1}, {Size: "n=800", Ratio: 49}}, 6},
		{"nonsense from the clock", nil, []ClockRatio{{Size: "n=80", Ratio: math.NaN()}, {Size: "n=80", Ratio: -1}, {Size: "n=80", Ratio: math.Inf(1)}}, -1},
	} {
		r := score(t, scaleInput(c.steps, c.clock...))
		p := part(t, r.Fluency, PartArrays)
		if points(p.Points) != c.want || p.Why == "" {
			t.Errorf("%s: %v, want %v (%s)", c.name, points(p.Points), c.want, p.Why)
		}
		lost := 0.0
		for _, f := range r.Findings {
			lost += f.Points
			if f.Severity == report.Costs && len(f.Witnesses) < 2 {
				t.Errorf("%s: fewer than two witnesses: %s", c.name, dump(f))
			}
		}
		if want := max(0, 12-c.want); c.want >= 0 && lost != want {
			t.Errorf("%s: the findings cost %v, the part lost %v: %s", c.name, lost, want, dump(r.Findings))
		}
	}
}

// A clock is one witness. Without a static hit it costs only where no array code could be that slow.
func TestAClockAloneIsAdvice(t *testing.T) {
	const tensor = "import numpy as np\n\n\ndef pairwise_distances(X: np.ndarray) -> np.ndarray:\n    \"\"\"Distances of all rows of X, an array.\"\"\"\n    return np.sqrt(((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2))\n"
	for _, c := range []struct {
		name, source string
		ratio, want  float64
		rule         string
		severity     report.Severity
	}{
		{"a little slow", warmup, 9, 12, "", ""},
		{"slow, unexplained", warmup, 40, 12, "A110", report.Advice},
		{"far too slow, unexplained", warmup, 60, 6, "A110", report.Costs},
		{"a third axis, fast enough", tensor, 2, 12, "", ""},
		{"a third axis, a little slow", tensor, 9, 9, "A108", report.Costs},
		{"a third axis, slow", tensor, 20, 6, "A108", report.Costs},
	} {
		r := score(t, Input{Source: c.source, EntryPoints: []string{"pairwise_distances"}, Steps: flat("rows"), Clock: []ClockRatio{{Size: "n=1500", Ratio: c.ratio}}, ReferenceSource: warmup})
		if p := part(t, r.Fluency, PartArrays); points(p.Points) != c.want {
			t.Errorf("%s: %v, want %v", c.name, points(p.Points), c.want)
		}
		if f, ok := finding(r, c.rule); c.rule == "" && len(r.Findings) > 0 || c.rule != "" && (!ok || f.Severity != c.severity) {
			t.Errorf("%s: %s", c.name, dump(r.Findings))
		}
	}
}

// Where no counter speaks for the answer, two processes over the challenge's own limit are two witnesses.
func TestAConfirmedClockCosts(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []StepSeries
		clock ClockRatio
		want  float64
	}{
		{"within the limit", nil, ClockRatio{Ratio: 5.9, Limit: 6}, 12},
		{"over it", nil, ClockRatio{Ratio: 8, Limit: 6, Again: 7}, 9},
		{"over it once", nil, ClockRatio{Ratio: 8, Limit: 6, Again: 5}, 12},
		{"not measured again", nil, ClockRatio{Ratio: 8, Limit: 6}, 12},
		{"no limit", nil, ClockRatio{Ratio: 8, Again: 8}, 12},
		{"a strict limit is still three", nil, ClockRatio{Ratio: 3.5, Limit: 1, Again: 2.9}, 12},
		{"far over it", nil, ClockRatio{Ratio: 19, Limit: 6, Again: 18}, 6},
		{"as a loop would be", nil, ClockRatio{Ratio: 80, Limit: 6, Again: 70}, 6},
		{"an open axis does not speak", growing("rows"), ClockRatio{Ratio: 8, Limit: 6, Again: 7}, 9},
		{"a flat closed axis does", flat("rows"), ClockRatio{Ratio: 8, Limit: 6, Again: 7}, 12},
	} {
		if len(c.steps) > 0 && c.want == 9 {
			c.steps[0].Closed = false
		}
		r := score(t, Input{Source: warmup, EntryPoints: []string{"pairwise_distances"}, Steps: c.steps, Clock: []ClockRatio{c.clock}, ReferenceSource: warmup})
		p := part(t, r.Fluency, PartArrays)
		if points(p.Points) != c.want || p.Why == "" {
			t.Errorf("%s: %v, want %v (%s)", c.name, points(p.Points), c.want, p.Why)
		}
		if f, ok := finding(r, "A110"); ok && f.Severity == report.Costs && len(f.Witnesses) < 3 && c.clock.Ratio <= 50 {
			t.Errorf("%s: %s", c.name, dump(f))
		}
	}
}

func TestWhyNothingWasMeasured(t *testing.T) {
	r := score(t, Input{Source: warmup, EntryPoints: []string{"pairwise_distances"}, ReferenceSource: warmup, Without: []string{"rows: it raised", "big: it hung"}})
	if p := part(t, r.Fluency, PartArrays); p.Points != nil || !strings.Contains(p.Why, "rows: it raised; big: it hung") {
		t.Errorf("%+v", p)
	}
}

// The reference's signature says what a candidate's bare parameters hold.
func TestParametersAreKnownFromTheReference(t *testing.T) {
	const reference = "import numpy as np\n\n\ndef f(X: np.ndarray) -> np.ndarray:\n    return X * 2\n"
	for name, c := range map[string]struct{ source, rule string }{
		"a write":               {"def f(a):\n    a *= 2\n    return a\n", "A503"},
		"a write in a branch":   {"def f(a):\n    if a.dtype.kind != 'f':\n        a = a.astype(float)\n    a *= 2\n    return a\n", "A503"},
		"a write after asarray": {"import numpy as np\n\n\ndef f(a):\n    b = np.asarray(a, dtype=float)[:]\n    b *= 2\n    return b\n", "A503"},
		"a loop":                {"def f(a):\n    out = []\n    for i in range(len(a)):\n        out.append(a[i] * 2)\n    return out\n", "A101"},
		"rows of a list":        {"import numpy as np\n\n\ndef f(a):\n    return np.array([np.linalg.norm(row) for row in a])\n", "A105"},
		"pairs of a list":       {"import numpy as np\n\n\ndef f(a):\n    return [[np.linalg.norm(x - y) for y in a] for x in a]\n", "A105"},
	} {
		in := Input{Report: graded(), Source: c.source, EntryPoints: []string{"f"}, ReferenceSource: reference}
		in.Report.Correctness.Cases = []report.Case{{Class: "contract", Outcome: report.Fail, Guards: "The input is not changed."}}
		f, ok := finding(score(t, in), c.rule)
		if !ok || c.rule == "A503" && f.Severity != report.Costs {
			t.Errorf("%s: no %s: %s", name, c.rule, dump(in.Report.Findings))
		}
	}
	for name, source := range map[string]string{
		"a copy":           "def f(a):\n    a = a.copy()\n    a *= 2\n    return a\n",
		"a new array":      "def f(a):\n    a = a * 2\n    a += 1\n    return a\n",
		"np.array":         "import numpy as np\n\n\ndef f(a):\n    a = np.array(a, dtype=float)\n    a *= 2\n    return a\n",
		"another array":    "import numpy as np\n\n\ndef f(a):\n    out = np.empty_like(a)\n    out[:] = a * 2\n    return out\n",
		"an extreme guard": "import numpy as np\n\n\ndef f(a):\n    s = np.std(a, axis=0)\n    s[s == 0] = 1\n    return a / s\n",
	} {
		r := score(t, Input{Source: source, EntryPoints: []string{"f"}, ReferenceSource: reference})
		if f, ok := finding(r, "A503"); ok {
			t.Errorf("%s: %s", name, dump(f))
		}
	}
}

func TestACorrectLoopKeepsTheOtherThirteen(t *testing.T) {
	r := score(t, scaleInput(growing("rows"), ClockRatio{Size: "n=800", Ratio: 300}))
	if got := points(r.Fluency.Points); got != 13 {
		t.Errorf("fluency %v, want 13: %s", got, dump(r.Fluency))
	}
	f := r.Findings[0]
	if f.Rule != "A101" || f.Line != 7 || f.EndLine != 8 || f.Better != "out = x * 2" || f.Points != 12 {
		t.Errorf("the finding does not name the line and the better form: %s", dump(f))
	}
}

func TestWrongAnswersAreCapped(t *testing.T) {
	in := scaleInput(flat("rows"))
	in.Report = graded()
	in.Report.Correctness.Classes[0].Passed = 1
	r := score(t, in)
	if got := points(r.Fluency.Points); got != 15 || !strings.Contains(r.Fluency.Why, "60 %") {
		t.Errorf("fluency %v %q, want 15", got, r.Fluency.Why)
	}
}

func TestNoEvidenceIsNotScored(t *testing.T) {
	in := scaleInput(nil)
	in.Report = graded()
	Score(in)
	r := in.Report
	if r.Fluency.Points != nil || r.Quality.Points != nil || r.Fluency.Why == "" {
		t.Errorf("scored without evidence: %s %s", dump(r.Fluency), dump(r.Quality))
	}
	if r.Total != (report.Total{Points: 35, Of: 35, Low: 35, High: 100}) {
		t.Errorf("total %+v", r.Total)
	}
	if r.Tools["ruff"] != "absent: own rules alone" || r.Tools["own_rules"] != "did not run" {
		t.Errorf("tools %v", r.Tools)
	}
}

func TestPartialEvidenceNamesWhatIsMissing(t *testing.T) {
	r := score(t, scaleInput(nil)) // rules ran, nothing was measured
	if got := points(r.Fluency.Points); got != 8 || r.Fluency.NotScored != 17 {
		t.Errorf("fluency %v, not scored %v: %s", got, r.Fluency.NotScored, dump(r.Fluency))
	}
	if r.Quality.NotScored != 8 || points(r.Quality.Points) != 12 {
		t.Errorf("quality %s", dump(r.Quality))
	}
	want := report.Total{Points: 35 + 8 + 12, Of: 35 + 8 + 12, Low: 55, High: 100}
	if r.Total != want {
		t.Errorf("total %+v, want %+v", r.Total, want)
	}
}

func TestOtherStatusesScoreNothing(t *testing.T) {
	for _, st := range []report.Status{report.StatusNotStarted, report.StatusSyntaxError, report.StatusLoadError, report.StatusRefused} {
		in := scaleInput(growing("rows"))
		in.Report = &report.Report{Status: st, Correctness: report.Correctness{Of: 35}}
		r := score(t, in)
		if r.Fluency.Points != nil || r.Quality.Points != nil || r.ProblemSolving.Points != nil || len(r.Findings) != 0 || r.Total.Of != 0 || r.Total.High != 100 {
			t.Errorf("%s: %s", st, dump(r))
		}
	}
}

func TestWithoutRuffTheReportSaysSo(t *testing.T) {
	python, _ := tools(t)
	in := scaleInput(flat("rows"))
	in.Report = graded()
	if err := Run(context.Background(), python, "", in); err != nil {
		t.Fatal(err)
	}
	p := part(t, in.Report.Fluency, PartIdiom)
	if !strings.Contains(in.Report.Tools["ruff"], "absent") || !strings.Contains(p.Why, "not installed") || points(p.Points) != 5 {
		t.Errorf("%v %s", in.Report.Tools, dump(p))
	}
}

func TestRuffsVersionIsNamed(t *testing.T) {
	if _, ruff := tools(t); ruff == "" {
		t.Skip("no ruff")
	}
	r := score(t, scaleInput(flat("rows")))
	if v := r.Tools["ruff"]; v == "" || strings.Contains(v, "absent") || v[0] < '0' || v[0] > '9' {
		t.Errorf("tools %v", r.Tools)
	}
}

func TestScoringIsDeterministic(t *testing.T) {
	in := Input{Source: loopSource + "\ndef other(a=[]):\n    a.append(1)\n    return a\n", EntryPoints: []string{"scale"}, Steps: growing("rows"), ReferenceSource: warmup}
	first := score(t, in)
	for range 3 {
		in.Report = nil
		if again := score(t, in); !reflect.DeepEqual(first, again) {
			t.Fatalf("two scorings differ: %s %s", dump(first), dump(again))
		}
	}
}

func TestFindingsPointIntoCells(t *testing.T) {
	in := scaleInput(growing("rows"))
	for i := range strings.Count(loopSource, "\n") {
		l := Line{Cell: "imports", Line: i + 1}
		if i >= 3 {
			l = Line{Cell: "answer", Line: i - 2}
		}
		in.Lines = append(in.Lines, l)
	}
	f := score(t, in).Findings[0]
	if f.Cell != "answer" || f.Line != 4 || f.EndLine != 5 || !strings.HasPrefix(f.Code, "for i in range") {
		t.Errorf("%s", dump(f))
	}
}

func TestLinesOfTheStarterCostNothing(t *testing.T) {
	source := "from numpy import *\nimport json\n\n\n" + strings.TrimPrefix(loopSource, "import numpy as np\n\n\n")
	source = strings.ReplaceAll(source, "np.", "")
	in := Input{Source: source, StarterSource: "from numpy import *\nimport json\n", EntryPoints: []string{"scale"}, Steps: flat("rows"), ReferenceSource: warmup}
	for _, f := range score(t, in).Findings {
		if f.Severity == report.Costs {
			t.Errorf("%s", dump(f))
		}
	}
}

func TestTheDeepestLoopIsNamed(t *testing.T) {
	for _, c := range []struct {
		loops [][2]int
		want  [2]int
	}{
		{[][2]int{{3, 4}, {6, 9}, {7, 8}}, [2]int{7, 8}},
		{[][2]int{{3, 4}, {6, 7}}, [2]int{3, 4}},
		{[][2]int{{2, 9}, {3, 8}, {5, 5}, {7, 7}}, [2]int{5, 5}},
	} {
		if got := deepest(c.loops); got != c.want {
			t.Errorf("of %v it is %v, want %v", c.loops, got, c.want)
		}
	}
}
