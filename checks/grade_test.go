package checks

import (
	"encoding/json"
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

func dump(r *report.Report) string {
	b, _ := json.MarshalIndent(r, "", " ")
	return string(b)
}

func TestReferenceGetsEverything(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	r := grade(t, g, s, cell(s.Solution), Options{Session: "s"})
	if r.Status != report.StatusGraded || *r.Correctness.Points != 35 || r.Public != (report.Count{Passed: 1, Total: 1}) {
		t.Fatal(dump(r))
	}
	t.Log(dump(r))
}
