package notebooks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/notebooks/mutate"
)

// wrongKey is where the memory keeps that the tests notice wrong values.
const wrongKey = "solution.py with wrong values"

// wrongValues grades the reference with every value wrong: a case of class property or contract that still passes would
// count for answers that are right nowhere. A test whose calls give no value says so, and is held to it.
func (v *verifier) wrongValues(ctx context.Context) error {
	if v.options.memory.knows(wrongKey) {
		return nil
	}
	before := len(v.result.Problems)
	tests, err := v.variant(ctx, "with every value wrong", mutate.WrongValues)
	if err != nil {
		return err
	}
	silent := false // is there a test that says values=False?
	for _, t := range tests {
		silent = silent || t.noValues
		switch {
		case t.noValues && t.passed < t.cases:
			v.blame(t, "values=False is not true of this test: it fails with wrong values. %s", t.message)
		case !t.noValues && t.passed > 0:
			v.blame(t, "this test passes with wrong values%s: compare what each call returns with the right value", t.times())
		}
	}
	if silent {
		if err := v.noValues(ctx); err != nil {
			return err
		}
	}
	if len(v.result.Problems) == before && !v.faulty {
		v.options.memory.keep(AnswerResult{File: wrongKey})
	}
	return nil
}

// noValues holds the tests that say values=False to it: no call of theirs returns a value.
func (v *verifier) noValues(ctx context.Context) error {
	tests, err := v.variant(ctx, "without values", mutate.NoValues)
	for _, t := range tests {
		if t.noValues && t.passed < t.cases && strings.Contains(t.message, "_WrongValue") {
			v.blame(t, "values=False is not true of this test: one of its calls returns a value")
		}
	}
	return err
}

func (v *verifier) blame(t testResult, format string, args ...any) {
	v.result.Problems.add("tests.py", t.line, "%s (%s): %s", t.name, t.class, fmt.Sprintf(format, args...))
}

// variant grades a version of the reference on the first seed and says what became of the tests that may count only with
// right values.
func (v *verifier) variant(ctx context.Context, what string, of func(string, []string) string) ([]testResult, error) {
	r, err := v.grade(ctx, "verify-0", of(v.challenge.Solution.Source, v.challenge.EntryPoints), 1, false)
	if r == nil || err != nil {
		return nil, err
	}
	if r.Status != report.StatusGraded {
		v.result.Problems.add("solution.py", 1, "%s it is not graded (%s): %s", what, r.Status, r.Message)
		return nil, nil
	}
	return v.tests(r), nil
}

// testResult is what became of one test of tests.py.
type testResult struct {
	name, class string
	declared
	cases, passed int
	message       string // of the first case that did not pass
}

// times says how many of several cases passed.
func (t testResult) times() string {
	if t.cases == 1 {
		return ""
	}
	return fmt.Sprintf(" in %d of %d cases", t.passed, t.cases)
}

// tests are those of class property and contract. Right values in the wrong form earn something too, and count as passed.
func (v *verifier) tests(r *report.Report) (all []testResult) {
	for _, c := range r.Correctness.Cases {
		if c.Class != "property" && c.Class != "contract" {
			continue
		}
		name, _, _ := strings.Cut(c.ID, "[")
		i := slices.IndexFunc(all, func(t testResult) bool { return t.name == name })
		if i < 0 {
			i = len(all)
			all = append(all, testResult{name: name, class: c.Class, declared: declaration(v.challenge.Spec.Tests, name)})
		}
		t := &all[i]
		t.cases++
		if c.Outcome == report.Pass || c.Outcome == report.Form {
			t.passed++
		} else if t.message == "" {
			t.message = c.Message
		}
	}
	return all
}
