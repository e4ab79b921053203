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
		if s.spent[key(h)] || s.fromStarter(h.Line) {
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

// addLint adds a finding of ruff in our words where we have better ones.
func (s *scoring) addLint(h lintHit, sev report.Severity, points float64, criterion string, witnesses ...string) {
	text, ok := lintText[h.Code]
	why, better := h.Message, ""
	if ok {
		why, better = text[0], text[1]
	}
	if better == "" && h.Fix != nil {
		better = h.Fix.Message
		if len(h.Fix.Edits) > 0 && strings.TrimSpace(h.Fix.Edits[0].Content) != "" {
			better = strings.TrimSpace(h.Fix.Edits[0].Content)
		}
	}
	if better == "" {
		better = "# " + strings.ReplaceAll(h.Message, "`", "")
	}
	s.add(report.Finding{Rule: h.Code, Severity: sev, Criterion: criterion, Line: h.Location.Row, EndLine: max(h.End.Row, h.Location.Row), Why: why,
		Better: better, Witnesses: append([]string{"ruff " + h.Code + ": " + h.Message}, witnesses...), Points: points})
}

// lintText says the most common rules in a candidate's words: why, and one better form.
var lintText = map[string][2]string{
	"B023":    {"The function made in this loop sees the loop variable's last value, not the one of its pass.", "lambda x, i=i: x + i  # bind the value now"},
	"E711":    {"None is one object: ask for identity.", "if value is None:"},
	"B018":    {"This expression is computed and thrown away.", "result = expression  # or remove the line"},
	"PLW0177": {"NaN is not equal to anything, itself included.", "np.isnan(x)  # or pd.isna(x)"},
	"RUF017":  {"sum() over lists copies the growing list each time.", "list(itertools.chain.from_iterable(lists))"},
	"PERF401": {"This loop only builds a list.", "result = [f(v) for v in values if keep(v)]"},
	"PERF402": {"This loop only copies.", "result = list(values)"},
	"PERF403": {"This loop only builds a dict.", "result = {k: v for k, v in pairs}"},
	"SIM110":  {"This loop asks whether any element does something.", "return any(test(v) for v in values)"},
	"SIM118":  {"A dict is asked for its keys directly.", "if key in mapping:"},
	"SIM113":  {"The counter is what enumerate() gives.", "for i, value in enumerate(values):"},
	"B007":    {"The loop variable is not used.", "for _ in range(n):"},
	"PD002":   {"inplace=True saves no memory and gives None, which breaks chains.", "df = df.dropna()"},
	"PD011":   {"`.values` may give an array or an extension type.", "series.to_numpy()"},
	"NPY002":  {"The old random functions share one global state.", "rng = np.random.default_rng(seed)\nrng.normal(size=n)"},
	"F401":    {"This import is not used.", "# remove the line"},
	"F841":    {"This name is assigned and never read.", "# remove the assignment"},
	"ERA001":  {"Code in a comment: the reader cannot know whether it still counts.", "# remove it"},
	"F405":    {"This name comes from a star import.", "import numpy as np"},
	"F811":    {"This name is defined again before it was used.", "# keep one of the two"},
}
