package card

import (
	"fmt"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// findings puts at most two fixes first, the ones worth most, and keeps the rest folded. Of code that does not work yet only
// those are shown that a failing test bears out: style comes after a right result.
func (v *view) findings(r *report.Report, cell string, broken bool) {
	var costs, advice int
	for _, f := range r.Findings {
		if broken && !lostInTests(f) {
			continue
		}
		m := newRemark(f, cell)
		if f.Severity == report.Costs {
			costs++
			if len(v.First) < 2 {
				v.First = append(v.First, m)
				continue
			}
		} else {
			advice++
		}
		if len(v.More) < maxRemarks {
			v.More = append(v.More, m)
		}
	}
	v.Heading = "Fix first"
	if len(v.First) == 2 && costs > 2 {
		v.Heading = "Fix these two first"
	}
	var rest []string
	if n := costs - len(v.First); n > 0 {
		rest = append(rest, plural(n, "smaller finding"))
	}
	if advice > 0 {
		rest = append(rest, plural(advice, "remark")+" without cost")
	}
	v.MoreName = joinWith(rest)
}

func newRemark(f report.Finding, cell string) remark {
	m := remark{Tag: criterionName(f.Criterion), Where: where(f) + elsewhere(f, cell), Why: sentence(oneLine(f.Why, maxSentence)), Code: code(f.Code), Better: code(f.Better)}
	switch {
	case f.Severity == report.Costs && f.Points > 0:
		m.Cost = "−" + num(f.Points)
	case lostInTests(f):
		m.Cost = "lost in the tests"
	}
	var facts []string
	for _, w := range f.Witnesses {
		if strings.HasPrefix(w, "step counter") || strings.HasPrefix(w, "clock") || strings.HasPrefix(w, "a hidden") {
			facts = append(facts, oneLine(w, maxSentence))
		}
	}
	m.Facts = strings.Join(facts, "; ")
	return m
}

// lostInTests reports whether a finding explains a failing test, which has taken its points.
func lostInTests(f report.Finding) bool { return f.Severity == report.Costs && f.Points <= 0 }

// elsewhere says that a finding is not in the cell above the card.
func elsewhere(f report.Finding, cell string) string {
	if f.Line <= 0 || cell == "" || f.Cell == "" || f.Cell == cell {
		return ""
	}
	return " of another cell"
}

func where(f report.Finding) string {
	if f.Line <= 0 {
		return ""
	}
	if f.EndLine > f.Line {
		return fmt.Sprintf("lines %d to %d", f.Line, f.EndLine)
	}
	return fmt.Sprintf("line %d", f.Line)
}

// score lists the rubric's lines.
func (v *view) score(r *report.Report) {
	correct := report.Criterion{Points: r.Correctness.Points, Of: r.Correctness.Of, Why: r.Correctness.Why}
	all := []criterion{
		newCriterion("Correctness", correct, or(correct.Why, "hidden tests")),
		newCriterion("Python Fluency", r.Fluency, "step counter, clock, linter"),
		newCriterion("Code Quality", r.Quality, "own rules and linter"),
		newCriterion("Problem Solving", r.ProblemSolving, "an interviewer"),
		newCriterion("Communication", r.Communication, "an interviewer"),
	}
	any := false
	for _, c := range all {
		any = any || c.Scored
	}
	if !any {
		return
	}
	v.Criteria = all
	v.Score = num(r.Total.Points) + " of " + num(r.Total.Of) + " points"
	unscored := notScored(r)
	if unscored > 0.005 {
		v.Unscored = num(unscored) + " not scored yet"
		v.Interval = fmt.Sprintf("If everything not scored yet were given in full: %s. If nothing: %s.", num(r.Total.High), num(r.Total.Low))
	}
	v.Summary = summary(all, unscored)
}

// notScored is how many points nobody has scored.
func notScored(r *report.Report) float64 {
	of := r.Correctness.Of + r.Fluency.Of + r.Quality.Of + r.ProblemSolving.Of + r.Communication.Of
	return of - r.Total.Of
}

func newCriterion(name string, c report.Criterion, by string) criterion {
	out := criterion{Name: name, Of: c.Of, By: by, Points: "not scored"}
	if c.Points == nil {
		if c.Why != "" {
			out.By = oneLine(c.Why, maxSentence)
		}
		return out
	}
	available := c.Of - c.NotScored
	out.Scored, out.Value, out.Of, out.Low = true, *c.Points, available, available/2
	out.Points = num(*c.Points) + " of " + num(available)
	if c.Why != "" {
		out.By = oneLine(c.Why, maxSentence)
	} else if c.NotScored > 0 {
		out.By += fmt.Sprintf("; %s more not scored yet", num(c.NotScored))
	}
	for _, p := range c.Parts {
		sub := part{Name: partName(p.Name), Points: "not scored", Why: oneLine(p.Why, maxSentence)}
		if p.Points != nil {
			sub.Points = num(*p.Points) + " of " + num(p.Of)
		}
		out.Subparts = append(out.Subparts, sub)
	}
	return out
}

func partName(name string) string {
	switch name {
	case "quality_names":
		return "names tell the truth"
	case "quality_split":
		return "the split is right"
	}
	return oneLine(name, 60)
}

// summary is the rubric in one line: "Correctness 27/35 · Fluency 13/25 · Quality 8/12 · 28 not scored".
func summary(all []criterion, unscored float64) string {
	var parts []string
	for _, c := range all {
		if c.Scored {
			name := strings.TrimPrefix(strings.TrimPrefix(c.Name, "Python "), "Code ")
			parts = append(parts, name+" "+num(c.Value)+"/"+num(c.Of))
		}
	}
	if unscored > 0.005 {
		parts = append(parts, num(unscored)+" not scored")
	}
	return strings.Join(parts, " · ")
}
