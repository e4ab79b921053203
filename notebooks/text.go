package notebooks

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/assay-kernel/assay/checks/report"
)

// Text is the session's scorecard for a terminal. Whatever people or the candidate's code wrote is shown without
// control characters.
func (g *Graded) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nsession %s, %s UTC, mode: %s\n%s\n\n", plainLine(g.Title), plainLine(g.Session),
		g.Started.Format("2006-01-02 15:04"), plainLine(g.Trust()), plainLine(g.Short()))
	if g.Report != nil && !g.withheld() {
		g.criteria(&b)
		g.lost(&b)
	}
	if spent := g.spent(); spent != "" {
		fmt.Fprintf(&b, "Time: %s\n\n", spent)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, e := range g.Timeline {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", e.At(), e.Phase, plainLine(e.What), plainLine(e.Detail))
	}
	w.Flush()
	return b.String()
}

func (g *Graded) criteria(b *strings.Builder) {
	r := g.Report
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	correctness := report.Criterion{Points: r.Correctness.Points, Of: r.Correctness.Of, Why: r.Correctness.Why}
	for _, c := range []struct {
		name string
		report.Criterion
	}{
		{"Correctness", correctness}, {"Python Fluency", r.Fluency}, {"Code Quality", r.Quality},
		{"Problem Solving", r.ProblemSolving}, {"Communication", r.Communication},
	} {
		points := "not scored"
		if c.Points != nil {
			points = number(*c.Points)
		}
		of := "of " + number(c.Of)
		if c.Points != nil && c.NotScored > 0 {
			of = fmt.Sprintf("of %s (%s not scored)", number(c.Of-c.NotScored), number(c.NotScored))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.name, points, of, plainLine(c.Why))
	}
	fmt.Fprintf(w, "Total\t%s\tof %s\t\n", number(r.Total.Points), number(r.Total.Of))
	w.Flush()
	b.WriteString("\n")
}

// lost names what cost points: one line, one better form.
func (g *Graded) lost(b *strings.Builder) {
	n := 0
	for _, f := range g.Report.Findings {
		if f.Severity == report.Costs && f.Points > 0 {
			fmt.Fprintf(b, "-%s  line %d: %s Better: %s\n", number(f.Points), f.Line, plainLine(f.Why), plainLine(f.Better))
			n++
		}
	}
	if n > 0 {
		b.WriteString("\n")
	}
}

// plainLine is somebody's text as one line that a terminal may show.
func plainLine(s string) string {
	s = strings.Join(strings.Fields(plain(s)), " ")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, s)
}
