package notebooks

import "github.com/assay-kernel/assay/checks/report"

// forCandidate stands in for report.Report.ForCandidate.
func forCandidate(r *report.Report, policy string) *report.Report { return r }
