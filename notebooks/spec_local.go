package notebooks

import "github.com/assay-kernel/assay/checks/report"

// Spec stands in for checks.Spec until that exists.
type Spec struct {
	Slug, Title, Version     string
	EntryPoints              []string
	Imports, Allowed         []string
	Tests, Solution, Starter string
	Axes                     []SpecAxis
	CaseSeconds              float64
	TotalSeconds             float64
	MemoryMB                 int
}

// SpecAxis stands in for checks.Axis.
type SpecAxis struct {
	Name   string
	Closed bool
}

// GradeCell stands in for checks.Cell.
type GradeCell struct{ ID, Source, Role string }

// Submission stands in for checks.Submission.
type Submission struct {
	Cells      []GradeCell
	LiveStatus string
}

// GradeOptions stands in for checks.Options.
type GradeOptions struct {
	Seed        uint64
	Session     string
	Progress    func(*report.Report)
	SkipFluency bool
}

// forCandidate stands in for report.Report.ForCandidate.
func forCandidate(r *report.Report, policy string) *report.Report { return r }
