package notebooks

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/assay-kernel/assay/kernel/session"
)

// Ids of the cells that Build writes. Export finds the candidate's cells by them.
const (
	cellStatement  = "assay-statement"
	cellStart      = "assay-start"
	cellClarifyDoc = "assay-clarify-about"
	cellClarify    = "assay-clarify"
	cellPlanDoc    = "assay-plan-about"
	cellPlan       = "assay-plan"
	cellCodeDoc    = "assay-code-about"
	cellSolution   = "assay-solution"
	cellTestDoc    = "assay-test-about"
	cellTest       = "assay-test"
	cellHelpDoc    = "assay-help-about"
	cellHelp       = "assay-help"
)

// NewInstance is a random id for Build: it tells two notebooks of one challenge apart and survives renaming.
func NewInstance() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Build writes the notebook that a candidate starts from. It runs from top to bottom as it is.
func Build(c *Challenge, instance string) *Notebook {
	b := builder{challenge: c, instance: instance}
	b.markdown(cellStatement, session.RoleStatement, b.statement())
	b.code(cellStart, "", b.start())
	b.markdown(cellClarifyDoc, "", b.heading("1. Clarify", session.PhaseClarify)+
		"What would you ask before you write any code? Put one question on each line and run the cell. "+
		"The statement answers some of them; an interviewer answers the rest.")
	b.code(cellClarify, session.RoleClarify, "%%clarify\n- ")
	b.markdown(cellPlanDoc, "", b.heading("2. Plan", session.PhasePlan)+
		"A few lines are enough: what you will do, in which order, and how you will know that it works.")
	b.code(cellPlan, session.RolePlan, "%%plan\nInput and output: \nApproach: \nEdge cases: \nHow I will check it: ")
	b.markdown(cellCodeDoc, "", b.heading("3. Code", session.PhaseCode)+
		"Write your answer here and run the cell as often as you like. Each run is checked, and the feedback appears "+
		"right below. "+b.helpers())
	b.code(cellSolution, session.RoleSolution, c.Starter)
	b.markdown(cellTestDoc, "", b.heading("4. Test", session.PhaseTest)+
		"Now convince yourself: one small case that you can work out by hand, then the edge cases from your plan.")
	b.code(cellTest, session.RoleTest, b.ownTest())
	b.markdown(cellHelpDoc, "", b.help())
	b.code(cellHelp, session.RoleHelp, "# Take the # away from one of these lines and run the cell.\n# %hint\n# %submit\n# %finish")
	return &Notebook{Cells: b.cells, Metadata: map[string]any{
		"assay": map[string]any{
			"schema": "assay.notebook/1", "challenge": c.Slug, "version": c.Version, "instance": instance,
		},
		"kernelspec":    map[string]any{"name": "assay", "display_name": "Python 3 (Assay)", "language": "python"},
		"language_info": map[string]any{"name": "python"},
		"title":         c.Title,
	}}
}

type builder struct {
	challenge *Challenge
	instance  string
	cells     []Cell
}

func (b *builder) markdown(id, role, source string) {
	b.cells = append(b.cells, Cell{ID: id, Type: "markdown", Source: source, Metadata: b.metadata(role)})
}

func (b *builder) code(id, role, source string) {
	source = strings.TrimRight(source, "\n")
	b.cells = append(b.cells, Cell{ID: id, Type: "code", Source: source, Metadata: b.metadata(role)})
}

func (b *builder) metadata(role string) map[string]any {
	assay := map[string]any{"challenge": b.challenge.Slug, "instance": b.instance}
	if role != "" {
		assay["role"] = role
	}
	return map[string]any{"assay": assay}
}

func (b *builder) statement() string {
	c := b.challenge
	return fmt.Sprintf("# %s\n\n%s · %s · %d minutes\n\n%s\n\n%s\n\n### Example\n\n%s",
		c.Title, Categories[c.Category].Title, c.Difficulty, c.Minutes, c.Prompt, c.Terms(), c.Example)
}

// heading names a phase and the time that it should take in a question of this length.
func (b *builder) heading(title, phase string) string {
	budget := session.Budgets(b.challenge.Minutes)[phase]
	low, high := math.Round(budget.Low.Minutes()), math.Round(budget.High.Minutes())
	if low == high {
		return fmt.Sprintf("## %s (about %g minutes)\n\n", title, low)
	}
	return fmt.Sprintf("## %s (%g to %g minutes)\n\n", title, low, high)
}

// start names the challenge in a comment too: some front ends send no cell metadata with a request.
func (b *builder) start() string {
	lines := []string{"# assay: " + b.challenge.Slug, "# Run this cell to begin: the clock starts."}
	for _, lib := range b.challenge.Needs {
		if line, ok := imports[lib]; ok {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

var imports = map[string]string{
	"numpy": "import numpy as np", "pandas": "import pandas as pd", "sklearn": "import sklearn", "torch": "import torch",
}

func (b *builder) helpers() string {
	if len(b.challenge.EntryPoints) > 1 {
		return "Keep the names as they are; helpers of your own may stand beside them."
	}
	return "Keep the name `" + b.challenge.EntryPoints[0] + "`; helpers of your own may stand beside it."
}

// ownTest offers the example's code as comments, so that the cell runs before there is an answer.
func (b *builder) ownTest() string {
	lines := []string{"%%test"}
	for _, line := range strings.Split(fenced(b.challenge.Example), "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, "# "+line)
		}
	}
	if len(lines) == 1 {
		lines = append(lines, "# Call "+b.challenge.EntryPoints[0]+" with a small input here.")
	}
	return strings.Join(lines, "\n")
}

// fenced is the first code block of a markdown text.
func fenced(markdown string) string {
	_, rest, ok := strings.Cut(markdown, "```python\n")
	if !ok {
		return ""
	}
	code, _, _ := strings.Cut(rest, "\n```")
	return code
}

func (b *builder) help() string {
	var free, costly []string
	for i, h := range b.challenge.Hints {
		if h.Cost == "free" {
			free = append(free, itoa(i+1))
			continue
		}
		costly = append(costly, fmt.Sprintf("hint %d costs %s, and you say `%%hint take` for it", i+1, h.Cost))
	}
	costs := costly
	if len(free) > 0 {
		costs = append([]string{strings.Join(free, " and ") + " are free"}, costly...)
	}
	return "## Stuck, or done?\n\n" +
		"`%hint` gives the next hint (" + strings.Join(costs, "; ") + "). Using a hint well counts for you.\n\n" +
		"`%submit` hands in your answer as it is; `%finish` ends the session."
}
