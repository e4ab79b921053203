package rubric

import (
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

func scored(t *testing.T) *report.Report {
	t.Helper()
	return score(t, Input{Source: warmup, EntryPoints: []string{"pairwise_distances"}, Steps: flat("rows"), ReferenceSource: warmup})
}

func TestPeopleAddTheirPoints(t *testing.T) {
	r := scored(t)
	before := dump(r)
	out := WithScores(r, []Given{
		{Part: PartSolving, Points: pts(7), Why: "in checked steps", By: "Lee"},
		{Part: PartNames, Points: pts(3), By: "Lee"},
		{Part: PartSplit, Points: pts(4), By: "Lee"},
	})
	if dump(r) != before {
		t.Error("the report that was given has changed")
	}
	if points(out.Quality.Points) != 19 || out.Quality.NotScored != 0 {
		t.Errorf("quality %s", dump(out.Quality))
	}
	if points(out.ProblemSolving.Points) != 7 || out.ProblemSolving.Why != "in checked steps" || out.ProblemSolving.NotScored != 0 {
		t.Errorf("problem solving %s", dump(out.ProblemSolving))
	}
	if out.Communication.Points != nil {
		t.Errorf("communication %s", dump(out.Communication))
	}
	if want := (report.Total{Points: 35 + 25 + 19 + 7, Of: 90, Low: 86, High: 96}); out.Total != want {
		t.Errorf("total %+v, want %+v", out.Total, want)
	}
}

func TestTheLatestScoreOfAPersonCounts(t *testing.T) {
	r := scored(t)
	out := WithScores(r, []Given{{Part: PartTalking, Points: pts(2), By: "Lee"}, {Part: PartTalking, Points: pts(8), By: "Lee"}})
	if points(out.Communication.Points) != 8 {
		t.Errorf("%s", dump(out.Communication))
	}
	out = WithScores(r, []Given{{Part: PartTalking, Points: pts(2), By: "Lee"}, {Part: PartTalking, By: "Lee"}})
	if out.Communication.Points != nil || out.Total.High != 100 {
		t.Errorf("a score that was taken back still counts: %s", dump(out.Communication))
	}
}

func TestTwoRatersAreCombinedByTheirMean(t *testing.T) {
	out := WithScores(scored(t), []Given{{Part: PartSolving, Points: pts(8), By: "Lee", Why: "tested early"}, {Part: PartSolving, Points: pts(5), By: "Roy"}})
	c := out.ProblemSolving
	if points(c.Points) != 6.5 || !strings.Contains(c.Why, "3 apart") || !strings.Contains(c.Parts[0].By, "Roy") {
		t.Errorf("%s", dump(c))
	}
}

func TestScoresStayInTheirRange(t *testing.T) {
	out := WithScores(scored(t), []Given{{Part: PartSolving, Points: pts(99)}, {Part: PartNames, Points: pts(-3)}, {Part: "no such part", Points: pts(5)}})
	if points(out.ProblemSolving.Points) != 10 || points(out.Quality.Points) != 12 || out.Quality.NotScored != 4 {
		t.Errorf("%s %s", dump(out.ProblemSolving), dump(out.Quality))
	}
}

// A person may score an answer that no machine could look at.
func TestPeopleMayScoreWhatTheMachineCouldNot(t *testing.T) {
	r := &report.Report{Status: report.StatusLoadError, Correctness: report.Correctness{Of: 35}}
	Score(Input{Report: r})
	out := WithScores(r, []Given{{Part: PartNames, Points: pts(3)}, {Part: PartTalking, Points: pts(6)}})
	if points(out.Quality.Points) != 3 || out.Quality.NotScored != 16 || out.Total.Points != 9 || out.Total.Of != 14 {
		t.Errorf("%s %+v", dump(out.Quality), out.Total)
	}
	if again := WithScores(r, nil); again.Quality.Points != nil || again.Total.High != 100 {
		t.Errorf("%s", dump(again))
	}
}
