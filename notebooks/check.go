package notebooks

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/kernel/session"
)

// Difference is something in an export that its log does not say.
type Difference struct {
	Cell   string `json:"cell,omitempty"`       // its id
	Number int    `json:"number,omitempty"`     // the cell's place in the file, from 1; 0 for a cell that is missing
	First  string `json:"first_line,omitempty"` // of the cell's text
	Seq    uint64 `json:"seq"`                  // of the record; 0 for what stands for the whole session
	Text   string `json:"text"`
}

// String is the difference for a terminal, with where it is.
func (d Difference) String() string {
	var where []string
	if d.Cell != "" {
		name := "cell"
		if d.Number > 0 {
			name += fmt.Sprintf(" %d", d.Number)
		}
		where = append(where, fmt.Sprintf("%s, id %s, %q", name, d.Cell, d.First))
	}
	if d.Seq > 0 {
		where = append(where, fmt.Sprintf("record %d", d.Seq))
	}
	return strings.Join(append(where, d.Text), ": ")
}

// Check compares an export with the log it claims to come from, in order of the log's records. It finds nothing when
// the file is what Grade wrote, or what a front end saved after only reading it. The log itself is for session.Verify,
// and whether it went on after the export for WentOn.
func Check(nb *Notebook, c *Challenge, records []session.Record) ([]Difference, error) {
	assay, _ := nb.Metadata["assay"].(map[string]any)
	length := jsonInt(assay["records"])
	id, _ := assay["session"].(string)
	switch {
	case assay["schema"] != "assay.export/1" || length < 1:
		return nil, errors.New("checking an export: this notebook is none of ours")
	case len(records) == 0 || records[0].Session != id:
		return nil, fmt.Errorf("checking an export: it is of session %q", id)
	case length > len(records):
		return []Difference{{Seq: uint64(len(records)) + 1, Text: fmt.Sprintf("the export is of %d records, the log has only %d", length, len(records))}}, nil
	}
	audience, _ := assay["audience"].(string)
	g, err := Grade(c, records[:length], ExportOptions{Audience: Audience(audience), Notebook: nb.withoutOurs()})
	if err != nil {
		return nil, err
	}
	return compareExports(nb, g.Notebook())
}

// withoutOurs is the candidate's part of an export.
func (nb *Notebook) withoutOurs() *Notebook {
	out := &Notebook{Metadata: nb.Metadata}
	for _, c := range nb.Cells {
		if !slices.Contains([]string{cellGraded, cellGuard, cellTimeline, cellScorecard}, c.ID) {
			out.Cells = append(out.Cells, c)
		}
	}
	return out
}

func compareExports(got, want *Notebook) (diffs []Difference, err error) {
	place := map[string]int{}
	for i, c := range got.Cells {
		place[c.ID] = i + 1
	}
	for _, w := range want.Cells {
		d := Difference{Cell: w.ID, Number: place[w.ID], First: firstLine(w.Source), Seq: seqOf(w)}
		if d.Number == 0 {
			d.Text = "this cell is missing"
		} else {
			c := got.Cells[d.Number-1]
			d.First = firstLine(c.Source)
			if d.Text, err = w.difference(c); err != nil {
				return nil, err
			}
		}
		if d.Text != "" {
			diffs = append(diffs, d)
		}
	}
	slices.SortStableFunc(diffs, func(a, b Difference) int { return cmp.Compare(a.Seq-1, b.Seq-1) }) // 0 comes last
	keys, err := changedKeys(got.Metadata["assay"], want.Metadata["assay"])
	if len(keys) > 0 {
		diffs = append(diffs, Difference{Text: "the notebook's metadata.assay is not the session's: " + strings.Join(keys, ", ")})
	}
	return diffs, err
}

// changedKeys are the keys, in order, whose values two objects do not share.
func changedKeys(a, b any) (changed []string, err error) {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	all := map[string]bool{}
	for _, m := range []map[string]any{x, y} {
		for key := range m {
			all[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		v, here := x[key]
		w, there := y[key]
		same, err := sameJSON(v, w)
		if err != nil {
			return nil, err
		}
		if !same || here != there {
			changed = append(changed, plainLine(key)) // somebody may have written it
		}
	}
	return changed, nil
}

// difference says what of a cell is not as the log has it; "" when all is.
func (c Cell) difference(got Cell) (string, error) {
	switch {
	case got.Type != c.Type:
		return fmt.Sprintf("its text is another: a %s cell, not %s", got.Type, c.Type), nil
	case got.Source != c.Source:
		return fmt.Sprintf("its text is another, from its line %d on", firstChange(got.Source, c.Source)), nil
	}
	for i := range max(len(got.Outputs), len(c.Outputs)) {
		if i >= len(got.Outputs) || i >= len(c.Outputs) {
			return fmt.Sprintf("its outputs are others: %d, not %d", len(got.Outputs), len(c.Outputs)), nil
		}
		same, err := sameJSON(got.Outputs[i], c.Outputs[i])
		if err != nil {
			return "", err
		}
		if !same {
			return fmt.Sprintf("its outputs are others, from output %d on", i+1), nil
		}
	}
	if same, err := sameJSON(got.Metadata["assay"], c.Metadata["assay"]); err != nil || same {
		return "", err
	}
	return "its metadata.assay is another", nil
}

// firstChange is the number of the first line that two texts do not share.
func firstChange(a, b string) int {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n + 1
}

func seqOf(c Cell) uint64 {
	assay, _ := c.Metadata["assay"].(map[string]any)
	seq, _ := assay["seq"].(int)
	return uint64(seq)
}

func sameJSON(a, b any) (bool, error) {
	x, err := appendJSON(nil, a, 0)
	if err != nil {
		return false, err
	}
	y, err := appendJSON(nil, b, 0)
	return bytes.Equal(x, y), err
}

// Standing is how a session stands at the end of some of its records, for an interviewer.
type Standing struct {
	State     string   `json:"state"`     // open or finished
	Submitted bool     `json:"submitted"` // the candidate ran %submit
	Run       int      `json:"run"`       // whose points these are; 0 when nothing was graded
	Points    *float64 `json:"points"`    // people's among them; nil when nothing was graded
	Of        float64  `json:"points_of"`
}

// Stand folds the records of one session.
func Stand(c *Challenge, records []session.Record) (Standing, error) {
	g, err := Grade(c, records, ExportOptions{Audience: ForInterviewer})
	if err != nil {
		return Standing{}, err
	}
	s := Standing{State: "open", Submitted: g.submitted(), Run: g.Run}
	if g.state.Finished != nil {
		s.State = "finished"
	}
	if g.Report != nil && g.Report.Total.Of > 0 {
		s.Points, s.Of = &g.Report.Total.Points, g.Report.Total.Of
	}
	return s, nil
}

// Score is its points in words.
func (s Standing) Score() string {
	if s.Points == nil {
		return "no points"
	}
	return fmt.Sprintf("%s of %s points", Points(*s.Points), Points(s.Of))
}

// WentOn says whether a session went on after an export of its first records: the candidate did something, was graded,
// or ended it. What people add later changes nothing of the candidate's, a kernel comes and goes with its window, and
// after the session's end a cell may run but is not graded.
func WentOn(records []session.Record, exported int) bool {
	finished := false
	for i, r := range records {
		switch r.Kind {
		case session.KindSessionStarted, session.KindKernelStarted, session.KindKernelEnded, session.KindNote, session.KindScore:
		case session.KindVerdict:
			var v session.Verdict
			refused := json.Unmarshal(r.Data, &v) == nil && v.Run == 0
			if i >= exported && !refused {
				return true
			}
		default:
			if i >= exported && !finished {
				return true
			}
			finished = finished || r.Kind == session.KindSessionFinished
		}
	}
	return false
}
