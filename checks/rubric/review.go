package rubric

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// ReviewSchema is the value of Review.Schema.
const ReviewSchema = "assay.review/1"

// Review is what can be said about any Python file or notebook without a challenge: findings, no points.
type Review struct {
	Schema    string            `json:"schema"`
	File      string            `json:"file"`
	Lines     int               `json:"lines"`
	Functions int               `json:"functions"`
	Findings  []report.Finding  `json:"findings"`
	Message   string            `json:"message,omitempty"` // why nothing could be said, one line
	Line      int               `json:"line,omitempty"`    // of Message, in Cell
	Cell      string            `json:"cell,omitempty"`
	Tools     map[string]string `json:"tools,omitempty"`
}

// ReviewFile reviews a .py file or an .ipynb notebook. An error means that the file could not be read as either, or that no
// tool ran; code with a syntax error is a Review with a Message.
func ReviewFile(ctx context.Context, python, ruff, name string, data []byte) (*Review, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("rubric: %s is larger than %d MB", name, maxFile>>20)
	}
	in := Input{Source: string(data), Report: &report.Report{Status: report.StatusGraded}}
	if strings.EqualFold(filepath.Ext(name), ".ipynb") {
		var err error
		if in.Source, in.Lines, err = FromNotebook(data); err != nil {
			return nil, err
		}
	}
	if err := Gather(ctx, python, ruff, &in); err != nil && in.Facts == nil && in.RuffJSON == nil {
		return nil, err
	}
	if in.RuffJSON != nil {
		setTool(in.Report, "ruff", Version(ctx, ruff))
	}
	return review(name, in), nil
}

// review writes every hit as advice. It is Score without points.
func review(name string, in Input) *Review {
	s := &scoring{in: in, r: in.Report, facts: readFacts(in.Facts), lint: readLint(in.RuffJSON), lines: splitLines(in.Source), spent: map[string]bool{}}
	s.tools()
	out := &Review{Schema: ReviewSchema, File: name, Lines: strings.Count(strings.TrimRight(in.Source, "\n"), "\n") + 1, Findings: []report.Finding{}}
	if s.facts != nil && s.facts.Error != nil {
		out.Message = s.facts.Error.Message
		out.Cell, out.Line = in.place(s.facts.Error.Line)
		out.Tools = s.r.Tools
		return out
	}
	if s.facts != nil {
		out.Functions = len(s.facts.Functions)
		for _, h := range s.facts.Hits {
			if !h.Quiet {
				s.advise(h)
			}
		}
		s.reviewShape()
	}
	s.reviewLint()
	for i := range s.findings {
		s.findings[i].Severity, s.findings[i].Points = report.Advice, 0
	}
	out.Findings, out.Tools = s.sorted(), s.r.Tools
	return out
}

// reviewLint adds ruff's hits, except where an own rule has said the same.
func (s *scoring) reviewLint() {
	own := map[string]string{"B006": "default", "B008": "default", "F403": "star", "E722": "swallow", "PLW0177": "nan"}
	for _, h := range s.lint {
		if family := own[h.Code]; family != "" && s.hitAt(family, h.Location.Row) || s.explained(h) || h.Code == "F405" ||
			h.Code == "B018" && !s.inFunction(h.Location.Row) || h.Code == "ERA001" && !codeComment.MatchString(s.line(h.Location.Row)) {
			continue
		}
		criterion := "fluency"
		if h.Code == "F841" || h.Code == "F401" || h.Code == "ERA001" {
			criterion = "quality"
		}
		s.addLint(h, report.Advice, 0, criterion)
	}
}

func (s *scoring) hitAt(family string, line int) bool {
	if s.facts == nil {
		return false
	}
	for _, h := range s.facts.Hits {
		if h.Family == family && h.Line <= line && line <= h.EndLine {
			return true
		}
	}
	return false
}

// reviewShape adds what the shapes say: functions over the bands, and one line each for docstrings and hints, however many lack them.
func (s *scoring) reviewShape() {
	var bare, unhinted []function
	for _, f := range s.facts.Functions {
		for _, b := range bands {
			if b.value(f) > b.full {
				s.add(report.Finding{Rule: "Q101", Criterion: "quality", Line: f.Line, EndLine: f.Line, Code: f.Head,
					Why:    fmt.Sprintf("`%s` has %d %s; up to %d are easy to follow.", f.Name, b.value(f), b.what, b.full),
					Better: fmt.Sprintf("def %s(...):\n    parts = prepare(...)   # one name for each step\n    return combine(parts)", f.Name), Witnesses: []string{fmt.Sprintf("measured: %d", b.value(f))}})
				break
			}
		}
		for _, n := range f.BadNames {
			name, _ := n[0].(string)
			why, _ := n[2].(string)
			s.add(report.Finding{Rule: "Q401", Criterion: "quality", Line: number(n[1]), EndLine: number(n[1]), Why: fmt.Sprintf("`%s` %s.", name, why), Better: rename(name)})
		}
		if f.Public && f.Class == "" && f.Doc == nil && f.Lines > 3 {
			bare = append(bare, f)
		}
		if f.Public && f.Class == "" && f.Gives && f.Hinted == 0 && !f.Returns && len(f.Params) > 0 {
			unhinted = append(unhinted, f)
		}
		if f.Doc != nil && len(f.Doc.Unknown) > 0 && f.Class == "" {
			s.add(report.Finding{Rule: "Q201", Criterion: "quality", Line: f.Line, EndLine: f.Line, Code: f.Head, Better: docExample(f),
				Why: fmt.Sprintf("The docstring describes %s, which is not a parameter of `%s`.", quoted(f.Doc.Unknown), f.Name)})
		}
	}
	s.reviewGroup("Q201", bare, "no docstring: one line says what it is for.", docExample)
	s.reviewGroup("Q301", unhinted, "no type hints: the reader has to guess what goes in and comes out.", s.signature)
}

func (s *scoring) reviewGroup(rule string, funcs []function, why string, better func(function) string) {
	if len(funcs) == 0 {
		return
	}
	f := funcs[0]
	subject := "`" + f.Name + "` has "
	if len(funcs) > 1 {
		names := make([]string, len(funcs))
		for i, g := range funcs {
			names[i] = g.Name
		}
		subject = fmt.Sprintf("%d public functions (%s ...) have ", len(funcs), quoted(names))
		if len(funcs) <= 3 {
			subject = quoted(names) + " have "
		}
	}
	s.add(report.Finding{Rule: rule, Criterion: "quality", Line: f.Line, EndLine: f.Line, Code: f.Head, Why: subject + why, Better: better(f)})
}
