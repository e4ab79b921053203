package session

import (
	"encoding/json"
	"reflect"
	"testing"
)

// teller builds a log as a kernel would send it.
type teller struct {
	t   *testing.T
	log []Record
}

func (b *teller) add(kind Kind, request, cell string, data any) {
	b.t.Helper()
	e, err := NewEvent(kind, request, cell, data)
	if err != nil {
		b.t.Fatal(err)
	}
	e.SrcSeq = uint64(len(b.log) + 1)
	b.log = append(b.log, Record{Session: "s", Seq: e.SrcSeq, Source: "a", Received: epoch, Event: e})
}

func (b *teller) ran(request, cell, code, status, ename string) {
	b.add(KindCellStarted, request, cell, CellStarted{Code: code})
	b.add(KindCellFinished, request, cell, CellFinished{Status: status, EName: ename})
}

func TestSubmission(t *testing.T) {
	tests := []struct {
		name   string
		tell   func(b *teller)
		judged string
		want   []string
	}{
		{"latest source", func(b *teller) {
			b.ran("1", "a", "old", "ok", "")
			b.ran("2", "a", "new", "ok", "")
		}, "2", []string{"new"}},
		{"the solution again, after a scratch cell", func(b *teller) {
			b.ran("1", "sol", "def f", "ok", "")
			b.ran("2", "scratch", "f()", "ok", "")
			b.ran("3", "sol", "def f: better", "ok", "")
		}, "3", []string{"def f: better", "f()"}},
		{"a base that was missing at first", func(b *teller) {
			b.ran("1", "sol", "class S(B)", "error", "NameError")
			b.ran("2", "base", "class B", "ok", "")
			b.ran("3", "sol", "class S(B)", "ok", "")
		}, "3", []string{"class B", "class S(B)"}},
		{"a scratch cell that does not parse", func(b *teller) {
			b.ran("1", "scratch", "x = 1", "ok", "")
			b.ran("2", "scratch", "x = = 1", "error", "SyntaxError")
			b.ran("3", "other", "y = = 1", "error", "SyntaxError")
			b.ran("4", "sol", "def f", "ok", "")
		}, "4", []string{"x = 1", "def f"}},
		{"the judged cell counts as it is", func(b *teller) {
			b.ran("1", "sol", "def f(:", "error", "SyntaxError")
		}, "1", []string{"def f(:"}},
		{"no cell ids", func(b *teller) {
			b.ran("1", "", "import numpy", "ok", "")
			b.ran("2", "", "def f", "ok", "")
			b.ran("3", "", "def f: better", "ok", "")
		}, "3", []string{"import numpy", "def f", "def f: better"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := &teller{t: t}
			tt.tell(b)
			var got []string
			for _, c := range Fold(b.log).Submission(tt.judged) {
				got = append(got, c.Source)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMagicsShowTheirRole(t *testing.T) {
	b := &teller{t: t}
	b.ran("1", "a", "%%test\nassert f(1)", "ok", "")
	if s := Fold(b.log); s.Cells[0].Role != RoleTest || s.Runs[0].Role != RoleTest {
		t.Errorf("a %%%%test cell of a front end without metadata has role %q", s.Cells[0].Role)
	}
}

func TestOutputsAsANotebookShowsThem(t *testing.T) {
	out := func(text string) json.RawMessage { return json.RawMessage(`{"text":"` + text + `"}`) }
	b := &teller{t: t}
	b.add(KindCellStarted, "1", "a", CellStarted{Code: "x"})
	b.add(KindOutput, "1", "a", Output{Output: out("gone")})
	b.add(KindOutput, "1", "a", Output{Clear: true})
	b.add(KindOutput, "1", "a", Output{Output: out("bar 0"), DisplayID: "bar"})
	b.add(KindOutput, "1", "a", Output{Output: out("kept")})
	b.add(KindCellStarted, "2", "b", CellStarted{Code: "y"})
	b.add(KindOutput, "2", "b", Output{Output: out("bar 1"), DisplayID: "bar", Update: true})
	b.add(KindOutput, "2", "b", Output{Dropped: 7})
	s := Fold(b.log)
	if got := s.RunOf("1").Outputs; len(got) != 2 || string(got[0]) != `{"text":"bar 1"}` || string(got[1]) != `{"text":"kept"}` {
		t.Errorf("first cell shows %s", got)
	}
	if run := s.RunOf("2"); len(run.Outputs) != 0 || run.Dropped != 7 {
		t.Errorf("second cell shows %s, %d dropped", run.Outputs, run.Dropped)
	}
}

func TestStateKeepsTheLastWord(t *testing.T) {
	three, five := 3.0, 5.0
	b := &teller{t: t}
	b.add(KindScore, "", "", Score{Part: "communication", Points: &three})
	b.add(KindScore, "", "", Score{Part: "communication", Points: &five})
	b.add(KindScore, "", "", Score{Part: "problem_solving", Points: &three})
	b.add(KindScore, "", "", Score{Part: "problem_solving"})
	b.add(KindVerdict, "9", "", Verdict{Run: 1, Report: json.RawMessage(`{"status":"graded","total":{"points":61,"of":80}}`)})
	b.add(KindVerdict, "10", "", Verdict{Run: 0, Report: json.RawMessage(`{"status":"refused"}`)})
	s := Fold(b.log)
	if len(s.Scores) != 1 || *s.Scores["communication"].Points != 5 || s.LastRun() != 1 {
		t.Errorf("scores %v, last run %d", s.Scores, s.LastRun())
	}
	var sum Summary
	for _, r := range b.log {
		sum.Observe(r)
	}
	if sum.Runs != 1 || sum.Points == nil || *sum.Points != 61 || sum.Of != 80 {
		t.Errorf("summary %+v", sum)
	}
}
