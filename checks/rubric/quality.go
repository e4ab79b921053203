package rubric

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// Points of the machine's parts of Code Quality, and of a person's.
const (
	sizeOf    = 4
	docOf     = 3
	hintsOf   = 2
	namingOf  = 1
	clutterOf = 2
	namesOf   = 4
	splitOf   = 4
)

func (s *scoring) quality() report.Criterion {
	byPerson := "do the names tell the truth? an interviewer scores this"
	parts := []report.Part{
		s.size(), s.docs(), s.hints(), s.naming(), s.clutter(),
		{Name: PartNames, Of: namesOf, Why: byPerson},
		{Name: PartSplit, Of: splitOf, Why: "is the split right? an interviewer scores this"},
	}
	points, missing := sum(parts)
	c := report.Criterion{Points: points, Of: qualityOf, NotScored: missing, Parts: parts}
	if points == nil {
		c.Why, c.NotScored = "no evidence: "+parts[0].Why, 0
	}
	return c
}

// answer gives the functions that count: what the entry points reach, or without entry points everything.
func (s *scoring) answer() []function {
	if s.facts == nil || s.facts.Error != nil {
		return nil
	}
	var out []function
	for _, f := range s.facts.Functions {
		if f.Reach || len(s.in.EntryPoints) == 0 {
			out = append(out, f)
		}
	}
	return out
}

// refused says why the rules did not look at code that Python itself can read, or "".
func (s *scoring) refused() string {
	if s.facts == nil || s.facts.Error == nil || !s.facts.Error.Refused {
		return ""
	}
	return s.facts.Error.Message
}

// unreadable is the finding on code that is too long or too deep to look at: it costs what the machine would have looked for,
// since nobody else could read it either.
func (s *scoring) unreadable(p report.Part, why string) report.Part {
	p.Points, p.Why = pts(0), why
	s.add(report.Finding{Rule: "Q102", Severity: report.Costs, Criterion: "quality", Line: 1, EndLine: 1, Points: sizeOf + docOf + hintsOf + namingOf + clutterOf,
		Why: "The answer cannot be read: " + why + ".", Better: "# short functions, and data in a file or a table",
		Witnesses: []string{"measured: " + why, "Python could load it"}})
	return p
}

func (s *scoring) noFacts(p report.Part) report.Part {
	if why := s.refused(); why != "" {
		p.Points, p.Why = pts(0), why
		return p
	}
	p.By, p.Points = "", nil
	p.Why = "the own rules did not run"
	if s.facts != nil && s.facts.Error == nil {
		p.Why = "no function to look at"
	}
	return p
}

// band is one limit of size and complexity: at most full, at most half. The reference's own value is always full.
type band struct {
	what       string
	value      func(function) int
	full, half int
}

var bands = []band{
	{"paths (cyclomatic complexity)", func(f function) int { return f.Cyclomatic }, 10, 15},
	{"cognitive complexity", func(f function) int { return f.Cognitive }, 15, 25},
	{"lines of code", func(f function) int { return f.Lines }, 50, 80},
	{"levels of nesting", func(f function) int { return f.Nesting }, 3, 4},
	{"levels of syntax inside each other", func(f function) int { return f.Depth }, 40, 80}, // experts' deepest: 26
}

// size judges the worst function on every band.
func (s *scoring) size() report.Part {
	p := report.Part{Name: PartSize, Of: sizeOf, By: "own rules"}
	if why := s.refused(); why != "" {
		return s.unreadable(p, why)
	}
	funcs := s.answer()
	if len(funcs) == 0 {
		return s.noFacts(p)
	}
	level, worst, over := 0, funcs[0], band{}
	for _, f := range funcs {
		for _, b := range bands {
			reference := s.reference(b.value)
			l := 0
			if v := b.value(f); v > max(b.half, reference*b.half/b.full) {
				l = 2
			} else if v > max(b.full, reference) {
				l = 1
			}
			if l > level {
				level, worst, over = l, f, b
			}
		}
	}
	if level == 0 {
		big := slices.MaxFunc(funcs, func(a, b function) int { return a.Cyclomatic - b.Cyclomatic })
		p.Points, p.Why = pts(sizeOf), fmt.Sprintf("largest: %s, %s, %s", big.Name, count(big.Lines, "line"), count(big.Cyclomatic, "path"))
		return p
	}
	lost := []float64{0, sizeOf / 2.0, sizeOf}[level]
	p.Points = pts(sizeOf - lost)
	p.Why = fmt.Sprintf("%s: %d %s", worst.Name, over.value(worst), over.what)
	s.add(report.Finding{Rule: "Q101", Severity: report.Costs, Criterion: "quality", Line: worst.Line, EndLine: worst.EndLine, Code: worst.Head, Points: lost,
		Why:       fmt.Sprintf("`%s` has %d %s; up to %d are easy to follow. It probably does several things.", worst.Name, over.value(worst), over.what, max(over.full, s.reference(over.value))),
		Better:    fmt.Sprintf("def %s(...):\n    parts = prepare(...)   # one name for each step\n    return combine(parts)", worst.Name),
		Witnesses: []string{fmt.Sprintf("measured: %d", over.value(worst)), fmt.Sprintf("limit: %d, or the reference's", over.full)}})
	return p
}

// reference is the largest value among the reference's functions, so that a task that needs a long answer allows one.
func (s *scoring) reference(value func(function) int) int {
	most := 0
	if s.facts.Reference != nil {
		for _, f := range s.facts.Reference.Functions {
			most = max(most, value(f))
		}
	}
	return most
}

// entries are the entry points as functions; for a class, its methods without underscore and the class's own docstring.
func entries(funcs []function) []function {
	var out []function
	for _, f := range funcs {
		if f.Entry && (f.Class == "" || !strings.HasPrefix(f.Name, "_")) {
			out = append(out, f)
		}
	}
	return out
}

// docs scores the entry point's docstring; helpers need one line.
func (s *scoring) docs() report.Part {
	p := report.Part{Name: PartDoc, Of: docOf, By: "own rules"}
	funcs := s.answer()
	entry := entries(funcs)
	if len(entry) == 0 {
		return s.noFacts(p)
	}
	lost, worst, why := 0.0, entry[0], ""
	for _, f := range entry {
		if l, w := s.docLoss(f); l > lost {
			lost, worst, why = l, f, w
		}
	}
	if lost < docOf {
		for _, f := range funcs {
			if f.Public && !f.Entry && f.Class == "" && f.Doc == nil && f.Lines > 3 && lost < 1 {
				lost, worst, why = lost+0.5, f, fmt.Sprintf("The helper `%s` has no docstring; one line says what it is for.", f.Name)
			}
		}
	}
	p.Points, p.Why = pts(docOf-lost), "says what it takes and gives"
	if lost > 0 {
		p.Why = strings.TrimSuffix(strings.ReplaceAll(why, "`", ""), ".")
		s.add(report.Finding{Rule: "Q201", Severity: report.Costs, Criterion: "quality", Line: worst.Line, EndLine: worst.Line, Code: worst.Head, Why: why,
			Better: docExample(worst), Points: lost, Witnesses: []string{"read from the docstring", "compared with the signature"}})
	}
	return p
}

// docLoss is what an entry point's docstring lacks. Layout never costs.
func (s *scoring) docLoss(f function) (float64, string) {
	d := f.Doc
	class := f.Class != "" && slices.ContainsFunc(s.facts.Classes, func(c class) bool { return c.Name == f.Class && c.Doc })
	switch {
	case d == nil && class:
		return 0, "" // the class says it
	case d == nil:
		return docOf, fmt.Sprintf("`%s` has no docstring, so a caller must read the code.", f.Name)
	case len(d.Unknown) > 0:
		return 1.5, fmt.Sprintf("The docstring describes `%s`, which is not a parameter of `%s`.", d.Unknown[0], f.Name)
	case len(d.Missing) > 0 && len(d.Missing) == len(f.Params) && f.Class == "":
		return 1.5, fmt.Sprintf("The docstring of `%s` says nothing about %s: shape, type or meaning.", f.Name, quoted(d.Missing))
	case len(d.Missing) > 0 && f.Class == "":
		return 0.5, fmt.Sprintf("The docstring of `%s` leaves out %s.", f.Name, quoted(d.Missing))
	case !d.Returns && f.Gives && f.Class == "":
		return 0.5, fmt.Sprintf("The docstring of `%s` does not say what comes back.", f.Name)
	}
	return 0, ""
}

func quoted(names []string) string {
	out := make([]string, 0, 3)
	for _, n := range names[:min(len(names), 3)] {
		out = append(out, "`"+n+"`")
	}
	return strings.Join(out, ", ")
}

func docExample(f function) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n    \"\"\"What it computes, in one sentence.\n", f.Head)
	if len(f.Params) > 0 {
		b.WriteString("\n    Args:\n")
		for _, p := range f.Params {
			fmt.Fprintf(&b, "        %s: what it holds, its shape or columns\n", p)
		}
	}
	if f.Gives {
		b.WriteString("\n    Returns:\n        what comes back, its shape or type\n")
	}
	b.WriteString("    \"\"\"")
	return b.String()
}
