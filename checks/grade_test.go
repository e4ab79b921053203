package checks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

func grade(t testing.TB, g *Grader, s *Spec, sub Submission, o Options) *report.Report {
	t.Helper()
	r, err := g.Grade(t.Context(), s, sub, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// dump shows what matters of a report: its state, its points, and the cases that did not pass.
func dump(r *report.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q cell %q line %d", r.Status, r.Message, r.Cell, r.Line)
	if p := r.Correctness.Points; p != nil {
		fmt.Fprintf(&b, ", %v points %s", *p, r.Correctness.Why)
	}
	for _, c := range r.Correctness.Classes {
		fmt.Fprintf(&b, ", %s %d/%d", c.Name, c.Passed, c.Total)
	}
	for _, c := range r.Correctness.Cases {
		if c.Outcome != report.Pass {
			fmt.Fprintf(&b, "\n%s: %s %s", c.ID, c.Outcome, c.Message)
		}
	}
	return b.String()
}

func TestReferenceGetsEverything(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	var early *report.Report
	r := grade(t, g, s, cell(s.Solution), Options{Progress: func(r *report.Report) { early = r }})
	if r.Status != report.StatusGraded || *r.Correctness.Points != 35 || r.Public != (report.Count{Passed: 1, Total: 1}) {
		t.Fatal(dump(r))
	}
	if r.Fluency.Points == nil || *r.Fluency.Points < 23 {
		t.Errorf("the reference's own fluency: %+v", r.Fluency)
	}
	if early == nil || early.Correctness.Points == nil || early.Fluency.Points != nil {
		t.Error("Progress should bring correctness before fluency")
	}
	if len(r.CodeSHA256) != 64 || r.Seed == 0 || r.Seed >= 1<<53 || r.Isolation.Level == "" || r.Tools["numpy"] == "" || r.CleanRun == nil || !r.CleanRun.OK {
		t.Error(dump(r))
	}
}

const head = "import numpy as np\n\ndef pairwise_distances(X):\n"

func TestAnswers(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	for _, c := range []struct {
		name, code string
		low, high  float64 // of Correctness
		case_      string  // one case to look at,
		outcome    report.Outcome
		message    string // part of its message
	}{
		{"two loops", head + "    n = len(X)\n    D = np.zeros((n, n))\n    for i in range(n):\n        for j in range(n):\n            D[i, j] = np.sqrt(((X[i] - X[j]) ** 2).sum())\n    return D", 35, 35, "tall", report.Pass, ""},
		{"no square root", head + "    d = X[:, None] - X[None]\n    return (d ** 2).sum(-1)", 0, 0, "tall", report.Fail, "entries differ"},
		{"no clamp", head + "    q = (X ** 2).sum(1)\n    return np.sqrt(q[:, None] + q - 2 * X @ X.T)", 10, 30, "duplicates", report.Fail, "NaN"},
		{"zeros", head + "    return np.zeros((len(X), len(X)))", 0, 0, "unchanged", report.Pass, ""},
		{"one constant", head + "    return 5.0", 0, 0, "tall", report.Fail, "shape"},
		{"raises", head + "    raise ValueError('no')", 0, 0, "tall", report.Error, "ValueError: no (line 4)"},
		{"list", head + "    d = X[:, None] - X[None]\n    return np.sqrt((d ** 2).sum(-1)).tolist()", 10, 30, "tall", report.Form, "a list, expected an ndarray"},
		{"not data", head + "    return lambda: X", 0, 0, "tall", report.Fail, "not plain data"},
		{"changes its input", head + "    X += 0.0 * X\n    X[:1] += 1\n    d = X[:, None] - X[None]\n    return np.sqrt((d ** 2).sum(-1))", 0, 14, "unchanged", report.Fail, "input after the call"},
		{"exits", head + "    import os; os._exit(0)", 0, 0, "tall", report.Killed, "status 0"},
		{"colourful", head + "    raise ValueError('\\x1b[31mred\\n\\u202eback' + 'y' * 1000)", 0, 0, "tall", report.Error, "ValueError: [31mred backyyy"},
		{"no entry", "x = 1", 0, 0, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := grade(t, g, s, cell(c.code), Options{Session: "answers", SkipFluency: true, Seed: 4})
			points := 0.0
			if r.Correctness.Points != nil {
				points = *r.Correctness.Points
			}
			if points < c.low || points > c.high {
				t.Errorf("%v points, want %v to %v: %s", points, c.low, c.high, dump(r))
			}
			for _, k := range r.Correctness.Cases {
				if k.ID == c.case_ && (k.Outcome != c.outcome || !strings.Contains(k.Message, c.message)) {
					t.Errorf("%s: %s %q, want %s %q", k.ID, k.Outcome, k.Message, c.outcome, c.message)
				}
			}
		})
	}
}

func TestStatuses(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	for _, c := range []struct {
		name    string
		sub     Submission
		status  report.Status
		message string
		line    int
	}{
		{"nothing", cell("x = 1"), report.StatusNotStarted, "no cell defines pairwise_distances yet", 0},
		{"starter", cell(s.Starter), report.StatusNotStarted, "still to be written", 0},
		{"syntax", cell("def pairwise_distances(X):\n    return X +"), report.StatusSyntaxError, "invalid syntax", 2},
		{"import", cell("import nosuch\ndef pairwise_distances(X):\n    return nosuch.f(X)"), report.StatusLoadError, "ModuleNotFoundError: No module named 'nosuch'", 1},
		{"default", cell("", "def pairwise_distances(X, w=1/0):\n    return X * w"), report.StatusLoadError, "ZeroDivisionError: division by zero", 2},
		{"late syntax", cell("def pairwise_distances(X):\n    return X\n    nonlocal y"), report.StatusSyntaxError, "nonlocal", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.sub.LiveStatus = "ok"
			r := grade(t, g, s, c.sub, Options{Session: "statuses"})
			if r.Status != c.status || !strings.Contains(r.Message, c.message) || r.Line != c.line || c.line > 0 && r.Cell != "c1" {
				t.Error(dump(r))
			}
			if r.Correctness.Points != nil {
				t.Error("points without a run")
			}
			if c.status == report.StatusLoadError && (r.CleanRun == nil || r.CleanRun.OK) {
				t.Error("the fresh run failed where the live kernel did not, and the report does not say so")
			}
		})
	}
}

func TestHangingAnswerIsCheap(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	g.Warm(t.Context(), s, "hang")
	for _, c := range []struct{ name, code string }{
		{"always", head + "    while True: pass"},
		{"at import", "N = [0]\nwhile True: N.append(1)\n" + head + "    return N"},
		{"swallows everything", head + "    while True:\n        try:\n            while True: pass\n        except BaseException: pass"},
		{"sleeps", "import time\n" + head + "    time.sleep(100)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := grade(t, g, s, cell(c.code), Options{Session: "hang"})
			spent := 0.0 // by its processes, whatever else runs on this machine
			for _, k := range r.Correctness.Cases {
				spent += k.MS
			}
			if most := 2.5 * float64(s.caseLimit().Milliseconds()); spent > most { // two cases reach their limit
				t.Errorf("took %v ms of at most %v", spent, most)
			}
			if r.Status == report.StatusLoadError {
				return
			}
			if *r.Correctness.Points != 0 {
				t.Error(dump(r))
			}
			for _, k := range r.Correctness.Cases {
				if k.Outcome != report.Timeout && k.Outcome != report.NotRun {
					t.Errorf("%s: %s %s", k.ID, k.Outcome, k.Message)
				}
			}
		})
	}
}

// An answer that hangs for one kind of input loses that kind and nothing else.
func TestHangingCaseCostsItself(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	code := strings.Replace(s.Solution, "    X = np", "    while len(X) == 0: pass\n    X = np", 1)
	r := grade(t, g, s, cell(code), Options{SkipFluency: true})
	for _, k := range r.Correctness.Cases {
		want := report.Pass
		if k.ID == "empty" {
			want = report.Timeout
		}
		if k.Outcome != want {
			t.Errorf("%s: %s %s", k.ID, k.Outcome, k.Message)
		}
	}
}

func TestSameSeedSameReport(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	code := head + "    d = X[:, None] - X[None]\n    return np.sqrt((d ** 2).sum(-1)).round(3)"
	inputs := map[string]bool{} // of the case "tall"
	strip := func(r *report.Report) string {
		r.TimingsMS = nil
		for i := range r.Correctness.Cases {
			c := &r.Correctness.Cases[i]
			c.MS = 0
			if c.ID == "tall" {
				inputs[c.InputsSHA256] = true
			}
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	a := strip(grade(t, g, s, cell(code), Options{Seed: 7, Session: "a", SkipFluency: true}))
	b := strip(grade(t, g, s, cell(code), Options{Seed: 7, Session: "b", SkipFluency: true}))
	if a != b {
		t.Errorf("%s\n%s", a, b)
	}
	if strip(grade(t, g, s, cell(code), Options{Seed: 8, Session: "a", SkipFluency: true})); len(inputs) != 2 || inputs[""] {
		t.Error("the inputs of three runs with two seeds:", inputs)
	}
}

func TestBrokenTestsAreTheAuthors(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	for name, edit := range map[string][2]string{
		"syntax":  {"def tall(t):", "def tall(t:"},
		"raises":  {"    X = t.rng.normal(size=(20, 12))\n", "    X = t.rng.nosuch()\n"},
		"yield":   {"D = yield t.call(\"pairwise_distances\", X)", "D = yield 5"},
		"no send": {"\"pairwise_distances\", np.zeros((0, 3))", "\"pairwise_distances\", print"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := *s
			bad.Tests = strings.Replace(s.Tests, edit[0], edit[1], 1)
			r, err := g.Grade(t.Context(), &bad, cell(s.Solution), Options{Session: name, SkipFluency: true})
			if err == nil {
				t.Error("no error:", dump(r))
			} else if !strings.Contains(err.Error(), "tests.py line") && !strings.Contains(err.Error(), "SyntaxError") {
				t.Error(err)
			}
		})
	}
}
