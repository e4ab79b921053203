package card

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func pts(x float64) *float64 { return &x }

// graded builds a report with the classes' passed and total counts.
func graded(public [2]int, classes map[string][2]int) *report.Report {
	r := &report.Report{Schema: report.Schema, Challenge: "warmup-pairwise-distances", ChallengeVersion: "3f1c9d0a77aa88bb99cc", CodeSHA256: "9b74c9897bac770ffc029102a200c5de",
		Status: report.StatusGraded, Isolation: report.Isolation{Level: "L2", Layers: []string{"landlock", "seccomp"}}, Public: report.Count{Passed: public[0], Total: public[1]}}
	shares := map[string]float64{"basic": 0.4, "edge": 0.25, "property": 0.2, "contract": 0.15}
	score := 0.0
	for _, name := range []string{"basic", "edge", "property", "contract"} {
		c := classes[name]
		if c[1] == 0 {
			continue
		}
		r.Correctness.Classes = append(r.Correctness.Classes, report.Class{Name: name, Passed: c[0], Total: c[1], Share: shares[name]})
		score += 35 * shares[name] * float64(c[0]) / float64(c[1])
	}
	r.Correctness.Points, r.Correctness.Of = pts(score), 35
	r.Fluency = report.Criterion{Points: pts(25), Of: 25, Parts: []report.Part{
		{Name: "array and frame thinking", Points: pts(12), Of: 12, Why: "the steps do not grow with rows (slope 0.0), 1.1 times the reference's time"},
		{Name: "library reach", Points: pts(5), Of: 5, Why: "uses np.sum, np.maximum, np.sqrt"},
		{Name: "Python idiom", Points: pts(5), Of: 5, Why: "no scored rule hit"},
		{Name: "safe idiom", Points: pts(3), Of: 3, Why: "no unsafe form"}}}
	r.Quality = report.Criterion{Points: pts(12), Of: 20, NotScored: 8, Parts: []report.Part{
		{Name: "size and complexity", Points: pts(4), Of: 4, Why: "largest: pairwise_distances, 5 lines, 1 path"},
		{Name: "docstring", Points: pts(3), Of: 3, Why: "says what it takes and gives"},
		{Name: "quality_names", Of: 4, Why: "an interviewer scores this"},
		{Name: "quality_split", Of: 4, Why: "an interviewer scores this"}}}
	r.ProblemSolving = report.Criterion{Of: 10, NotScored: 10, Why: "an interviewer scores this"}
	r.Communication = report.Criterion{Of: 10, NotScored: 10, Why: "an interviewer scores this"}
	total(r)
	return r
}

func total(r *report.Report) {
	p := *r.Correctness.Points + *r.Fluency.Points + *r.Quality.Points
	r.Total = report.Total{Points: p, Of: 72, Low: p, High: p + 28}
}

var full = map[string][2]int{"basic": {5, 5}, "edge": {6, 6}, "property": {30, 30}, "contract": {6, 6}}

func with(classes map[string][2]int, name string, passed int) map[string][2]int {
	out := map[string][2]int{}
	for k, v := range classes {
		out[k] = v
	}
	c := out[name]
	out[name] = [2]int{passed, c[1]}
	return out
}

func loopy(r *report.Report) *report.Report {
	r.Fluency.Points = pts(13)
	r.Fluency.Parts[0].Points, r.Fluency.Parts[0].Why = pts(0), "the steps grow with rows (slope 1.9), the reference's do not"
	r.Quality.Points = pts(8)
	r.Quality.Parts[1].Points, r.Quality.Parts[1].Why = pts(0), "pairwise_distances has no docstring, so a caller must read the code"
	r.Findings = []report.Finding{
		{Rule: "A102", Severity: report.Costs, Criterion: "fluency", Cell: "c1", Line: 7, EndLine: 9, Points: 12,
			Code:   "for i in range(n):\n    for j in range(n):\n        out[i, j] = np.sqrt(((points[i] - points[j]) ** 2).sum())",
			Why:    "Two nested loops touch `points` element by element; NumPy does all pairs in one expression.",
			Better: "squares = (points ** 2).sum(axis=1)\nsquared = squares[:, None] + squares - 2 * (points @ points.T)\nout = np.sqrt(np.maximum(squared, 0))  # rounding can go below 0", Witnesses: []string{"loop over j inside a loop over i", "step counter: slope 1.9 on rows, the reference's is 0.0"}},
		{Rule: "Q201", Severity: report.Costs, Criterion: "quality", Cell: "c1", Line: 4, EndLine: 4, Points: 3, Code: "def pairwise_distances(points):", Why: "`pairwise_distances` has no docstring, so a caller must read the code.",
			Better: "def pairwise_distances(points):\n    \"\"\"What it computes, in one sentence.\n\n    Args:\n        points: what it holds, its shape or columns\n    \"\"\"", Witnesses: []string{"read from the docstring", "compared with the signature"}},
		{Rule: "Q301", Severity: report.Costs, Criterion: "quality", Line: 4, EndLine: 4, Points: 1, Code: "def pairwise_distances(points):", Why: "No type hint for points.", Better: "def pairwise_distances(points: np.ndarray) -> np.ndarray:", Witnesses: []string{}},
		{Rule: "A801", Severity: report.Advice, Criterion: "fluency", Line: 1, EndLine: 1, Code: "from numpy import *", Why: "After a star import nobody can see where a name comes from.", Better: "import numpy as np", Witnesses: []string{}},
	}
	total(r)
	return r
}

func withCase(r *report.Report, cases ...report.Case) *report.Report {
	r.Correctness.Cases = cases
	return r
}

func status(s report.Status, message string, line int) *report.Report {
	return &report.Report{Schema: report.Schema, Status: s, Message: message, Line: line, Correctness: report.Correctness{Of: 35},
		Fluency: report.Criterion{Of: 25}, Quality: report.Criterion{Of: 20}, ProblemSolving: report.Criterion{Of: 10}, Communication: report.Criterion{Of: 10}, Total: report.Total{High: 100}}
}

const emptyRule = "An empty set of points gives an array of shape (0, 0)."

// cards is one input for each thing a card can say.
func cards() map[string]Input {
	in := func(r *report.Report) Input {
		return Input{Report: r, Run: 3, Title: "All-pairs Euclidean distances", Phase: "code", InPhase: 6*time.Minute + 12*time.Second, Budget: 18 * time.Minute}
	}
	edge := report.Case{ID: "empty", Class: "edge", Outcome: report.Error, Message: "ValueError: SECRET shapes (0,) and (0,3)", Guards: emptyRule}
	m := map[string]Input{
		"right":   in(graded([2]int{4, 4}, full)),
		"loops":   in(loopy(graded([2]int{4, 4}, full))),
		"partly":  in(loopy(withCase(graded([2]int{4, 4}, with(full, "edge", 3)), edge))),
		"wrong":   in(withCase(graded([2]int{0, 4}, map[string][2]int{"basic": {0, 5}, "edge": {0, 6}, "property": {0, 30}, "contract": {0, 6}}), report.Case{Class: "public", Outcome: report.Fail, Message: "entry (0, 1) is 25.0, not 5.0", Guards: "The worked example of the statement."})),
		"form":    in(withCase(graded([2]int{4, 4}, with(full, "contract", 5)), report.Case{Class: "contract", Outcome: report.Form, Guards: "The result has the same index as the input."})),
		"timeout": in(withCase(graded([2]int{4, 4}, with(full, "basic", 3)), report.Case{Class: "basic", Outcome: report.Timeout, Guards: "Ten thousand rows take less than two seconds."}, report.Case{Class: "basic", Outcome: report.Timeout})),
		"endless": in(withCase(graded([2]int{0, 1}, map[string][2]int{"basic": {0, 1}}), report.Case{Class: "public", Outcome: report.Timeout}, report.Case{Class: "basic", Outcome: report.Timeout})),
		"killed":  in(withCase(graded([2]int{4, 4}, with(full, "property", 28)), report.Case{Class: "property", Outcome: report.Killed, Message: "memory limit 512 MB"}, report.Case{Class: "property", Outcome: report.Killed})),
		"syntax":  in(status(report.StatusSyntaxError, "invalid syntax: maybe you meant '==' instead of '='?", 7)),
		"load":    in(status(report.StatusLoadError, "NameError: name 'pd' is not defined", 2)),
		"empty":   in(status(report.StatusNotStarted, "", 0)),
		"refused": in(status(report.StatusRefused, "", 0)),
		"counts":  in(loopy(withCase(graded([2]int{4, 4}, with(full, "edge", 3)), edge))),
		"none":    in(loopy(withCase(graded([2]int{4, 4}, with(full, "edge", 3)), edge))),
		"final":   in(graded([2]int{4, 4}, full)),
		"late":    in(graded([2]int{4, 4}, full)),
		"over":    in(graded([2]int{4, 4}, full)),
		"noruff":  in(graded([2]int{4, 4}, full)),
		"running": in(graded([2]int{4, 4}, full)),
		"outside": in(graded([2]int{4, 4}, full)),
	}
	set := func(name string, f func(*Input)) { c := m[name]; f(&c); m[name] = c }
	set("partly", func(c *Input) { c.Previous = graded([2]int{3, 4}, with(full, "edge", 4)) })
	set("counts", func(c *Input) { c.Policy = "counts" })
	set("none", func(c *Input) { c.Policy = "none" })
	set("final", func(c *Input) { c.Final = true })
	set("late", func(c *Input) { c.Late = true })
	set("over", func(c *Input) { c.InPhase = 21 * time.Minute })
	set("running", func(c *Input) { c.Running = true })
	set("outside", func(c *Input) { c.Phase, c.InPhase, c.Budget = "", 0, 0 })
	set("noruff", func(c *Input) {
		c.Report.Fluency.Parts[2].Why = "no hit of the own rules (ruff is not installed)"
		c.Report.Tools = map[string]string{"ruff": "absent: own rules alone"}
	})
	return m
}

func bundles() map[string]map[string]string {
	out := map[string]map[string]string{}
	for name, in := range cards() {
		out[name] = Render(in)
	}
	out["placeholder"] = Placeholder("All-pairs Euclidean distances", 3)
	out["message"] = Message("Hint 2 of 3", "Norms as a column plus norms as a row, minus twice the Gram matrix `X @ X.T`.", "The next hint costs 1 point of Problem Solving. Ask for it with `%hint`.")
	html, md := Scorecard(scorecardInput())
	out["scorecard"] = map[string]string{"text/html": html, "text/markdown": md}
	return out
}

func scorecardInput() ScorecardInput {
	r := loopy(withCase(graded([2]int{4, 4}, with(full, "edge", 3))))
	r.ProblemSolving = report.Criterion{Points: pts(7), Of: 10, Parts: []report.Part{{Name: "by A. Lee, B. Roy", Points: pts(7), Of: 10, Why: "mean of 2 ratings, 2 apart", By: "A. Lee, B. Roy"}}}
	r.Total = report.Total{Points: 53.63, Of: 82, Low: 53.63, High: 71.63}
	return ScorecardInput{Report: r, Title: "All-pairs Euclidean distances", Mode: "practice", Runs: 3, Hints: []string{"step 1 of 3, free", "step 2 of 3, 1 point"}, Note: "Named the axes aloud.\nTested the triangle by hand.",
		Ratings: []Rating{{"problem_solving", "A. Lee", pts(8), "built it in checked steps"}, {"problem_solving", "B. Roy", pts(6), "tested late"}}}
}

// A proposal is shown as one, and gives way to what a person says.
func TestAProposalGivesNoPoints(t *testing.T) {
	const words = "proposed band 4 of 5, low confidence: ran an own test at 8:00"
	in := scorecardInput()
	_, before := Scorecard(in)
	in.Propose = words
	if _, got := Scorecard(in); got != before {
		t.Errorf("a person has scored it, and the proposal changes the sheet:\n%s", got)
	}
	in.Report.ProblemSolving = report.Criterion{Of: 10}
	html, md := Scorecard(in)
	for _, got := range []string{html, md} {
		if !strings.Contains(got, "not scored, for a person to confirm or change: "+words) {
			t.Errorf("no proposal:\n%s", got)
		}
	}
	in.Propose = ""
	if _, got := Scorecard(in); strings.Contains(got, "proposal") || !strings.Contains(got, "53.6") {
		t.Errorf("%s", got)
	}
}

var extensions = map[string]string{"text/html": ".html", "text/markdown": ".md", "text/plain": ".txt"}

func TestGoldenFiles(t *testing.T) {
	for name, bundle := range bundles() {
		for mime, got := range bundle {
			path := filepath.Join("testdata", name+extensions[mime])
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v (run the test with -update)", err)
			}
			if got != string(want) {
				t.Errorf("%s differs from its golden file; run with -update and read the change\ngot:\n%s", path, got)
			}
		}
	}
}

func TestEveryCardSaysTheSameInEveryForm(t *testing.T) {
	for name, bundle := range bundles() {
		if name == "scorecard" {
			continue
		}
		for _, mime := range []string{"text/html", "text/markdown", "text/plain"} {
			if strings.TrimSpace(bundle[mime]) == "" {
				t.Errorf("%s: no %s", name, mime)
			}
		}
	}
}

// A caller that forgets the policy, with a report that none has reduced, still gets a true card.
func TestAReducedReportIsRecorded(t *testing.T) {
	r := loopy(graded([2]int{4, 4}, full)).ForCandidate(report.PolicyNone)
	if got := Render(Input{Report: r, Run: 1})["text/plain"]; !strings.Contains(got, "Run recorded") {
		t.Error(got)
	}
}

func TestVerdicts(t *testing.T) {
	for name, want := range map[string][]string{
		"right":   {"All tests pass", "%submit"},
		"partly":  {"3 of 47 hidden tests fail", "raise `ValueError`", emptyRule, "was 4 of 6 in run 2"},
		"wrong":   {"No test passes yet", "a public test gets a wrong result", "entry (0, 1) is 25.0, not 5.0"},
		"form":    {"1 of 47 hidden tests fails", "right values in the wrong form"},
		"timeout": {"ran out of time", "Ten thousand rows"},
		"endless": {"does not end"},
		"killed":  {"The process was ended in 2 tests"},
		"syntax":  {"Python cannot read this code, line 7", "maybe you meant"},
		"load":    {"fresh process, line 2", "name 'pd' is not defined"},
		"empty":   {"Nothing to check yet"},
		"refused": {"not about your code"},
		"over":    {"over; it is a guide"},
		"late":    {"came late"},
		"final":   {"final run"},
		"none":    {"Run recorded"},
		"noruff":  {"ruff is not installed"},
		"running": {"nothing has failed so far"},
	} {
		text := Render(cards()[name])["text/markdown"]
		for _, w := range want {
			if !strings.Contains(strings.NewReplacer(`\`, "", "&gt;", ">").Replace(text), w) {
				t.Errorf("%s does not say %q:\n%s", name, w, text)
			}
		}
	}
}

// What the policy holds back must not be in any form of the card.
func TestPoliciesHoldBack(t *testing.T) {
	for name, never := range map[string][]string{
		"partly":  {"SECRET"},
		"counts":  {"SECRET", "empty set", "Fluency", "nested loops", "points"},
		"none":    {"SECRET", "empty set", "Fluency", "4 of 4", "fail", "points"},
		"killed":  {"512 MB"},
		"running": {"All tests pass", "points", "%submit"},
		"outside": {"%submit", "%hint"},
	} {
		for mime, got := range Render(cards()[name]) {
			for _, n := range never {
				if strings.Contains(got, n) {
					t.Errorf("%s %s shows %q:\n%s", name, mime, n, got)
				}
			}
		}
	}
}

func TestSaysWhatOnlyTheLiveKernelHolds(t *testing.T) {
	r := &report.Report{Status: report.StatusGraded, CleanRun: &report.CleanRun{Note: "no cell defines helper as the cells are now"}}
	if text := Render(Input{Report: r, Policy: report.PolicyFull})["text/plain"]; !strings.Contains(text, "fresh process: no cell defines helper") {
		t.Errorf("the card does not say it:\n%s", text)
	}
	r.CleanRun.OK = true
	if text := Render(Input{Report: r, Policy: report.PolicyFull})["text/plain"]; strings.Contains(text, "fresh process") {
		t.Errorf("the card complains about a clean run:\n%s", text)
	}
}

// Where an answer was not kept from the rest of the machine, everybody who reads of it is told, in one line and in the same words.
func TestLimitedIsolationIsSaid(t *testing.T) {
	const words = "limited isolation (L0)"
	for _, level := range []string{"", "L0", "L1", "L2"} {
		r := graded([2]int{4, 4}, full)
		r.Isolation.Level = level
		texts := []string{}
		for _, policy := range []string{report.PolicyFull, report.PolicyCounts, report.PolicyNone} {
			for _, text := range Render(Input{Report: r.ForCandidate(policy), Policy: policy, Run: 1, Title: strings.Repeat("A long title ", 9)}) {
				texts = append(texts, text)
			}
		}
		html, markdown := Scorecard(ScorecardInput{Report: r})
		texts = append(texts, html, markdown)
		for _, text := range texts {
			if n := strings.Count(text, words); n != 1 && level == "L0" || n != 0 && level != "L0" {
				t.Errorf("%q: said %d times in\n%s", level, n, text)
			}
		}
		if bare := strings.Contains(html, "isolation L"); bare != (level >= "L1") {
			t.Errorf("%q: the scorecard says %q", level, html)
		}
	}
}

// The name of an exception is the answer's to choose, so only well-known names are shown, of public cases too.
func TestOnlyWellKnownExceptionsAreNamed(t *testing.T) {
	for _, class := range []string{"public", "edge"} {
		for _, c := range []struct {
			name  string // of the exception
			known string // Case.Raised
			want  string
		}{
			{"KeyError", "KeyError", "makes the code raise `KeyError`."}, {"XdeadbeefError", "LookupError", "makes the code raise `LookupError`."},
			{"IndexError", "", "makes the code raise `IndexError`."}, {"XdeadbeefError", "", "makes the code raise an exception."},
			{"XdeadbeefError", "XdeadbeefError", "makes the code raise an exception."},
		} {
			public, edge := [2]int{4, 4}, 5
			if class == "public" {
				public, edge = [2]int{3, 4}, 6
			}
			r := graded(public, with(full, "edge", edge))
			r.Correctness.Cases = []report.Case{{ID: "e", Class: class, Outcome: report.Error, Message: c.name + ": 1.5", Raised: c.known}}
			v := feedback(Input{Report: r.ForCandidate(report.PolicyFull), Policy: report.PolicyFull, Run: 1})
			if got := mdSpans(v.Next); !strings.Contains(got, c.want) || strings.Contains(got, "deadbeef") {
				t.Errorf("%s %+v: %s", class, c, got)
			}
		}
	}
}

// Style is nothing to fix first in code that does not work: an endless loop, a bare return or a wrong name earns no points on
// the card, however well it is documented. What explains a failing test stays.
func TestStyleWaitsForARightResult(t *testing.T) {
	none := map[string][2]int{"basic": {0, 5}, "edge": {1, 6}, "property": {0, 30}, "contract": {6, 6}}
	for outcome, says := range map[report.Outcome]string{report.Timeout: "ran out of time", report.Fail: "gets a wrong result", report.Error: "raise `NameError`"} {
		r := withCase(loopy(graded([2]int{0, 4}, none)), report.Case{Class: "public", Outcome: outcome, Message: "NameError: name 'n' is not defined", Guards: "The worked example: two points."})
		r.Findings = append(r.Findings, report.Finding{Rule: "A301", Severity: report.Costs, Criterion: "fluency", Line: 5, Code: "X.mean()", Why: "Without axis it mixes the columns.", Better: "X.mean(axis=0)"})
		for _, in := range []Input{{Report: r, Run: 1, Phase: "code"}, {Report: r, Run: 1, Final: true, Phase: "code"}} {
			v := feedback(in)
			if got := v.Next.plain(); !strings.Contains(mdSpans(v.Next), "fix first what fails: a public test ") || !strings.Contains(mdSpans(v.Next), says) || strings.Contains(got, "rule") || !strings.Contains(got, "The worked example: two points.") {
				t.Errorf("%s: next is %q", outcome, got)
			}
			for mime, text := range Render(in) {
				for _, never := range []string{"docstring", "type hint", "star import", "nested loops", "Code Quality", " points (", "of 72"} {
					if strings.Contains(text, never) {
						t.Errorf("%s %s shows %q:\n%s", outcome, mime, never, text)
					}
				}
				if !strings.Contains(text, "basic test passes") || !strings.Contains(text, "mixes the columns") {
					t.Errorf("%s %s:\n%s", outcome, mime, text)
				}
			}
		}
	}
	one := withCase(loopy(graded([2]int{0, 4}, with(none, "basic", 1))), report.Case{Class: "public", Outcome: report.Fail})
	if got := Render(Input{Report: one, Run: 1})["text/plain"]; !strings.Contains(got, "docstring") || !strings.Contains(got, "of 72 points") || strings.Contains(got, "fix first what fails") {
		t.Errorf("one basic test passes:\n%s", got)
	}
}

// A public test's sentence names an example, a hidden test's a rule of the statement.
func TestOnlyHiddenTestsGuardARule(t *testing.T) {
	for class, want := range map[string]bool{"public": false, "edge": true} {
		if got := guards(report.Case{Class: class, Guards: "The worked example: (0, 0)."}, report.PolicyFull); strings.Contains(got, "The statement's rule") != want || !strings.Contains(got, "The worked example: (0, 0).") {
			t.Errorf("%s: %q", class, got)
		}
	}
}
