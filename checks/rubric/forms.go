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
		Why: "No type hint for " + missing + ": the reader has to guess what goes in and comes out.", Better: hinted(worst), Points: hintsOf - *p.Points,
		Witnesses: []string{fmt.Sprintf("%d of %d are annotated", have, want), "read from the signature"}})
	return p
}

// hinted writes the signature with places for the missing hints.
func hinted(f function) string {
	var args []string
	if f.Class != "" {
		args = append(args, "self")
	}
	for _, p := range f.Params {
		hint := "np.ndarray"
		switch {
		case p == "df" || strings.HasSuffix(p, "_df") || p == "frame":
			hint = "pd.DataFrame"
		case len(p) == 1 && strings.Contains("nkmdc", p) || strings.HasPrefix(p, "n_") || p == "window":
			hint = "int"
		}
		if !slices.Contains(f.Unhinted, p) {
			hint = "..."
		}
		args = append(args, p+": "+hint)
	}
	result := "None"
	if f.Gives {
		result = "np.ndarray"
	}
	return fmt.Sprintf("def %s(%s) -> %s:  # for example", f.Name, strings.Join(args, ", "), result)
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
