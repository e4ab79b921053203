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

// What one export may hold of the candidate's outputs: the file must stay one that JupyterLab opens.
const (
	maxOutputBytes = 2 << 20  // of one output
	maxAllOutputs  = 12 << 20 // of all
	maxNesting     = 64       // of JSON in an output; Python's reader gives up at some depth
)

// placeCells puts the cells in the notebook's order: that of the candidate's file, or of the one we built. A cell that
// only the log knows goes behind the cell that ran before it.
func (g *Graded) placeCells() {
	last, known := map[string]*session.Run{}, homes{}
	order := []string{} // ids in order of first run
	for _, run := range g.state.Runs {
		id := known.of(run, g.base)
		if last[id] == nil {
			order = append(order, id)
		}
		last[id] = run
	}
	for _, c := range g.base.Cells {
		g.Cells = append(g.Cells, cellOf(c))
	}
	after := ""
	for _, id := range order {
		if g.indexOf(id) < 0 {
			at := g.indexOf(after) + 1
			if after == "" {
				at = len(g.Cells)
			}
			g.Cells = slices.Insert(g.Cells, at, GradedCell{ID: safeID(id), Type: "code"})
		}
		after = id
	}
	budget := maxAllOutputs
	for i := range g.Cells {
		c := &g.Cells[i]
		for id, run := range last {
			if safeID(id) == c.ID {
				g.fill(c, run, &budget)
			}
		}
	}
}

// homes remembers which of our cells stands for a front end's own name of a cell.
type homes map[string]string

// of says in which cell a run belongs. Some front ends send a URI for a cell's id, some send none: then the first such
// cell with a role is ours with that role.
func (h homes) of(run *session.Run, base *Notebook) string {
	id := run.Cell
	if cellID.MatchString(id) {
		return id
	}
	if home := h[id]; home != "" && id != "" {
		return home
	}
	role := run.Role
	if run.Magic != nil {
		role = run.Magic.Name
	}
	for _, c := range base.Cells {
		if role == "" || c.Type != "code" || roleOf(c) != role || id != "" && h["taken "+c.ID] != "" {
			continue
		}
		h[id], h["taken "+c.ID] = c.ID, id
		return c.ID
	}
	if id == "" {
		return fmt.Sprintf("run-%d", run.Seq)
	}
	return id
}

func roleOf(c Cell) string {
	assay, _ := c.Metadata["assay"].(map[string]any)
	role, _ := assay["role"].(string)
	return role
}

func (g *Graded) indexOf(id string) int {
	id = safeID(id)
	return slices.IndexFunc(g.Cells, func(c GradedCell) bool { return c.ID == id })
}

// cellOf takes a cell over as it is in the file, without its outputs: the log knows those.
func cellOf(c Cell) GradedCell {
	out := GradedCell{ID: c.ID, Type: c.Type, Role: roleOf(c), Source: c.Source, attachments: c.Attachments}
	out.metadata = maps.Clone(c.Metadata)
	maps.DeleteFunc(out.metadata, func(key string, v any) bool { return !sound(key, v) })
	return out
}

// sound says whether a cell's metadata may go into an export: where nbformat has a rule for a key, the value keeps it.
// Ours is written anew, and times of the candidate's own front end are a claim that the log does not make.
func sound(key string, v any) bool {
	switch key {
	case "assay", "execution":
		return false
	case "collapsed", "deletable", "editable":
		_, ok := v.(bool)
		return ok
	case "scrolled":
		_, ok := v.(bool)
		return ok || v == "auto"
	case "name", "format":
		s, ok := v.(string)
		return ok && s != ""
	case "jupyter":
		_, ok := v.(map[string]any)
		return ok
	case "tags":
		return soundTags(v)
	}
	return true
}

func soundTags(v any) bool {
	tags, ok := v.([]any)
	seen := map[string]bool{}
	for _, t := range tags {
		s, text := t.(string)
		if !text || seen[s] || strings.Contains(s, ",") {
			return false
		}
		seen[s] = true
	}
	return ok
}

// safeID makes an id that nbformat takes: some front ends send a URI.
func safeID(id string) string {
	if cellID.MatchString(id) {
		return id
	}
	return "cell-" + version(map[string]string{"id": id})[:16]
}

func (g *Graded) fill(c *GradedCell, run *session.Run, budget *int) {
	c.Type, c.Seq, c.attachments = "code", run.Seq, nil
	if run.Role != "" {
		c.Role = run.Role
	}
	if run.Code != "" || run.Magic == nil {
		c.Source = run.Code
	} else {
		c.Source = magicSource(run.Magic)
	}
	for _, raw := range run.Outputs {
		c.Outputs = append(c.Outputs, exportOutput(raw, budget))
		if len(c.Outputs) == maxOutputs-2 { // room for a notice and for our card
			c.Outputs = append(c.Outputs, notice("Further outputs are not in this file."))
			break
		}
	}
	if run.Dropped > 0 {
		c.Outputs = append(c.Outputs, notice(fmt.Sprintf("%d bytes of output were not recorded.", run.Dropped)))
	}
	if f := run.Finished; f != nil {
		c.Status = f.Status
		if f.ExecutionCount > 0 {
			c.Count = &f.ExecutionCount
		}
	}
	g.feedback(c, run)
	g.hint(c, run)
}

// magicSource is the cell that a magic came from.
func magicSource(m *session.Magic) string {
	line := strings.TrimRight("%"+m.Name+" "+m.Args, " ")
	if m.Body == "" && m.Name != session.RoleClarify && m.Name != session.RolePlan {
		return line
	}
	return "%" + line + "\n" + m.Body
}

// feedback draws the card of the verdict that this run got.
func (g *Graded) feedback(c *GradedCell, run *session.Run) {
	var previous *report.Report
	for _, v := range g.state.Verdicts {
		r, err := decodeReport(v.Report)
		if err != nil {
			continue
		}
		r = g.reduce(r)
		if v.Request == run.Request {
			c.Report = r
			c.Feedback = card.Render(card.Input{
				Report: r, Run: v.Run, Title: g.Title, Phase: v.Clock.Phase, InPhase: ms(v.Clock.InPhaseMS), Budget: ms(v.Clock.BudgetMS),
				Previous: previous, Final: v.Final, Policy: g.shownPolicy(),
			})
		}
		previous = r
	}
}

func (g *Graded) shownPolicy() string {
	if g.Audience == ForInterviewer {
		return ""
	}
	return g.Policy
}

// hint shows the step that a run of %hint gave.
func (g *Graded) hint(c *GradedCell, run *session.Run) {
	for _, h := range g.state.Hints {
		if h.Request != "" && h.Request == run.Request {
			c.Outputs = append(c.Outputs, map[string]any{"output_type": "display_data", "metadata": map[string]any{},
				"data": map[string]any{"text/markdown": fmt.Sprintf("**Hint %d of %d**\n\n%s", h.Step, h.Of, h.Text), "text/plain": h.Text}})
		}
	}
}

// exportOutput turns what a kernel reported into an output that nbformat accepts. The candidate's host may send
// anything; what is not an output becomes a notice, so that nothing can spoil the file.
func exportOutput(raw json.RawMessage, budget *int) map[string]any {
	switch {
	case len(raw) > maxOutputBytes:
		return notice(fmt.Sprintf("An output of %d bytes is not in this file.", len(raw)))
	case len(raw) > *budget:
		return notice("An output is not in this file: together they are too large.")
	case nesting(raw) > maxNesting:
		return notice("An output is not in this file: it is nested too deeply.")
	}
	o, err := parseOutput(raw)
	if err == nil {
		_, err = appendJSON(nil, o, 0)
	}
	if err != nil {
		return notice("Something that is not an output was reported here.")
	}
	*budget -= len(raw)
	return o
}

func nesting(raw []byte) (deepest int) {
	depth, quoted, escaped := 0, false, false
	for _, c := range raw {
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

func notice(text string) map[string]any {
	return map[string]any{"output_type": "stream", "name": "stderr", "text": "[" + text + "]\n"}
}
