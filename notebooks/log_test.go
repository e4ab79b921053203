package notebooks

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/session"
)

// journal writes a session's log as a companion would, one minute a record.
type journal struct {
	t       *testing.T
	records []session.Record
}

func (j *journal) add(kind session.Kind, cell, request string, data any) {
	j.t.Helper()
	b, err := json.Marshal(data)
	if err != nil {
		j.t.Fatal(err)
	}
	n := uint64(len(j.records) + 1)
	j.records = append(j.records, session.Record{
		Session: "a1b2c3", Seq: n, Source: "companion", Hash: fmt.Sprintf("%064x", n),
		Received: time.Date(2026, 3, 4, 10, int(n), 0, 0, time.UTC),
		Event:    session.Event{Kind: kind, Cell: cell, Request: request, Data: b},
	})
}

func (j *journal) run(cell, role, request, code string, count int, outputs ...string) {
	j.t.Helper()
	j.add(session.KindCellStarted, cell, request, session.CellStarted{Code: code, Role: role, Challenge: warmUp})
	for _, o := range outputs {
		j.add(session.KindOutput, cell, request, session.Output{Output: json.RawMessage(o)})
	}
	j.add(session.KindCellFinished, cell, request, session.CellFinished{Status: "ok", ExecutionCount: count})
}

func (j *journal) verdict(cell, request string, run int, final bool, r *report.Report) {
	b, err := json.Marshal(r)
	if err != nil {
		j.t.Fatal(err)
	}
	j.add(session.KindVerdict, cell, request, session.Verdict{Run: run, Report: b, Final: final})
}

func ptr[T any](v T) *T { return &v }

func graded(correct float64) *report.Report {
	return &report.Report{
		Schema: report.Schema, Challenge: warmUp, Status: report.StatusGraded, Seed: 7,
		Public: report.Count{Passed: 1, Total: 1},
		Correctness: report.Correctness{Points: ptr(correct), Of: 35,
			Classes: []report.Class{{Name: "basic", Passed: 4, Total: 4, Share: 0.4}, {Name: "edge", Passed: 5, Total: 7, Share: 0.25}},
			Cases: []report.Case{{ID: "equal_rows", Class: "edge", Outcome: report.Fail, Message: "the result[0, 3] is nan, secret-input",
				Guards: "Equal rows have distance 0, never NaN."}}},
		Fluency: report.Criterion{Points: ptr(25.0), Of: 25}, Quality: report.Criterion{Points: ptr(9.0), Of: 20, NotScored: 8},
		ProblemSolving: report.Criterion{Of: 10, Why: "nobody scored it"}, Communication: report.Criterion{Of: 10, Why: "nobody scored it"},
		Total: report.Total{Points: correct + 34, Of: 72, Low: correct + 34, High: correct + 62},
	}
}

const answer = `import numpy as np

def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    sq = (X * X).sum(axis=1)
    return np.sqrt(sq[:, None] + sq[None, :] - 2 * X @ X.T)

print("<script>alert(1)</script>")
`

const hostile = `<img src=x onerror="alert(1)">|` + "`" + `![](http://evil.test/x.png) <script>`

// demo is a whole interview, with a candidate and an interviewer who write what breaks naive exports.
func demo(t *testing.T) []session.Record {
	j := &journal{t: t}
	j.add(session.KindSessionStarted, "", "", session.SessionStarted{Challenge: warmUp, Version: "v1", Title: "All-pairs Euclidean distances", Mode: "practice", Policy: "full", Minutes: 15})
	j.add(session.KindKernelStarted, "", "", session.KernelStarted{Python: "3.11", Notebook: "warm.ipynb"})
	j.run(cellStart, "", "r1", "# assay: "+warmUp+"\nimport numpy as np", 1)
	j.add(session.KindMagic, cellClarify, "r2", session.Magic{Name: "clarify", Body: "- Can rows be equal?\n- " + hostile})
	j.add(session.KindMagic, cellPlan, "r3", session.Magic{Name: "plan", Body: "identity, clamp, root"})
	j.add(session.KindCellStarted, cellSolution, "r4", session.CellStarted{Code: "def pairwise_distances(X): return oops", Role: session.RoleSolution})
	j.add(session.KindCellFinished, cellSolution, "r4", session.CellFinished{Status: "error", EName: "NameError", EValue: hostile, Judge: true})
	j.verdict(cellSolution, "r4", 1, false, graded(10))
	j.run("my-scratch", "", "r5", "1/0 if False else 42", 3,
		`{"output_type":"execute_result","execution_count":3,"data":{"text/plain":"42"},"metadata":{},"transient":{"display_id":"x"}}`)
	j.run(cellSolution, session.RoleSolution, "r6", answer, 4,
		`{"output_type":"stream","name":"stdout","text":"<script>alert(1)</script>\n"}`,
		`{"output_type":"display_data","data":{"text/html":"<script>alert(2)</script>","text/plain":"rich"},"metadata":{}}`,
		`{"output_type":"display_data","data":{"image/svg+xml":"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(3)'/>"},"metadata":{}}`,
		`{"output_type":"display_data","data":{"application/vnd.x+json":{"a":[1.50,1e400]}},"metadata":{}}`,
		`{"output_type":"pyout"}`, `[[1]]`,
		`{"output_type":"stream","name":"stderr","text":"\u001b[31mred\u001b[0m \u001b]8;;http://evil.test\u0007link\n"}`)
	j.verdict(cellSolution, "r6", 2, false, graded(30))
	j.add(session.KindMagic, cellHelp, "r7", session.Magic{Name: "hint", Answer: true})
	j.add(session.KindHint, cellHelp, "r7", session.Hint{Step: 1, Of: 3, Text: "What does (a - b)^2 become?", Cost: "free"})
	j.add(session.KindNote, "", "", session.Note{Text: "private " + hostile, By: "Ada"})
	j.add(session.KindNote, "", "", session.Note{Text: "well asked", By: "Ada", Show: true})
	j.run(cellTest, session.RoleTest, "r8", "%%test\npairwise_distances(np.eye(3))", 5)
	j.add(session.KindScore, "", "", session.Score{Part: "communication", Points: ptr(7.5), Why: "clear", By: "Ada"})
	j.add(session.KindMagic, cellHelp, "r9", session.Magic{Name: "submit", Answer: true})
	j.verdict(cellHelp, "r9", 3, true, graded(31))
	j.add(session.KindSessionFinished, "", "", session.SessionFinished{Why: "the candidate finished"})
	return j.records
}
