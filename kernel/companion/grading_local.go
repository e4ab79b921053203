package companion

import (
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/notebooks"
)

// Spec stands in for checks.Spec.
type Spec = notebooks.Spec

// Cell stands in for checks.Cell.
type Cell struct{ ID, Source, Role string }

// Submission stands in for checks.Submission.
type Submission struct {
	Cells      []Cell
	LiveStatus string
}

// Options stands in for checks.Options.
type Options struct {
	Seed        uint64
	Session     string
	Progress    func(*report.Report)
	SkipFluency bool
}

func forCandidate(r *report.Report, policy string) *report.Report { return r }
