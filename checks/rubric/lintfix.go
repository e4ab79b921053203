package rubric

import (
	"regexp"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// addLint adds a finding of ruff in our words where we have better ones.
func (s *scoring) addLint(h lintHit, sev report.Severity, points float64, criterion string, witnesses ...string) {
	f := report.Finding{Rule: h.Code, Severity: sev, Criterion: criterion, Line: h.Location.Row, EndLine: max(h.End.Row, h.Location.Row), Why: h.Message,
		Witnesses: append([]string{"ruff " + h.Code + ": " + h.Message}, witnesses...), Points: points}
	if text, ok := lintText[h.Code]; ok {
		f.Why, f.Better = text[0], text[1]
	}
	if first, last, form := s.form(h); form != "" {
		f.Line, f.EndLine, f.Better = first, last, simplest(form)
	} else if fixed := s.fixed(h); fixed != "" {
		f.Better = simplest(fixed)
	}
	if f.Better == "" {
		f.Better = "# " + strings.ReplaceAll(h.Message, "`", "")
	}
	s.add(f)
}

var (
	listCopy = regexp.MustCompile(`\[(\w+) for (\w+) in ([^\[\]{}]+?)\]`)
	dictCopy = regexp.MustCompile(`\{(\w+: \w+) for (\w+, \w+) in ([^\[\]{}]+?)\}`)
)

// simplest says a comprehension that only copies as the call it is, which is what the next look at it would ask for.
func simplest(form string) string {
	for _, c := range []struct {
		copies *regexp.Regexp
		call   string
	}{{listCopy, "list"}, {dictCopy, "dict"}} {
		form = c.copies.ReplaceAllStringFunc(form, func(text string) string {
			m := c.copies.FindStringSubmatch(text)
			if strings.ReplaceAll(m[1], ":", ",") != m[2] || strings.Contains(m[3], " if ") {
				return text
			}
			return c.call + "(" + m[3] + ")"
		})
	}
	return form
}

// form is the comprehension for a loop that ruff would have as one; ruff points at its innermost line.
func (s *scoring) form(h lintHit) (first, last int, form string) {
	if s.facts == nil || h.Code != "PERF401" {
		return 0, 0, ""
	}
	for _, f := range s.facts.Forms {
		if a, b := number(f[0]), number(f[1]); a <= h.Location.Row && h.Location.Row <= b && a >= first {
			first, last = a, b
			form, _ = f[2].(string)
		}
	}
	return first, last, form
}

// fixed is the code as ruff would write it: its edits applied to the lines they touch.
func (s *scoring) fixed(h lintHit) string {
	if h.Fix == nil || len(h.Fix.Edits) == 0 || slices.Contains(clutterRules, h.Code) || h.Code == "F841" {
		return ""
	}
	edits := slices.Clone(h.Fix.Edits)
	slices.SortFunc(edits, func(a, b lintEdit) int { // last first, so that earlier places stay true
		return (b.Location.Row-a.Location.Row)*10_000 + b.Location.Column - a.Location.Column
	})
	from, to := edits[len(edits)-1].Location.Row, edits[0].End.Row
	if from < 1 || to > len(s.lines) || to-from > maxCode {
		return ""
	}
	whole := strings.Join(s.lines[from-1:to], "\n")
	if len(whole) > maxCode*maxWide {
		return ""
	}
	text := []rune(whole)
	at := func(p lintPlace) int {
		n := 0
		for r := from; r < p.Row; r++ {
			n += len([]rune(s.lines[r-1])) + 1
		}
		return min(n+p.Column-1, len(text))
	}
	for _, e := range edits {
		a, b := at(e.Location), at(e.End)
		if a < 0 || b < a {
			return ""
		}
		text = slices.Concat(text[:a:a], []rune(e.Content), text[b:])
	}
	return dedent(strings.Split(string(text), "\n"))
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
	"PD002":   {"inplace=True saves no memory and gives None, which breaks chains.", "df = df.dropna()"},
	"PD011":   {"`.values` may give an array or an extension type.", "series.to_numpy()"},
	"NPY002":  {"The old random functions share one global state.", "rng = np.random.default_rng(seed)\nrng.normal(size=n)"},
	"F401":    {"This import is not used.", "# remove the line"},
	"F841":    {"This name is assigned and never read.", "# remove the assignment"},
	"ERA001":  {"Code in a comment: the reader cannot know whether it still counts.", "# remove it"},
	"F405":    {"This name comes from a star import.", "import numpy as np"},
	"F811":    {"This name is defined again before it was used.", "# keep one of the two"},
}
