package notebooks

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/assay-kernel/assay/kernel/session"
)

// Difference is something in an export that its log does not say.
type Difference struct {
	Cell string `json:"cell,omitempty"`
	Seq  uint64 `json:"seq"` // of the record; 0 for what stands for the whole session
	Text string `json:"text"`
}

// Check compares an export with the log it claims to come from, in order of the log's records. It finds nothing when
// the file is what Grade wrote, or what a front end saved after only reading it. The log itself is for session.Verify.
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
		return []Difference{{Seq: uint64(len(records)) + 1, Text: fmt.Sprintf("it has %d records, the log %d", length, len(records))}}, nil
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
	byID := map[string]Cell{}
	for _, c := range got.Cells {
		byID[c.ID] = c
	}
	for _, w := range want.Cells {
		c, ok := byID[w.ID]
		d := Difference{Cell: w.ID, Seq: seqOf(w)}
		if !ok {
			d.Text = "this cell is missing"
		} else if d.Text, err = w.difference(c); err != nil {
			return nil, err
		}
		if d.Text != "" {
			diffs = append(diffs, d)
		}
	}
	slices.SortStableFunc(diffs, func(a, b Difference) int { return cmp.Compare(a.Seq-1, b.Seq-1) }) // 0 comes last
	same, err := sameJSON(got.Metadata["assay"], want.Metadata["assay"])
	if !same {
		diffs = append(diffs, Difference{Text: "the notebook's metadata.assay is not the session's"})
	}
	return diffs, err
}

// difference says what of a cell is not as the log has it; "" when all is.
func (c Cell) difference(got Cell) (string, error) {
	outputs := func(c Cell) []any {
		list := make([]any, len(c.Outputs))
		for i, o := range c.Outputs {
			list[i] = o
		}
		return list
	}
	sameOut, err := sameJSON(outputs(got), outputs(c))
	if err != nil {
		return "", err
	}
	sameMeta, err := sameJSON(got.Metadata["assay"], c.Metadata["assay"])
	if err != nil {
		return "", err
	}
	switch {
	case got.Type != c.Type || got.Source != c.Source:
		return "its text is another", nil
	case !sameOut:
		return "its outputs are others", nil
	case !sameMeta:
		return "its metadata.assay is another", nil
	}
	return "", nil
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
