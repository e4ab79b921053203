package checks

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/checks/rubric"
)

// answer is a candidate's code, frozen: one module made of what the entry points need.
type answer struct {
	status  report.Status
	message string
	place   rubric.Line // of the message

	source  string
	plain   string // source, with identifiers as Python reads them
	sha256  string
	lines   []rubric.Line // of source
	defined []string      // entry points that it defines
	unknown []string      // names that it uses and nothing defines
	imports []imported
}

// imported is a package outside the standard library that the answer imports.
type imported struct {
	module string
	place  rubric.Line
}

const collectLimit = 5 * time.Second

// collect asks a child to take the answer out of the cells. The child only parses; it never runs what it reads, and no
// child that has run something is asked.
func collect(c *harness.Child, s *Spec, cells []Cell) (*answer, error) {
	request := harness.Request("collect", cellList(cells), texts(s.EntryPoints), s.Starter)
	doc, err := c.Call(request, collectLimit)
	if err != nil {
		return &answer{status: report.StatusSyntaxError, message: "the cells could not be parsed: " + err.Error()}, err
	}
	reply := doc.Message()
	if reply.Tag != "collected" {
		f, _ := reply.Failure()
		return &answer{status: report.StatusSyntaxError, message: "the cells could not be parsed: " + f.String()}, nil
	}
	return readAnswer(harness.Dict(reply.Fields[0])), nil
}

func cellList(cells []Cell) []any {
	list := make([]any, 0, len(cells))
	for _, c := range cells {
		list = append(list, []any{c.ID, c.Source, c.Role})
	}
	return list
}

func readAnswer(m map[string]any) *answer {
	a := &answer{}
	status, _ := m["status"].(string)
	a.status = report.Status(status)
	a.message, _ = m["message"].(string)
	a.place.Cell, _ = m["cell"].(string)
	a.place.Line = number(m["line"])
	a.source, _ = m["source"].(string)
	a.plain, _ = m["plain"].(string)
	for _, l := range harness.List(m["lines"]) {
		if pair := harness.List(l); len(pair) == 2 {
			cell, _ := pair[0].(string)
			a.lines = append(a.lines, rubric.Line{Cell: cell, Line: number(pair[1])})
		}
	}
	a.defined, a.unknown = namesIn(m["defined"]), namesIn(m["unknown"])
	for _, l := range harness.List(m["imports"]) {
		if x := harness.List(l); len(x) == 3 {
			module, _ := x[0].(string)
			cell, _ := x[1].(string)
			a.imports = append(a.imports, imported{module, rubric.Line{Cell: cell, Line: number(x[2])}})
		}
	}
	if a.status == report.StatusGraded {
		sum := sha256.Sum256([]byte(a.source))
		a.sha256 = hex.EncodeToString(sum[:])
	}
	return a
}

// at returns where a line of the collected source stands in its cell.
func (a *answer) at(line int) rubric.Line {
	if line < 1 || line > len(a.lines) {
		return rubric.Line{Line: line}
	}
	return a.lines[line-1]
}

func texts(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}

// namesIn has the texts of a list; anything else in it is left out.
func namesIn(v any) []string {
	var out []string
	for _, x := range harness.List(v) {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func number(v any) int {
	n, _ := v.(int64)
	return int(n)
}
