package rubric

import (
	"regexp"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// testWitness says which failing hidden tests confirm a family of static hits. The points are lost in Correctness then, and
// nowhere else.
var testWitness = map[string]struct {
	classes []string
	guards  *regexp.Regexp // what the test's sentence must speak of; nil = anything
}{
	"axis":    {[]string{"basic", "property", "edge"}, nil},
	"nan":     {[]string{"edge", "property"}, regexp.MustCompile(`(?i)nan|missing|null`)},
	"unset":   {[]string{"basic", "edge", "property"}, nil},
	"alias":   {[]string{"contract"}, regexp.MustCompile(`(?i)chang|modif|input|mutat|copy|argument|read-only`)},
	"chain":   {[]string{"basic", "edge", "property"}, nil},
	"intdiv":  {[]string{"basic", "edge", "property"}, nil},
	"index":   {[]string{"basic", "edge", "property"}, regexp.MustCompile(`(?i)index|label|order|shuffl|duplicat|row|filter`)},
	"default": {[]string{"contract", "property"}, regexp.MustCompile(`(?i)twice|call|state|again|shared`)},
	"row":     {[]string{"contract"}, regexp.MustCompile(`(?i)chang|modif|input|mutat`)},
}

// suspicions adds the hits that have not cost anything: confirmed by a failing test, which has taken the points already, or advice.
func (s *scoring) suspicions() {
	if s.facts == nil {
		return
	}
	for _, h := range s.facts.Hits {
		if h.Quiet || s.spent[key(h)] || s.fromStarter(h.Line) {
			continue
		}
		if h.Family == "row" && h.Rule != "A202" {
			s.advise(h)
			continue
		}
		if class := s.failing(h.Family); class != "" && h.Reach {
			s.addHit(h, report.Costs, 0, "fluency", "a hidden "+class+" test fails; the points are lost there, once")
			continue
		}
		s.advise(h)
	}
}

// failing gives the class of a failing hidden test that a family of hits would explain, or "".
func (s *scoring) failing(family string) string {
	w, ok := testWitness[family]
	if !ok {
		return ""
	}
	for _, c := range s.r.Correctness.Cases {
		bad := c.Outcome == report.Fail || c.Outcome == report.Error
		if !bad || !slices.Contains(w.classes, c.Class) {
			continue
		}
		text := strings.TrimSpace(c.Guards + " " + c.Message)
		if w.guards == nil || text == "" || w.guards.MatchString(text) {
			return c.Class
		}
	}
	return ""
}
