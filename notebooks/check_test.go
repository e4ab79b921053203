package notebooks

import (
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/kernel/session"
)

func TestCheckFindsTheFirstChange(t *testing.T) {
	tests := []struct {
		name   string
		change func(string) string
		cell   string
		text   string
	}{
		{"nothing", func(s string) string { return s }, "", ""},
		{"code", func(s string) string { return strings.Replace(s, "- 2 * X @ X.T)", "- 2 * X.dot(X.T))", 1) }, cellSolution, "its text is another"},
		{"output", func(s string) string { return strings.Replace(s, `"rich"`, `"richer"`, 1) }, cellSolution, "its outputs are others"},
		{"questions", func(s string) string { return strings.Replace(s, "Can rows be equal", "Can columns be equal", 1) }, cellClarify, "its text is another"},
		{"seq", func(s string) string { return strings.Replace(s, `"seq": 5`, `"seq": 4`, 1) }, cellClarify, "its metadata.assay is another"},
		{"score", func(s string) string { return strings.Replace(s, "Ada: 7.5", "Ada: 9.5", 1) }, cellScorecard, "its text is another"},
		{"head", func(s string) string { return strings.Replace(s, `"head": "0`, `"head": "1`, 1) }, "", "the notebook's metadata.assay"},
	}
	c, records := warmUpChallenge(t), demo(t)
	b := mustBytes(t, export(t, records, ExportOptions{Audience: ForInterviewer}).Notebook())
	later := &journal{t: t, records: slices.Clone(records)}
	later.run(cellTest, session.RoleTest, "r99", "%%test\n1", 9)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := tt.change(string(b))
			if changed == string(b) && tt.text != "" {
				t.Fatal("test: nothing changed")
			}
			diffs, err := Check(mustRead(t, []byte(changed)), c, later.records)
			if err != nil {
				t.Fatal(err)
			}
			if tt.text == "" {
				if len(diffs) > 0 {
					t.Errorf("got %+v", diffs)
				}
				return
			}
			if len(diffs) != 1 || diffs[0].Cell != tt.cell || !strings.HasPrefix(diffs[0].Text, tt.text) {
				t.Errorf("got %+v", diffs)
			}
		})
	}
}

func TestCheckNamesMissingCellsAndRecords(t *testing.T) {
	c, records := warmUpChallenge(t), demo(t)
	nb := export(t, records, ExportOptions{}).Notebook()
	nb.Cells = slices.DeleteFunc(nb.Cells, func(c Cell) bool { return c.ID == "my-scratch" || c.ID == cellPlan })
	diffs, err := Check(mustRead(t, mustBytes(t, nb)), c, records)
	if err != nil || len(diffs) != 2 || diffs[0].Cell != cellPlan || diffs[0].Seq != 6 || diffs[1].Cell != "my-scratch" {
		t.Errorf("got %+v, %v", diffs, err)
	}
	diffs, err = Check(mustRead(t, mustBytes(t, nb)), c, records[:9])
	if err != nil || len(diffs) != 1 || diffs[0].Seq != 10 {
		t.Errorf("got %+v, %v", diffs, err)
	}
	if _, err := Check(Build(c, "x"), c, records); err == nil {
		t.Error("checked a notebook that is no export")
	}
}

func TestSubmissionIsTheAnswersPart(t *testing.T) {
	nb := Build(warmUpChallenge(t), "00ff")
	nb.Cells = append(nb.Cells, Cell{ID: "x", Type: "code", Source: "%%plan\nmore"}, Cell{ID: "y", Type: "code", Source: "z = 1"})
	for _, from := range []*Notebook{nb, mustRead(t, mustBytes(t, nb))} {
		var ids []string
		for _, c := range from.Submission().Cells {
			ids = append(ids, c.ID)
		}
		if want := []string{cellStart, cellSolution, cellTest, "y"}; !slices.Equal(ids, want) {
			t.Errorf("got %q, want %q", ids, want)
		}
		if from.Challenge() != warmUp {
			t.Errorf("challenge %q", from.Challenge())
		}
	}
	bare := &Notebook{Cells: []Cell{{ID: "a", Type: "code", Source: "# assay: other-one\nx = 1"}}}
	if got := bare.Challenge(); got != "other-one" {
		t.Errorf("got %q", got)
	}
}
