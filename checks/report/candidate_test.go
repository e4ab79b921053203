package report

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func full() *Report {
	points := 20.0
	return &Report{
		Schema: Schema, Challenge: "c", Status: StatusGraded, Seed: 7, Public: Count{1, 2},
		Correctness: Correctness{Points: &points, Of: 35,
			Classes: []Class{{Name: "basic", Passed: 1, Total: 3, Share: 0.4}},
			Cases: []Case{
				{ID: "example", Class: "public", Outcome: Fail, Message: "public: got 3, expected 4", MS: 1.5},
				{ID: "secret_case", Class: "basic", Outcome: Fail, Message: "SECRET got 3, expected 4", Guards: "a rule", MS: 2.5, InputsSHA256: "SECRET hash"},
				{ID: "raises", Class: "edge", Outcome: Error, Message: "ValueError: SECRET input (line 3)", Guards: "another rule"},
				{ID: "chosen", Class: "edge", Outcome: Error, Message: "XSECRETError: SECRET", Raised: "LookupError", MS: 3},
				{ID: "says so", Class: "edge", Outcome: Error, Message: "XSECRETError", Raised: "SECRETError"},
				{ID: "no data", Class: "edge", Outcome: Fail, Message: "TypeErrorSECRET: the result is a value of type solution.SECRET: not plain data"},
				{ID: "like an exception", Class: "edge", Outcome: Killed, Message: "KeyError: SECRET"},
			}},
		Fluency:   Criterion{Points: &points, Of: 25, Parts: []Part{{Name: "idiom", Why: "because WHY"}}},
		Findings:  []Finding{{Rule: "A001", Why: "FINDING"}},
		Total:     Total{Points: 20, Of: 72},
		TimingsMS: map[string]float64{"total": 1249.9},
	}
}

func TestForCandidate(t *testing.T) {
	for policy, want := range map[string]struct{ shown, hidden []string }{
		PolicyFull: {[]string{"a rule", `"ValueError"`, `"LookupError"`, "FINDING", "public: got 3", `"passed":1`, `"total":1200`},
			[]string{"SECRET", "KeyError", "TypeError", `"ms"`, "1249"}},
		PolicyCounts: {[]string{"public: got 3", `"name":"basic","passed":1`}, []string{"SECRET", "a rule", "FINDING", "WHY", "ValueError"}},
		PolicyNone:   {[]string{`"status":"graded"`}, []string{"SECRET", "a rule", "FINDING", "WHY", "ValueError", "public: got", `"passed":1`}},
		"unknown":    {nil, []string{"SECRET", "a rule", "FINDING", "WHY"}},
	} {
		r := full()
		raw, err := json.Marshal(r.ForCandidate(policy))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range want.shown {
			if !strings.Contains(string(raw), s) {
				t.Errorf("%s: does not show %q", policy, s)
			}
		}
		for _, s := range want.hidden {
			if strings.Contains(string(raw), s) {
				t.Errorf("%s: shows %q", policy, s)
			}
		}
		if !reflect.DeepEqual(r, full()) {
			t.Errorf("%s: changed the report it was made from", policy)
		}
	}
}

func TestForCandidateTellsOfSyntaxErrorsAlways(t *testing.T) {
	r := &Report{Status: StatusSyntaxError, Message: "invalid syntax", Line: 3}
	if got := r.ForCandidate(PolicyNone); got.Message != "invalid syntax" || got.Line != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestException(t *testing.T) {
	for _, c := range []struct {
		c    Case
		want string
	}{
		{Case{Outcome: Error, Message: "KeyError: 'x' (line 3)", Raised: "KeyError"}, "KeyError"},
		{Case{Outcome: Error, Message: "Missing: f is not defined", Raised: "NameError"}, "NameError"},
		{Case{Outcome: Error, Message: "OutOfBoundsDatetime: cannot convert"}, "OutOfBoundsDatetime"}, // an old report
		{Case{Outcome: Error, Message: "XdeadbeefError: x", Raised: ""}, ""},
		{Case{Outcome: Error, Message: "ValueErrorXdeadbeef"}, ""},
		{Case{Outcome: Error}, ""},
		{Case{Outcome: Fail, Message: "KeyError"}, ""},
	} {
		if got := c.c.Exception(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.c, got, c.want)
		}
	}
	if got := WellKnown([]string{"XdeadbeefError", "AlsoMineError", "IndexError", "LookupError", "Exception"}); got != "IndexError" {
		t.Errorf("%q", got)
	}
	if len(wellKnown) > 128 {
		t.Errorf("%d names: which one an answer raises is a message too, keep it short", len(wellKnown))
	}
}

func TestCoarseTimes(t *testing.T) {
	r := &Report{Status: StatusGraded, Public: Count{1, 1}, TimingsMS: map[string]float64{"cases": 149.9, "total": 1250},
		Correctness: Correctness{Cases: []Case{{Class: "public", Outcome: Pass, MS: 449}, {Class: "basic", Outcome: Pass, MS: 449}}}}
	for _, policy := range []string{PolicyFull, PolicyCounts, PolicyNone} {
		got := r.ForCandidate(policy)
		for _, ms := range got.TimingsMS {
			if ms != 100 && ms != 1300 {
				t.Errorf("%s: %v", policy, got.TimingsMS)
			}
		}
		for _, c := range got.Correctness.Cases {
			if c.MS != 400 && c.MS != 0 || c.MS != 0 && c.Class != "public" {
				t.Errorf("%s: %+v", policy, c)
			}
		}
	}
	if r.TimingsMS["cases"] != 149.9 || r.Correctness.Cases[0].MS != 449 {
		t.Error("the report itself lost its times")
	}
}
