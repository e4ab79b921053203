package rubric

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// reach scores whether the answer uses what the library offers. A loop that the array part has paid for costs nothing here;
// what is left are re-invented calls that the clock confirms.
func (s *scoring) reach() report.Part {
	p := report.Part{Name: PartReach, Of: reachOf, By: "own rules and clock"}
	if s.facts == nil || s.facts.Error != nil {
		return s.noFacts(p)
	}
	if s.facts.Reference == nil || len(s.in.Steps) == 0 && len(s.in.Clock) == 0 {
		p.By, p.Why = "", "no reference run to compare with"
		return p
	}
	clock, timed := worstClock(s.in.Clock)
	var reinvented []hit
	for _, h := range s.facts.Hits {
		if h.Family == "builtin" && h.Reach && timed && clock.Ratio > 3 && !s.spent[key(h)] {
			reinvented = append(reinvented, h)
		}
	}
	switch n := len(reinvented); {
	case n == 0:
		p.Points, p.Why = pts(reachOf), reachWhy(s.facts)
		return p
	case n == 1:
		p.Points, p.Why = pts(reachOf/2.0), "one library call is re-invented"
	default:
		p.Points, p.Why = pts(0), fmt.Sprintf("%d library calls are re-invented", n)
	}
	each := (reachOf - *p.Points) / float64(len(reinvented))
	for _, h := range reinvented {
		s.spent[key(h)] = true
		s.addHit(h, report.Costs, each, "fluency", clockWitness(clock))
	}
	return p
}

func reachWhy(f *facts) string {
	var shared []string
	for _, c := range f.Calls {
		if slices.Contains(f.Reference.Calls, c) && len(shared) < 3 {
			shared = append(shared, strings.NewReplacer("numpy.", "np.", "pandas.", "pd.").Replace(strings.TrimPrefix(c, ".")))
		}
	}
	if len(shared) == 0 {
		return "another way than the reference, nothing re-invented"
	}
	return "uses " + strings.Join(shared, ", ")
}

// idiom scores Python idiom by ruff's pinned rules: one or two sure hits cost half, three all; style costs a point each, at most three.
func (s *scoring) idiom() report.Part {
	p := report.Part{Name: PartIdiom, Of: idiomOf, By: "ruff"}
	if s.in.RuffJSON == nil {
		return s.idiomWithoutRuff(p)
	}
	var sure, style []lintHit
	for _, h := range s.lint {
		switch {
		case h.Code == "B018" && !s.inFunction(h.Location.Row): // a bare expression at the end of a cell shows its value
		case h.Code == "F841": // clutter, counted there
		case h.Code == "PLW0177" && s.lostInTests(h): // one cause costs once
		case slices.Contains(sureRules, h.Code):
			sure = append(sure, h)
		case slices.Contains(styleRules, h.Code) && !s.explained(h):
			style = append(style, h)
		case slices.Contains(adviceRules, h.Code):
			s.addLint(h, report.Advice, 0, "fluency")
		}
	}
	sureLoss := []float64{0, idiomOf / 2.0, idiomOf / 2.0, idiomOf}[min(len(sure), 3)]
	styleLoss := min(float64(len(style)), 3, idiomOf-sureLoss)
	for _, h := range sure {
		s.addLint(h, report.Costs, sureLoss/float64(len(sure)), "fluency", "measured: at most 0.08 hits in 1,000 lines of experts' code")
	}
	for _, h := range style {
		s.addLint(h, severity(styleLoss), styleLoss/float64(len(style)), "fluency", "style: at most 3 points in all")
	}
	p.Points = pts(round(idiomOf - sureLoss - styleLoss))
	p.Why = idiomWhy(len(sure), len(style))
	return p
}

// lostInTests reports whether a comparison with NaN has lost its points in Correctness; if not, ruff's hit stands for the own rule's.
func (s *scoring) lostInTests(l lintHit) bool {
	if s.facts == nil {
		return false
	}
	for _, h := range s.facts.Hits {
		if h.Family == "nan" && h.Line <= l.Location.Row && l.Location.Row <= h.EndLine {
			if h.Reach && s.failing("nan") != "" {
				return true
			}
			s.spent[key(h)] = true
		}
	}
	return false
}

func (s *scoring) idiomWithoutRuff(p report.Part) report.Part {
	if s.facts == nil || s.facts.Error != nil {
		if s.refused() != "" {
			return s.noFacts(p)
		}
		p.By, p.Why = "", "neither ruff nor the own rules ran"
		return p
	}
	p.By, p.Why, p.Points = "own rules", "no hit of the own rules (ruff is not installed)", pts(idiomOf)
	var sure []hit
	for _, h := range s.facts.Hits {
		if h.Family == "nan" {
			sure = append(sure, h)
		}
	}
	if len(sure) == 0 {
		return p
	}
	p.Points, p.Why = pts(idiomOf/2.0), "compares with NaN"
	for _, h := range sure {
		s.spent[key(h)] = true
		s.addHit(h, report.Costs, idiomOf/2.0/float64(len(sure)), "fluency", "the comparison gives the same answer for every value")
	}
	return p
}

func idiomWhy(sure, style int) string {
	if sure+style == 0 {
		return "no scored rule hit"
	}
	return fmt.Sprintf("%s, %s of style", count(sure, "sure hit"), count(style, "hit"))
}

func severity(points float64) report.Severity {
	if points > 0 {
		return report.Costs
	}
	return report.Advice
}

// explained reports whether a loop that ruff would have as a comprehension was found by an array rule already: one cause, one cost.
func (s *scoring) explained(l lintHit) bool {
	if s.facts == nil || !strings.HasPrefix(l.Code, "PERF") && l.Code != "SIM113" {
		return false
	}
	return slices.ContainsFunc(s.facts.Hits, func(h hit) bool {
		return (h.Family == "loop" || h.Family == "row" || h.Family == "grow") && h.Line <= l.Location.Row && l.Location.Row <= h.EndLine
	})
}

func (s *scoring) inFunction(line int) bool {
	return s.facts != nil && slices.ContainsFunc(s.facts.Functions, func(f function) bool { return f.Line <= line && line <= f.EndLine })
}

// safe scores safe idiom: forms whose danger two facts of the code agree on.
func (s *scoring) safe() report.Part {
	p := report.Part{Name: PartSafe, Of: safeOf, By: "own rules"}
	if s.facts == nil || s.facts.Error != nil {
		return s.noFacts(p)
	}
	var sure []hit
	for _, h := range s.facts.Hits {
		if h.Certain && slices.Contains([]string{"default", "star", "swallow"}, h.Family) && !s.fromStarter(h.Line) {
			sure = append(sure, h)
		}
	}
	lost := []float64{0, safeOf / 2.0, safeOf}[min(len(sure), 2)]
	for _, h := range sure {
		s.spent[key(h)] = true
		s.addHit(h, report.Costs, lost/float64(len(sure)), "fluency", s.second(h)...)
	}
	p.Points, p.Why = pts(safeOf-lost), "no unsafe form"
	if len(sure) > 0 {
		p.Why = count(len(sure), "unsafe form")
	}
	return p
}

// second is ruff's voice for a hit of an own rule.
func (s *scoring) second(h hit) []string {
	code := map[string][]string{"default": {"B006", "B008"}, "star": {"F403"}, "swallow": {"E722"}}[h.Family]
	for _, l := range s.lint {
		if slices.Contains(code, l.Code) && l.Location.Row >= h.Line && l.Location.Row <= h.EndLine {
			return []string{"ruff " + l.Code}
		}
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
