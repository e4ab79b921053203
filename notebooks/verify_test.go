package notebooks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
)

// scripted is a grader that believes the headers: it looks at no code, so that Verify's own judgement can be tested
// without Python.
type scripted struct {
	challenge *Challenge
	change    func(a Answer, seed uint64, r *report.Report)
	wrong     func(raises bool) []report.Case // what becomes of cases when all values are wrong, or raise
}

func (s scripted) Grade(_ context.Context, _ *checks.Spec, sub checks.Submission, o checks.Options) (*report.Report, error) {
	source := sub.Cells[0].Source
	if source == s.challenge.Starter {
		return &report.Report{Status: report.StatusNotStarted}, nil
	}
	if strings.Contains(source, "_wrong_entry") {
		return s.variant(strings.Contains(source, "_wrong_raises = True")), nil
	}
	all := slices.Concat([]Answer{s.challenge.Solution}, s.challenge.Accepted, s.challenge.Traps)
	a := all[slices.IndexFunc(all, func(a Answer) bool { return a.Source == source })]
	r := &report.Report{Status: report.StatusGraded, Public: report.Count{Passed: 1, Total: 1}}
	points := 25.0
	if a.Kind == Weak {
		points = 12
	}
	r.Fluency.Points = &points
	for _, name := range HiddenClasses {
		class := report.Class{Name: name, Passed: 4, Total: 4}
		if slices.Contains(a.Fails, name) {
			class.Passed = 3
			r.Correctness.Cases = append(r.Correctness.Cases, report.Case{ID: "x", Class: name, Outcome: report.Fail, Message: "no"})
		}
		r.Correctness.Classes = append(r.Correctness.Classes, class)
	}
	if s.change != nil {
		s.change(a, o.Seed, r)
	}
	return r, nil
}

// variant is the report on the reference with wrong values, or with none.
func (s scripted) variant(raises bool) *report.Report {
	r := &report.Report{Status: report.StatusGraded, Public: report.Count{Total: 1}}
	for _, name := range HiddenClasses {
		r.Correctness.Classes = append(r.Correctness.Classes, report.Class{Name: name, Total: 4})
	}
	if s.wrong != nil {
		r.Correctness.Cases = s.wrong(raises)
	}
	return r
}

func class(r *report.Report, name string) *report.Class {
	for i := range r.Correctness.Classes {
		if r.Correctness.Classes[i].Name == name {
			return &r.Correctness.Classes[i]
		}
	}
	panic("test: no class " + name)
}

func verifyScripted(t *testing.T, c *Challenge, change func(Answer, uint64, *report.Report)) *VerifyResult {
	t.Helper()
	v, err := Verify(t.Context(), c, scripted{challenge: c, change: change}, VerifyOptions{Seeds: 4, Parallel: 3})
	if err != nil {
		t.Fatal(err)
	}
	if v.OK != (len(v.Problems) == 0) {
		t.Errorf("ok is %v with %d problems", v.OK, len(v.Problems))
	}
	return v
}

func TestVerifyAcceptsWhatHolds(t *testing.T) {
	c := warmUpChallenge(t)
	v := verifyScripted(t, c, nil)
	if !v.OK {
		t.Errorf("problems:\n%v", v.Problems)
	}
	if len(v.Answers) != 1+len(c.Accepted)+len(c.Traps) || v.Answers[0].Rate != 1 {
		t.Errorf("answers: %+v", v.Answers)
	}
	for _, class := range v.Classes {
		if class.Kills == 0 || class.Cases != 4 {
			t.Errorf("class %+v", class)
		}
	}
	if !slices.Contains(v.Classes[2].Alone, "traps/eps_in_root.py") {
		t.Errorf("property catches %v alone", v.Classes[2].Alone)
	}
}

// What a busy machine did to one grading does not make a weak trap one that ranks with the reference.
func TestVerifyRanksAgain(t *testing.T) {
	c := warmUpChallenge(t)
	high, low := 25.0, 12.0
	for _, tt := range []struct {
		name, file string
		once       *float64 // points of this answer in its first grading
	}{
		{"a reference that the clock held back", "solution.py", &low},
		{"a trap whose slowness was not confirmed", "traps/one_loop.py", &high},
		{"a trap that was not scored", "traps/one_loop.py", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, spoilt := range []int{1, 2, 99} {
				graded := 0
				v, err := Verify(t.Context(), c, scripted{challenge: c, change: func(a Answer, _ uint64, r *report.Report) {
					if a.File != tt.file {
						return
					}
					if graded++; graded <= spoilt {
						r.Fluency.Points = tt.once
					}
				}}, VerifyOptions{Seeds: 1})
				if err != nil {
					t.Fatal(err)
				}
				if v.OK != (spoilt < 99) {
					t.Errorf("%d bad gradings of %d: %v", spoilt, graded, v.Problems)
				}
			}
		})
	}
}

func TestVerifyBlamesAnswers(t *testing.T) {
	tests := []struct {
		name   string
		change func(Answer, uint64, *report.Report)
		want   string
	}{
		{"reference fails", func(a Answer, seed uint64, r *report.Report) {
			if a.Name == "solution" && seed == 3 {
				class(r, "edge").Passed = 0
				r.Correctness.Cases = []report.Case{{ID: "none", Class: "edge", Outcome: report.Error, Message: "ValueError"}}
			}
		}, "solution.py:1: a right answer must pass everything. seed 3: it fails edge none (error): ValueError"},
		{"reference fails a test that is found", func(a Answer, _ uint64, r *report.Report) {
			if a.Name == "solution" {
				class(r, "edge").Passed = 0
				r.Correctness.Cases = []report.Case{{ID: "equal_rows[2]", Class: "edge", Outcome: report.Error, Message: "ValueError: no (line 7)"}}
			}
		}, "solution.py:7: a right answer must pass everything. seed 1: it fails edge equal_rows[2] at tests.py:LINE (error): ValueError: no (line 7)"},
		{"reference does not parse", func(a Answer, _ uint64, r *report.Report) {
			if a.Name == "solution" {
				r.Status, r.Message, r.Line = report.StatusSyntaxError, "line 8: invalid syntax", 8
			}
		}, "solution.py:8: a right answer must pass everything. seed 1: it is not graded (syntax_error): line 8: invalid syntax"},
		{"public fails", func(a Answer, _ uint64, r *report.Report) {
			if a.Name == "scipy_cdist" {
				r.Public.Passed = 0
			}
		}, "accepted/scipy_cdist.py:1: a right answer must pass everything. seed 1: it fails "},
		{"trap survives once", func(a Answer, seed uint64, r *report.Report) {
			if a.Name == "no_clamp" && seed == 2 {
				class(r, "edge").Passed = 4
			}
		}, "traps/no_clamp.py:2: this trap is caught on 75 % of the seeds; at least 99 %. seed 2: it passes class edge"},
		{"not only", func(a Answer, _ uint64, r *report.Report) {
			if a.Name == "eps_in_root" {
				class(r, "basic").Passed = 1
			}
		}, "traps/eps_in_root.py:2: this trap is caught on 0 % of the seeds; at least 99 %. seed 1: not only class property fails, basic does too"},
		{"trap does not load", func(a Answer, _ uint64, r *report.Report) {
			if a.Name == "constant" {
				r.Status, r.Message = report.StatusLoadError, "NameError"
			}
		}, "traps/constant.py:2: this trap is caught on 0 % of the seeds; at least 99 %. seed 1: it is not graded (load_error): NameError"},
		{"weak ranks high", func(a Answer, _ uint64, r *report.Report) {
			if a.Name == "one_loop" {
				*r.Fluency.Points = 24.5
			}
		}, "traps/one_loop.py:1: a weak trap must rank below the reference: fluency 24.5 against 25.0"},
		{"weak is wrong", func(a Answer, _ uint64, r *report.Report) {
			if a.Name == "one_loop" {
				class(r, "contract").Passed = 1
			}
		}, "traps/one_loop.py:1: a weak answer must pass everything."},
		{"class without kill", func(a Answer, _ uint64, r *report.Report) {
			class(r, "contract").Passed = 4
		}, "tests.py:CONTRACT: class contract catches no trap: nothing shows what it is for"},
		{"class without test", func(a Answer, _ uint64, r *report.Report) {
			class(r, "contract").Passed, class(r, "contract").Total = 0, 0
		}, "tests.py:1: class contract has no test"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := warmUpChallenge(t)
			want := strings.Replace(tt.want, "LINE", itoa(lineOf(t, c.Spec.Tests, "def equal_rows(")), 1)
			want = strings.Replace(want, "CONTRACT", itoa(lineOf(t, c.Spec.Tests, "@contract(")), 1)
			wantProblem(t, verifyScripted(t, c, tt.change), want)
		})
	}
}

// lineOf is the first line that starts so.
func lineOf(t *testing.T, text, start string) int {
	t.Helper()
	i := slices.IndexFunc(strings.Split(text, "\n"), func(s string) bool { return strings.HasPrefix(s, start) })
	if i < 0 {
		t.Fatalf("no line starts with %q", start)
	}
	return i + 1
}

func TestVerifyBlamesMaterial(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Challenge)
		want  string
	}{
		{"long", func(c *Challenge) { c.Prompt += " one more" }, "prompt.md:1: the statement has 152 words; at most 150"},
		{"hints", func(c *Challenge) { c.Hints = c.Hints[:2] }, "hints.md:6: 2 hints; the ladder has three steps"},
		{"follow-ups", func(c *Challenge) { c.FollowUps = nil }, `hints.md:12: "## Follow-up questions" is missing`},
		{"clarify", func(c *Challenge) { c.Clarify = c.Clarify[:2] }, "clarify.md:1: 2 questions; three to five"},
		{"accepted", func(c *Challenge) { c.Accepted = c.Accepted[:2] }, "accepted/: right answers besides the reference: 2; at least 3"},
		{"traps", func(c *Challenge) { c.Traps = c.Traps[:14] }, "traps/: 14 traps; at least 15"},
		{"entry point", func(c *Challenge) { c.EntryPoints = []string{"distances"} }, "starter.py:1: it does not define distances"},
		{"copies", func(c *Challenge) { c.Traps[1].Source = "# other\n" + c.Traps[0].Source },
			"traps/cache_by_shape.py:1: this is the same code as traps/axis_zero.py"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := warmUpChallenge(t)
			tt.spoil(c)
			wantProblem(t, verifyScripted(t, c, nil), tt.want)
		})
	}
}

func TestVerifyBlamesAStarterThatPasses(t *testing.T) {
	c := warmUpChallenge(t)
	c.Starter = c.Solution.Source + "\n"
	g := grader(func(o checks.Options, source string) (*report.Report, error) {
		if source == c.Starter {
			source = c.Solution.Source
		}
		return scripted{challenge: c}.Grade(t.Context(), nil, checks.Submission{Cells: []checks.Cell{{Source: source}}}, o)
	})
	v, err := Verify(t.Context(), c, g, VerifyOptions{Seeds: 1})
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, v, "starter.py:1: the starter passes; there is nothing to do")
}

type grader func(checks.Options, string) (*report.Report, error)

func (g grader) Grade(_ context.Context, _ *checks.Spec, s checks.Submission, o checks.Options) (*report.Report, error) {
	return g(o, s.Cells[0].Source)
}

func TestVerifyMeasuresAgainOnABusyMachine(t *testing.T) {
	v := verifyScripted(t, warmUpChallenge(t), func(a Answer, seed uint64, r *report.Report) {
		switch {
		case a.Name == "solution" && seed != 2:
			*r.Fluency.Points = 12 // no better than a weak trap
		case a.Name == "one_loop" && seed == 1:
			r.Fluency.Points = nil
		}
	})
	if !v.OK {
		t.Errorf("problems:\n%v", v.Problems)
	}
}

func TestVerifyOnly(t *testing.T) {
	c := warmUpChallenge(t)
	var lines []string
	v, err := Verify(t.Context(), c, scripted{challenge: c}, VerifyOptions{Seeds: 2, Only: []string{"no_clamp", "some/where/traps/one_loop.py"},
		Progress: func(s string) { lines = append(lines, s) }})
	if err != nil || !v.OK || len(v.Answers) != 2 {
		t.Fatalf("got %+v, %v", v, err)
	}
	if v, err := Verify(t.Context(), c, scripted{challenge: c}, VerifyOptions{Only: []string{"no_such"}}); err != nil || v.OK {
		t.Errorf("an unknown name: %+v, %v", v, err)
	}
	want := []string{"traps/no_clamp.py: wrong as expected on 2 of 2 seeds", "traps/one_loop.py: weak as expected on 2 of 2 seeds"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}

func TestVerifyStopsWhenTheGraderCannotWork(t *testing.T) {
	c := warmUpChallenge(t)
	broken := errors.New("no python")
	calls := 0
	g := grader(func(o checks.Options, source string) (*report.Report, error) {
		if calls++; calls > 3 {
			return nil, broken
		}
		return scripted{challenge: c}.Grade(t.Context(), nil, checks.Submission{Cells: []checks.Cell{{Source: source}}}, o)
	})
	if _, err := Verify(t.Context(), c, g, VerifyOptions{Seeds: 1}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if calls != 4 {
		t.Errorf("%d gradings, want 4", calls)
	}
}

func wantProblem(t *testing.T, v *VerifyResult, want string) {
	t.Helper()
	var lines []string
	for _, p := range v.Problems {
		lines = append(lines, p.String())
	}
	if !slices.ContainsFunc(lines, func(s string) bool { return strings.HasPrefix(s, want) }) {
		t.Errorf("got %s\nwant %s", fmt.Sprint(strings.Join(lines, "\n")), want)
	}
}
