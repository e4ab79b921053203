package rubric

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// Given is what a person gave for one part: problem_solving, communication, quality_names or quality_split.
type Given struct {
	Part   string
	Points *float64 // nil takes an earlier score of the same person back
	Why    string
	By     string
}

// People gives the parts that only people score, with what each is worth.
func People() map[string]float64 {
	return map[string]float64{PartSolving: solvingOf, PartTalking: talkingOf, PartNames: namesOf, PartSplit: splitOf}
}

// WithScores gives a copy of the report with people's points in it. The latest entry of a person for a part counts; several
// people are combined by their mean, and the report says how far they were apart.
func WithScores(r *report.Report, given []Given) *report.Report {
	out := *r
	out.Quality.Parts = slices.Clone(r.Quality.Parts)
	for part, of := range People() {
		points, by, why := combine(latest(given, part), of)
		switch part {
		case PartSolving:
			out.ProblemSolving = person(r.ProblemSolving, of, points, by, why)
		case PartTalking:
			out.Communication = person(r.Communication, of, points, by, why)
		default:
			i := slices.IndexFunc(out.Quality.Parts, func(p report.Part) bool { return p.Name == part })
			if i < 0 {
				out.Quality.Parts = append(out.Quality.Parts, report.Part{Name: part, Of: of})
				i = len(out.Quality.Parts) - 1
			}
			if points != nil {
				out.Quality.Parts[i].Points, out.Quality.Parts[i].By, out.Quality.Parts[i].Why = points, by, why
			}
		}
	}
	sumQuality(&out.Quality)
	out.Total = Total(&out)
	return &out
}

// sumQuality adds up the parts again. Quality that no machine could score stays unscored until a person gives a part.
func sumQuality(c *report.Criterion) {
	slices.SortStableFunc(c.Parts, func(a, b report.Part) int { return personLast(a) - personLast(b) })
	points, missing := sum(c.Parts)
	var parts float64
	for _, p := range c.Parts {
		parts += p.Of
	}
	c.Points, c.NotScored = points, missing+max(0, c.Of-parts)
	if points == nil {
		c.NotScored = 0
	}
}

func personLast(p report.Part) int {
	switch p.Name {
	case PartNames:
		return 1
	case PartSplit:
		return 2
	}
	return 0
}

func person(old report.Criterion, of float64, points *float64, by, why string) report.Criterion {
	if points == nil {
		return old
	}
	return report.Criterion{Points: points, Of: of, Why: why, Parts: []report.Part{{Name: "by " + by, Points: points, Of: of, Why: why, By: by}}}
}

// latest gives each person's last entry for a part, in order of first appearance.
func latest(given []Given, part string) []Given {
	var out []Given
	for _, g := range given {
		if g.Part != part {
			continue
		}
		i := slices.IndexFunc(out, func(o Given) bool { return o.By == g.By })
		if i < 0 {
			out = append(out, g)
		} else {
			out[i] = g
		}
	}
	return slices.DeleteFunc(out, func(g Given) bool { return g.Points == nil || math.IsNaN(*g.Points) })
}

func combine(given []Given, of float64) (points *float64, by, why string) {
	if len(given) == 0 {
		return nil, "", ""
	}
	var total float64
	lowest, highest := of, 0.0
	var names, whys []string
	for _, g := range given {
		p := min(max(*g.Points, 0), of)
		total += p
		lowest, highest = min(lowest, p), max(highest, p)
		name := g.By
		if name == "" {
			name = "an interviewer"
		}
		names = append(names, name)
		if g.Why != "" {
			whys = append(whys, g.Why)
		}
	}
	mean := round(total / float64(len(given)))
	why = strings.Join(whys, " / ")
	if len(given) > 1 {
		why = strings.TrimSpace(fmt.Sprintf("mean of %d ratings, %g apart. %s", len(given), round(highest-lowest), why))
	}
	return &mean, strings.Join(names, ", "), why
}
