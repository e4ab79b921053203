package companion

import "github.com/assay-kernel/assay/checks/report"

// forCandidate is what the session's policy lets a candidate see of a report.
func forCandidate(r *report.Report, policy string) *report.Report {
	if r == nil {
		return nil
	}
	out := *r
	if policy != PolicyFull {
		out.Correctness.Cases = nil
		out.Findings = nil
	}
	return &out
}
