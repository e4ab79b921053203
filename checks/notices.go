package checks

import (
	"fmt"
	"slices"

	"github.com/assay-kernel/assay/checks/report"
)

// always lists what every challenge allows besides the standard library.
var always = []string{"numpy", "pandas", "solution"}

// notices remarks on packages beyond the challenge's tool tier: to ask before using them is part of an interview. It
// costs nothing.
func notices(s *Spec, a *answer) []report.Finding {
	if a == nil || len(s.Allowed) == 0 {
		return nil
	}
	var out []report.Finding
	for _, i := range a.imports {
		if slices.Contains(s.Allowed, i.module) || slices.Contains(always, i.module) {
			continue
		}
		out = append(out, report.Finding{
			Rule: "T001", Severity: report.Advice, Criterion: "quality", Cell: i.place.Cell, Line: i.place.Line, EndLine: i.place.Line,
			Code: "import " + i.module, Why: fmt.Sprintf("%s is beyond this challenge's tools: in an interview, ask first", i.module),
			Better: "# May I use " + i.module + "?", Witnesses: []string{"import"},
		})
	}
	return out
}
