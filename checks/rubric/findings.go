package rubric

import (
	"cmp"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// maxCode caps the code that a finding quotes.
const maxCode = 12

func splitLines(source string) []string {
	return strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")
}

// starterLines are the lines the candidate was given, without blanks.
func starterLines(starter string) map[string]bool {
	given := map[string]bool{}
	for _, l := range splitLines(starter) {
		if l = strings.TrimSpace(l); l != "" {
			given[l] = true
		}
	}
	return given
}

func (s *scoring) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

func (s *scoring) fromStarter(line int) bool {
	return s.given[strings.TrimSpace(s.line(line))]
}

// code quotes lines of the source without their common indentation.
func (s *scoring) code(from, to int) string {
	if from < 1 || from > len(s.lines) {
		return ""
	}
	to = min(max(to, from), len(s.lines))
	cut := to-from+1 > maxCode
	lines := slices.Clone(s.lines[from-1 : to])
	if cut {
		lines = append(lines[:maxCode-1], "...")
	}
	return dedent(lines)
}

// dedent joins lines without their common indentation.
func dedent(lines []string) string {
	indent := -1
	for _, l := range lines {
		if t := strings.TrimLeft(l, " \t"); t != "" && t != "..." && (indent < 0 || len(l)-len(t) < indent) {
			indent = len(l) - len(t)
		}
	}
	out := slices.Clone(lines)
	for i, l := range out {
		if indent > 0 && len(l) >= indent && strings.TrimSpace(l[:indent]) == "" {
			out[i] = l[indent:]
		}
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// add places a finding in its cell and quotes its code.
func (s *scoring) add(f report.Finding) {
	from, to := f.Line, max(f.EndLine, f.Line)
	if f.Code == "" {
		f.Code = s.code(from, to)
	}
	f.Cell, f.Line = s.in.place(from)
	cell, end := s.in.place(to)
	if cell != f.Cell || end < f.Line {
		end = f.Line
	}
	f.EndLine = end
	if f.Witnesses == nil {
		f.Witnesses = []string{}
	}
	f.Points = round(f.Points)
	f.Code, f.Better, f.Why = narrow(f.Code), narrow(f.Better), narrow(f.Why)
	for i, w := range f.Witnesses {
		f.Witnesses[i] = narrow(w)
	}
	s.findings = append(s.findings, f)
}

// maxWide is how much of one line is quoted, in bytes: one line can hold all of an answer, and be quoted for each hit in it.
const maxWide = 400

// narrow cuts long lines.
func narrow(text string) string {
	if len(text) <= maxWide {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if len(l) > maxWide {
			lines[i] = strings.ToValidUTF8(l[:maxWide], "") + " ..."
		}
	}
	return strings.Join(lines[:min(len(lines), maxCode)], "\n")
}

// advise adds a suspicion, which costs nothing.
func (s *scoring) advise(h hit) { s.addHit(h, report.Advice, 0, "fluency") }

func (s *scoring) addHit(h hit, sev report.Severity, points float64, criterion string, witnesses ...string) {
	s.add(report.Finding{Rule: h.Rule, Severity: sev, Criterion: criterion, Line: h.Line, EndLine: h.EndLine, Why: h.Why, Better: h.Better,
		Witnesses: append(slices.Clone(h.Facts), witnesses...), Points: points})
}

// sorted puts the most valuable fix first: what costs most, then what costs at all, then by place in the code.
func (s *scoring) sorted() []report.Finding {
	rank := func(f report.Finding) int {
		if f.Severity == report.Costs {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(s.findings, func(a, b report.Finding) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Points, a.Points), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
	})
	out := []report.Finding{}
	for i, f := range s.findings {
		if i < maxFindings || f.Severity == report.Costs {
			out = append(out, f)
		}
	}
	return out
}
