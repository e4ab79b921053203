package rubric

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// hints scores annotations of the entry points: all parameters and the result.
func (s *scoring) hints() report.Part {
	p := report.Part{Name: PartHints, Of: hintsOf, By: "own rules"}
	entry := entries(s.answer())
	if len(entry) == 0 {
		return s.noFacts(p)
	}
	have, want, worst := 0, 0, entry[0]
	for _, f := range entry {
		h, w := f.Hinted, len(f.Params)
		if f.Gives {
			w++
			if f.Returns {
				h++
			}
		}
		have, want = have+h, want+w
		if w-h > 0 && worst.Hinted == len(worst.Params) {
			worst = f
		}
	}
	switch {
	case have >= want:
		p.Points, p.Why = pts(hintsOf), "every parameter and the result"
		return p
	case have == 0:
		p.Points, p.Why = pts(0), "none"
	default:
		p.Points, p.Why = pts(hintsOf/2.0), fmt.Sprintf("%d of %d", have, want)
	}
	missing := strings.Join(worst.Unhinted, ", ")
	if missing == "" {
		missing = "the result"
	}
	s.add(report.Finding{Rule: "Q301", Severity: report.Costs, Criterion: "quality", Line: worst.Line, EndLine: worst.Line, Code: worst.Head,
		Why: "No type hint for " + missing + ": the reader has to guess what goes in and comes out.", Better: s.signature(worst), Points: hintsOf - *p.Points,
		Witnesses: []string{fmt.Sprintf("%d of %d are annotated", have, want), "read from the signature"}})
	return p
}

// signature is the reference's when that says everything about the same parameters: the statement fixed it. Else it has what
// is known of the missing hints, and places for the rest.
func (s *scoring) signature(f function) string {
	if s.facts.Reference != nil {
		for _, r := range s.facts.Reference.Functions {
			if r.Qual == f.Qual && slices.Equal(r.Params, f.Params) && len(r.Unhinted) == 0 && (r.Returns || !r.Gives) {
				return r.Head
			}
		}
	}
	var args []string
	if f.Class != "" {
		args = append(args, "self")
	}
	result := "None"
	if f.Gives {
		result = unknown
	}
	for _, p := range f.Params {
		hint, value := unknown, given(f.Head, p)
		if slices.Contains(f.Unhinted, p) {
			hint = likely(p, value)
		}
		if f.Gives && hint == "np.ndarray" {
			result = hint
		}
		if value != "" {
			hint += " = " + value
		}
		args = append(args, p+": "+hint)
	}
	return fmt.Sprintf("def %s(%s) -> %s:  # for example", f.Name, strings.Join(args, ", "), result)
}

const unknown = "..."

// given returns the default value of a parameter without a hint in the head of its function, or "".
func given(head, param string) string {
	m := regexp.MustCompile(`[(, ]` + regexp.QuoteMeta(param) + `=([^,)]+)`).FindStringSubmatch(head)
	if m == nil {
		return ""
	}
	return m[1]
}

// likely guesses a parameter's type from its default value or, without one, from its name.
func likely(param, value string) string {
	for _, d := range defaults {
		if d.value.MatchString(value) {
			return d.hint
		}
	}
	if value != "" {
		return unknown
	}
	switch {
	case param == "df" || strings.HasSuffix(param, "_df") || param == "frame":
		return "pd.DataFrame"
	case len(param) == 1 && strings.Contains("nkmdc", param) || strings.HasPrefix(param, "n_") || param == "window":
		return "int"
	case len(param) == 1 && strings.Contains("XYABWZxyab", param) || strings.HasPrefix(param, "arr"):
		return "np.ndarray"
	}
	return unknown
}

// defaults tells the type of a parameter from its default value.
var defaults = []struct {
	value *regexp.Regexp
	hint  string
}{
	{regexp.MustCompile(`^-?\d+$`), "int"},
	{regexp.MustCompile(`^-?[\d.]+(e-?\d+)?$`), "float"},
	{regexp.MustCompile(`^(True|False)$`), "bool"},
	{regexp.MustCompile(`^['"]`), "str"},
}

// naming scores conventions only; whether names tell the truth is a person's question.
func (s *scoring) naming() report.Part {
	p := report.Part{Name: PartNaming, Of: namingOf, By: "own rules"}
	funcs := s.answer()
	if len(funcs) == 0 {
		return s.noFacts(p)
	}
	type bad struct {
		name, why string
		line      int
	}
	var all []bad
	for _, f := range funcs {
		for _, n := range f.BadNames {
			b := bad{line: number(n[1])}
			b.name, _ = n[0].(string)
			b.why, _ = n[2].(string)
			if !s.fromStarter(b.line) {
				all = append(all, b)
			}
		}
	}
	for _, c := range s.facts.Classes {
		if !c.Named && !s.fromStarter(c.Line) {
			all = append(all, bad{c.Name, "is a class, and those are named in CapWords", c.Line})
		}
	}
	if len(all) == 0 {
		p.Points, p.Why = pts(namingOf), "conventions kept"
		return p
	}
	lost := namingOf / 2.0
	if len(all) > 1 {
		lost = namingOf
	}
	p.Points, p.Why = pts(namingOf-lost), count(len(all), "name")+" against the conventions"
	for _, b := range all[:min(len(all), 3)] {
		s.add(report.Finding{Rule: "Q401", Severity: report.Costs, Criterion: "quality", Line: b.line, EndLine: b.line, Points: lost / float64(min(len(all), 3)),
			Why: fmt.Sprintf("`%s` %s.", b.name, b.why), Better: rename(b.name), Witnesses: []string{"read from the code", "a convention of Python"}})
	}
	return p
}

func rename(name string) string {
	switch name {
	case "list", "tuple", "set":
		return "values = ..."
	case "sum":
		return "total = ..."
	case "max", "min":
		return "highest, lowest = ..."
	case "input":
		return "data = ..."
	case "l", "O", "I":
		return "length = ...  # a word that says the role"
	}
	if strings.ToLower(name) != name {
		return snake(name)
	}
	return name + "_value = ...  # a word that says the role"
}

func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' && name[i-1] != '_' && !(name[i-1] >= 'A' && name[i-1] <= 'Z') {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return "def " + b.String() + "(...):"
}

// clutterItem is one thing that should not be in a submitted answer.
type clutterItem struct {
	rule, why, better string
	line, end         int
	witness           string
}

// clutter counts what should not be in a submitted answer: one costs half.
func (s *scoring) clutter() report.Part {
	p := report.Part{Name: PartClutter, Of: clutterOf, By: "ruff and own rules"}
	if s.in.RuffJSON == nil {
		p.By = "own rules"
	}
	if s.facts == nil || s.facts.Error != nil {
		return s.noFacts(p)
	}
	items := s.cluttered()
	lost := []float64{0, clutterOf / 2.0, clutterOf}[min(len(items), 2)]
	p.Points, p.Why = pts(clutterOf-lost), "nothing left over"
	if len(items) > 0 {
		p.Why = count(len(items), "leftover")
	}
	for _, c := range items {
		s.add(report.Finding{Rule: c.rule, Severity: report.Costs, Criterion: "quality", Line: c.line, EndLine: c.end, Why: c.why, Better: c.better,
			Witnesses: []string{c.witness, "in the submitted code"}, Points: lost / float64(len(items))})
	}
	return p
}

// codeComment is a comment that can only be code. Ruff also flags "# note: text", which is an annotated name to Python and a
// sentence to everybody else.
var codeComment = regexp.MustCompile(`#\s*([\w.]+(\[.*\])?(, *[\w.]+)*\s*([-+*/@]?=)\s*[^=]|[\w.]+\(.*\)\s*$|return\b.|import \w|from [\w.]+ import |for \w.* in .*:\s*$|(if|while|elif|with|def|class) .*:\s*$|(else|try|finally):\s*$)`)

func (s *scoring) cluttered() []clutterItem {
	var items []clutterItem
	for _, f := range s.answer() {
		for _, c := range f.Clutter {
			kind, _ := c[0].(string)
			line, end := number(c[1]), number(c[2])
			if kind == "print" {
				items = append(items, clutterItem{"Q502", "A print inside the function: every caller gets it on the screen.", "# print outside: " + f.Name + "(...) returns, the cell shows", line, end, "a call of print in " + f.Name})
			} else {
				items = append(items, clutterItem{"Q501", "This code is never reached.", "# remove it", line, end, "after return, raise, break or continue"})
			}
		}
	}
	for _, h := range s.lint {
		if h.Code != "F841" && !slices.Contains(clutterRules, h.Code) || h.Code == "F401" && alwaysThere(h.Message) || h.Code == "ERA001" && !codeComment.MatchString(s.line(h.Location.Row)) {
			continue
		}
		t := lintText[h.Code]
		items = append(items, clutterItem{h.Code, t[0], t[1], h.Location.Row, max(h.End.Row, h.Location.Row), "ruff " + h.Code + ": " + h.Message})
	}
	return items
}

// alwaysThere reports whether an unused import is one that every notebook may start with.
func alwaysThere(message string) bool {
	for _, m := range []string{"`numpy`", "`pandas`", "`numpy as np`", "`pandas as pd`", "`typing", "`__future__", "`matplotlib", "`math`"} {
		if strings.Contains(message, m) {
			return true
		}
	}
	return false
}

func number(v any) int {
	f, _ := v.(float64)
	return int(f)
}
