package notebooks

import (
	"strings"
	"testing"

	"github.com/assay-kernel/assay/kernel/session"
)

// The interviewer's export proposes a band for Problem Solving until a person gives points; the candidate's never does.
func TestProposal(t *testing.T) {
	scored := &journal{t: t, records: demo(t)}
	scored.add(session.KindScore, "", "", session.Score{Part: "problem_solving", Points: ptr(6.0), By: "Ada"})
	nothing := &journal{t: t}
	nothing.add(session.KindSessionStarted, "", "", session.SessionStarted{Challenge: warmUp, Version: "v1", Mode: "practice", Policy: "full", Minutes: 15})
	nothing.verdict(cellHelp, "r1", 1, true, graded(0))
	for _, c := range []struct {
		name     string
		records  []session.Record
		audience Audience
		want     string
	}{
		{"interviewer", demo(t), ForInterviewer, "proposed band 3 of 5, low confidence: ran an own test at"},
		{"candidate", demo(t), ForCandidate, ""},
		{"scored", scored.records, ForInterviewer, ""},
		{"too little", nothing.records, ForInterviewer, ""},
	} {
		score := findCell(t, export(t, c.records, ExportOptions{Audience: c.audience}).Notebook(), cellScorecard).Source
		if !strings.Contains(score, c.want) || c.want == "" && strings.Contains(score, "propos") {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, score)
		}
	}
}
