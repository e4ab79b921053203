package notebooks

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/card"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/session"
)

// Ids of the cells that Export adds.
const (
	cellGraded    = "assay-graded"
	cellGuard     = "assay-guard"
	cellTimeline  = "assay-timeline"
	cellScorecard = "assay-scorecard"
)

// Notebook is the graded notebook: the candidate's cells with their last outputs and feedback, then the timeline and the
// scorecard. It names the ordinary Python kernel: opening it starts no session, and it runs where Assay is not installed.
func (g *Graded) Notebook() *Notebook {
	nb := &Notebook{Metadata: map[string]any{
		"assay": map[string]any{
			"schema": g.Schema, "session": g.Session, "challenge": g.Challenge, "version": g.Version,
			"records": int(g.Records), "head": g.Head, "mode": g.Mode, "verified": g.Verified, "trust": "mode: " + g.Trust(),
			"audience": string(g.Audience),
		},
		"kernelspec":    map[string]any{"name": "python3", "display_name": "Python 3", "language": "python"},
		"language_info": map[string]any{"name": "python"},
		"title":         g.Title,
	}}
	add := func(id, kind, source string, meta map[string]any) {
		nb.Cells = append(nb.Cells, Cell{ID: id, Type: kind, Source: source, Metadata: meta})
	}
	add(cellGraded, "markdown", g.headline(), nil)
	if g.needsGuard() {
		add(cellGuard, "code", guard, map[string]any{"jupyter": map[string]any{"source_hidden": true}})
	}
	for _, c := range g.Cells {
		nb.Cells = append(nb.Cells, c.export())
	}
	add(cellTimeline, "markdown", g.timelineMarkdown(), nil)
	if g.Report != nil && !g.withheld() {
		_, markdown := g.scorecard()
		add(cellScorecard, "markdown", markdown, nil)
	}
	nb.uniqueIDs()
	return nb
}

// JSON is the assay.export/1 document.
func (g *Graded) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(g, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing an export: %v", err)
	}
	return append(b, '\n'), nil
}

func (g *Graded) headline() string {
	line := fmt.Sprintf("**Graded notebook** · %s · %s\n\nSession `%s` of %s UTC · mode: %s",
		markdownText(g.Title), markdownText(g.Short()), g.Session, g.Started.Format("2006-01-02 15:04"), markdownText(g.Trust()))
	if g.Version != g.challenge.Version {
		line += "\n\nThe challenge has changed since: its statement may have read differently in the session."
	}
	if text := g.Unfinished(); text != "" {
		line += "\n\n**" + text + "**"
	}
	return line
}

// Unfinished says what was still to come when this was exported; "" when the session was finished and something was
// submitted. Without it, the best moment of a session would look like its end.
func (g *Graded) Unfinished() string {
	open, at := g.state.Finished == nil, fmt.Sprintf("when this was exported, at record %d", g.Records)
	switch {
	case open && g.submitted():
		return "The session was still open " + at + "."
	case open:
		return "The session was still open and nothing was submitted " + at + ": this may not be its end."
	case !g.submitted():
		return "Nothing was submitted: the session ended without it."
	}
	return ""
}

// submitted says whether the candidate handed in, graded already or not.
func (g *Graded) submitted() bool {
	return slices.ContainsFunc(g.state.Runs, func(r *session.Run) bool { return r.Magic != nil && r.Magic.Name == "submit" }) ||
		slices.ContainsFunc(g.state.Verdicts, func(v session.VerdictAt) bool { return v.Final })
}

// Points prints points as every export does, with at most one digit behind the point.
func Points(f float64) string { return number(f) }

// export is the cell as it goes into the file. Its metadata names no challenge: running it under our kernel must not
// open a session.
func (c GradedCell) export() Cell {
	out := Cell{ID: c.ID, Type: c.Type, Source: c.Source, Attachments: c.attachments, Metadata: maps.Clone(c.metadata)}
	if out.Metadata == nil {
		out.Metadata = map[string]any{}
	}
	assay := map[string]any{}
	if c.Role != "" {
		assay["role"] = c.Role
	}
	if c.Seq > 0 {
		assay["seq"] = int(c.Seq)
	}
	if len(assay) > 0 {
		out.Metadata["assay"] = assay
	}
	if c.Type != "code" {
		return out
	}
	out.ExecutionCount = c.Count
	out.Outputs = append(out.Outputs, c.Outputs...)
	if c.Feedback != nil {
		data := map[string]any{}
		for mime, text := range c.Feedback {
			data[mime] = text
		}
		out.Outputs = append(out.Outputs, map[string]any{"output_type": "display_data", "data": data, "metadata": map[string]any{}})
	}
	if c.Status == "error" {
		out.Metadata["tags"] = withTag(out.Metadata["tags"], "raises-exception") // so that a re-run goes on behind it
	}
	return out
}

func withTag(tags any, tag string) []any {
	list, _ := tags.([]any)
	for _, t := range list {
		if t == tag {
			return list
		}
	}
	return append(list[:len(list):len(list)], tag)
}

// uniqueIDs renames our own additions when the candidate's file has cells of that name: someone may go on working in
// an export.
func (nb *Notebook) uniqueIDs() {
	seen := map[string]bool{}
	for i := range nb.Cells {
		id := nb.Cells[i].ID
		for n := 2; seen[id]; n++ {
			id = fmt.Sprintf("%.50s-%d", nb.Cells[i].ID, n)
		}
		nb.Cells[i].ID, seen[id] = id, true
	}
}

var ourMagics = []string{"clarify", "plan", "test", "hint", "submit", "finish", "assay"}

func (g *Graded) needsGuard() bool {
	for _, c := range g.Cells {
		for line := range strings.Lines(c.Source) {
			name := strings.TrimLeft(strings.TrimSpace(line), "%")
			for _, magic := range ourMagics {
				if c.Type == "code" && strings.HasPrefix(line, "%") && strings.HasPrefix(name, magic) {
					return true
				}
			}
		}
	}
	return false
}

// guard lets the notebook run where our magics are unknown.
const guard = `# Assay's magics do nothing here, except that %%test runs its cell. This lets the notebook run anywhere.
from IPython import get_ipython

_shell = get_ipython()
if _shell is not None:
    for _name in ("clarify", "plan", "hint", "submit", "finish", "assay"):
        if _shell.find_line_magic(_name) is None:
            _shell.register_magic_function(lambda line, cell=None: None, "line_cell", _name)
    if _shell.find_cell_magic("test") is None:
        _shell.register_magic_function(lambda line, cell: get_ipython().run_cell(cell).raise_error(), "cell", "test")
`

func (g *Graded) timelineMarkdown() string {
	var b strings.Builder
	b.WriteString("## Timeline\n\n")
	if spent := g.spent(); spent != "" {
		b.WriteString(spent + "\n\n")
	}
	b.WriteString("| Time | Phase | What | |\n|---:|---|---|---|\n")
	for _, e := range g.Timeline {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", e.At(), e.Phase, markdownText(e.What), markdownText(e.Detail))
	}
	return strings.TrimRight(b.String(), "\n")
}

// spent is the time of each phase beside its budget.
func (g *Graded) spent() string {
	var parts []string
	spent := g.state.Clock.Spent()
	budgets := session.Budgets(g.state.Clock.Minutes())
	for _, phase := range []string{session.PhaseClarify, session.PhasePlan, session.PhaseCode, session.PhaseTest} {
		if d := spent[phase]; d > 0 {
			budget := budgets[phase]
			parts = append(parts, fmt.Sprintf("%s %s (usual: %s to %s)", phase, clock(d.Milliseconds()),
				clock(budget.Low.Milliseconds()), clock(budget.High.Milliseconds())))
		}
	}
	return strings.Join(parts, " · ")
}

func (g *Graded) scorecard() (html, markdown string) {
	in := card.ScorecardInput{Report: g.Report, Title: g.Title, Mode: g.Mode, Session: g.Session, Runs: g.state.LastRun()}
	for _, r := range g.ratings {
		rating := card.Rating{Part: r.Part, By: r.By, Points: r.Points}
		if g.Audience == ForInterviewer || g.Policy == report.PolicyFull {
			rating.Why = r.Why
		}
		in.Ratings = append(in.Ratings, rating)
	}
	for _, h := range g.Hints {
		in.Hints = append(in.Hints, fmt.Sprintf("step %d of %d, %s", h.Step, h.Of, h.Cost))
	}
	if g.Audience == ForInterviewer {
		in.Propose = g.propose()
	}
	return card.Scorecard(in)
}

// markdownText makes somebody's text harmless in a table of ours.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_[]|~$#!>(){}", r):
			b.WriteString("\\" + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
