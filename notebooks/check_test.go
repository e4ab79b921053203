package notebooks

import (
	"fmt"
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
		{"code", func(s string) string { return strings.Replace(s, "- 2 * X @ X.T)", "- 2 * X.dot(X.T))", 1) }, cellSolution, "its text is another, from its line 6 on"},
		{"output", func(s string) string { return strings.Replace(s, `"rich"`, `"richer"`, 1) }, cellSolution, "its outputs are others, from output 2 on"},
		{"an output less", func(s string) string {
			return strings.Replace(s, "\"outputs\": [\n    {\n     \"data\": {\n      \"text/plain\": [\n       \"42\"\n      ]\n     },\n     \"execution_count\": 3,\n     \"metadata\": {},\n     \"output_type\": \"execute_result\"\n    }\n   ]", `"outputs": []`, 1)
		}, "my-scratch", "its outputs are others: 0, not 1"},
		{"questions", func(s string) string { return strings.Replace(s, "Can rows be equal", "Can columns be equal", 1) }, cellClarify, "its text is another"},
		{"seq", func(s string) string { return strings.Replace(s, `"seq": 5`, `"seq": 4`, 1) }, cellClarify, "its metadata.assay is another"},
		{"score", func(s string) string { return strings.Replace(s, "Ada: 7.5", "Ada: 9.5", 1) }, cellScorecard, "its text is another"},
		{"head", func(s string) string { return strings.Replace(s, `"head": "0`, `"head": "1`, 1) }, "", "the notebook's metadata.assay is not the session's: head"},
		{"mode", func(s string) string {
			return strings.Replace(s, `"mode": "practice"`, `"mo\u001b[2Jod": "interview"`, 1)
		}, "", "the notebook's metadata.assay is not the session's: mood, mode"},
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

func TestCheckNamesTheCell(t *testing.T) {
	c, records := warmUpChallenge(t), demo(t)
	b := string(mustBytes(t, export(t, records, ExportOptions{Audience: ForInterviewer}).Notebook()))
	for _, tt := range []struct{ old, new, want string }{
		{"Ada: 7.5", "Ada: 9.5", `cell 17, id assay-scorecard, `},
		{`"identity, clamp, root"`, `"identity, root"`, `cell 8, id assay-plan, "%%plan": record 6: its text is another, from its line 2 on`},
		{"well asked", "well \u202easked", `cell 16, id assay-timeline, "## Timeline": its text is another`},
	} {
		diffs, err := Check(mustRead(t, []byte(strings.ReplaceAll(b, tt.old, tt.new))), c, records)
		if err != nil || len(diffs) != 1 {
			t.Fatalf("got %+v, %v", diffs, err)
		}
		if got := diffs[0].String(); !strings.HasPrefix(got, tt.want) || strings.Contains(got, "record 0") {
			t.Errorf("got %s\nwant %s", got, tt.want)
		}
	}
	missing := Difference{Cell: "x", First: "a\u202eb", Seq: 3, Text: "this cell is missing"}
	if got := missing.String(); got != `cell, id x, "a\u202eb": record 3: this cell is missing` {
		t.Errorf("got %s", got)
	}
}

func TestWentOnAfterAnExport(t *testing.T) {
	records := demo(t)
	submitted, end := len(records)-2, len(records)
	later := func(add func(*journal)) []session.Record {
		j := &journal{t: t, records: slices.Clone(records)}
		add(j)
		return j.records
	}
	tests := []struct {
		name     string
		records  []session.Record
		exported int
		want     bool
	}{
		{"whole", records, end, false},
		{"a run before the end", records, 12, true},
		{"only the end is missing", records, end - 1, true},
		{"only the verdict and the end", records, submitted, true},
		{"a note and points", later(func(j *journal) {
			j.add(session.KindNote, "", "", session.Note{Text: "x"})
			j.add(session.KindScore, "", "", session.Score{Part: "problem_solving", Points: ptr(3.0)})
			j.add(session.KindKernelEnded, "", "", session.KernelEnded{})
		}), end, false},
		{"a run that does not count", later(func(j *journal) {
			j.run(cellSolution, session.RoleSolution, "r10", answer, 9)
			j.verdict(cellSolution, "r10", 0, false, graded(0))
		}), end, false},
		{"a late verdict", later(func(j *journal) { j.verdict(cellHelp, "r9", 4, true, graded(1)) }), end, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := WentOn(tt.records, tt.exported); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestStandOfASession(t *testing.T) {
	c, records := warmUpChallenge(t), demo(t)
	for n, want := range map[int]string{
		1:                "open false 0 no points",
		14:               "open false 1 35 of 60 points",
		len(records) - 2: "open true 2 62.5 of 70 points",
		len(records):     "finished true 3 63.5 of 70 points",
	} {
		s, err := Stand(c, records[:n])
		if got := fmt.Sprint(s.State, s.Submitted, s.Run, s.Score()); err != nil || strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("after %d records: got %s, %v, want %s", n, got, err, want)
		}
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
