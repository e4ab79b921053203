package checks

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

// runAllLimit is how long a notebook's cells may take together when they run from the top. Trials of a candidate's own may
// take longer; then nothing is said of them.
const runAllLimit = time.Second

// cleanRun compares the candidate's own kernel with the fresh process that was scored.
func cleanRun(live string, a *answer, r *report.Report) *report.CleanRun {
	c := &report.CleanRun{OK: true}
	if len(a.unknown) > 0 {
		c.OK, c.Note = false, "no cell defines "+strings.Join(a.unknown, ", ")+" as the cells are now"
	}
	if r.Status == report.StatusLoadError && live != "error" {
		c.OK = false
		note := "your kernel may still hold what a fresh one lacks"
		if c.Note != "" {
			note += ": " + c.Note
		}
		c.Note = note
	}
	return c
}

// runAll runs all cells in a fresh child, from top to bottom, and adds to c where they stop. What was scored needs only some
// of them; but a notebook that stops half-way is one that nobody else can run.
//
// The child runs the candidate's code, so that its word is a claim. It earns nothing.
func (r *run) runAll(ctx context.Context, sub Submission, c *report.CleanRun) *report.CleanRun {
	if len(sub.Cells) < 2 || !c.OK || ctx.Err() != nil {
		return c
	}
	child, err := r.bench.fork(r.spec.limits())
	if err != nil {
		return c
	}
	defer child.Close()
	doc, err := child.Call(harness.Request("run_all", cellList(sub.Cells), sub.InOrder), runAllLimit)
	if err != nil || doc.Message().Tag != "ok" || len(doc.Message().Fields) == 0 {
		return c
	}
	stop := harness.Dict(doc.Message().Fields[0])
	name, _ := stop["name"].(string)
	if outside, _ := stop["outside"].(bool); outside || name == "" {
		return c
	}
	head, _ := stop["head"].(string)
	text, _ := stop["text"].(string)
	note := fmt.Sprintf("from the top, they stop at the cell that begins with \"%s\", line %d, with %s", head, number(stop["line"]), name)
	if text != "" {
		note += ": " + text
	}
	return &report.CleanRun{Note: clean(note)}
}
