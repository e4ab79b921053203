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
				{ID: "secret_case", Class: "basic", Outcome: Fail, Message: "SECRET got 3, expected 4", Guards: "a rule", MS: 2.5},
				{ID: "raises", Class: "edge", Outcome: Error, Message: "ValueError: SECRET input (line 3)", Guards: "another rule"},
			}},
		Fluency:   Criterion{Points: &points, Of: 25, Parts: []Part{{Name: "idiom", Why: "because WHY"}}},
		Findings:  []Finding{{Rule: "A001", Why: "FINDING"}},
		Total:     Total{Points: 20, Of: 72},
		TimingsMS: map[string]float64{"total": 12},
	}
}

func TestForCandidate(t *testing.T) {
	for policy, want := range map[string]struct{ shown, hidden []string }{
		PolicyFull:   {[]string{"a rule", "ValueError", "FINDING", "public: got 3", `"passed":1`}, []string{"SECRET"}},
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
