package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/card"
	"github.com/assay-kernel/assay/checks/report"
)

// Where the other classes take long, a candidate sees the worked examples and the basic class first.
func TestBasicClassIsShownFirst(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	s.CaseSeconds = 2
	const half = "import time\n\ndef solve(X):\n    if X.shape == (5, 5):\n        time.sleep(0.4)\n    return X.mean(axis=0)"
	for name, c := range map[string]struct {
		patience time.Duration
		code     string
		seen     []string // classes of each report on the way
	}{
		"slow":    {time.Millisecond, half, []string{"basic public", "basic edge property public"}},
		"patient": {time.Hour, half, []string{"basic edge property public"}},
	} {
		t.Run(name, func(t *testing.T) {
			g.reader = c.patience
			g.Warm(t.Context(), s, name)
			var seen []*report.Report
			r := grade(t, g, s, cell(c.code), Options{Session: name, SkipFluency: true, Progress: func(r *report.Report) { seen = append(seen, r) }})
			if *r.Correctness.Points != 35 {
				t.Fatal(dump(r))
			}
			if len(seen) != len(c.seen) {
				t.Fatalf("%d reports on the way, want %d", len(seen), len(c.seen))
			}
			for i, want := range c.seen {
				part := seen[i]
				var classes []string
				for _, k := range part.Correctness.Classes {
					classes = append(classes, k.Name)
					if k.Passed != k.Total {
						t.Errorf("report %d: %s %d of %d", i, k.Name, k.Passed, k.Total)
					}
				}
				last := i == len(c.seen)-1
				if got := strings.Join(classes, " "); got != want || (part.Correctness.Points != nil) != last || part.Public.Total != 1 {
					t.Errorf("report %d has %s and points %v, want %s", i, got, part.Correctness.Points, want)
				}
				shown := card.Render(card.Input{Report: part.ForCandidate(report.PolicyFull), Running: true, Run: 1, Policy: report.PolicyFull})["text/plain"]
				if more := strings.Contains(shown, "More tests are still running"); more == last || !strings.Contains(shown, "basic") {
					t.Errorf("report %d: %s", i, shown)
				}
			}
		})
	}
}
