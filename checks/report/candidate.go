package report

import (
	"math"
	"slices"
)

// Policies of a session: what its candidate sees of hidden tests.
const (
	PolicyFull   = "full"   // counts by class, the rule behind a failed case, findings, points
	PolicyCounts = "counts" // how many of how many, by class
	PolicyNone   = "none"   // that the run was recorded
)

// ForCandidate is the report as its candidate may see it under policy; the receiver is left alone. Whatever the policy,
// a hidden case never shows its inputs, the values that were expected or what the oracle said of it, nor any text that the
// answer chose while it saw them: of its message only the name of a well-known exception stays, and times are coarse. An
// unknown policy shows as little as none.
func (r *Report) ForCandidate(policy string) *Report {
	c := *r
	c.TimingsMS = nil
	switch policy {
	case PolicyFull:
		c.TimingsMS = coarseTimings(r.TimingsMS)
		c.Correctness.Cases = visibleCases(r.Correctness.Cases)
	case PolicyCounts:
		c.Correctness.Cases = publicCases(r.Correctness.Cases)
		c.Findings = []Finding{}
		c.Fluency, c.Quality = withoutReasons(r.Fluency), withoutReasons(r.Quality)
	default:
		c = Report{
			Schema: r.Schema, Challenge: r.Challenge, ChallengeVersion: r.ChallengeVersion, CodeSHA256: r.CodeSHA256,
			Status: r.Status, Isolation: r.Isolation, Findings: []Finding{},
			Correctness: Correctness{Of: r.Correctness.Of, Classes: []Class{}, Cases: []Case{}},
			Fluency:     unseen(r.Fluency), Quality: unseen(r.Quality),
			ProblemSolving: unseen(r.ProblemSolving), Communication: unseen(r.Communication),
		}
		if r.Status == StatusSyntaxError { // the candidate's own kernel says as much
			c.Message, c.Line, c.Cell = r.Message, r.Line, r.Cell
		}
	}
	return &c
}

// coarse rounds a time that a candidate may read to tenths of a second: an answer could wait as long as a hidden input says.
func coarse(ms float64) float64 { return math.Round(ms/100) * 100 }

func coarseTimings(exact map[string]float64) map[string]float64 {
	out := make(map[string]float64, len(exact))
	for name, ms := range exact {
		out[name] = coarse(ms)
	}
	return out
}

func visibleCases(all []Case) []Case {
	seen := slices.Clone(all)
	for i := range seen {
		c := &seen[i]
		if c.Class == "public" {
			c.MS = coarse(c.MS)
			continue
		}
		c.Raised = c.Exception()
		c.Message = c.Raised
		c.MS, c.InputsSHA256 = 0, "" // times tell about inputs, and small ones can be found by their hash
	}
	return seen
}

func publicCases(all []Case) []Case {
	seen := []Case{}
	for _, c := range all {
		if c.Class == "public" {
			c.MS = coarse(c.MS)
			seen = append(seen, c)
		}
	}
	return seen
}

// withoutReasons keeps points, and drops the words that explain them.
func withoutReasons(c Criterion) Criterion {
	c.Why = ""
	c.Parts = slices.Clone(c.Parts)
	for i := range c.Parts {
		c.Parts[i].Why = ""
	}
	return c
}

func unseen(c Criterion) Criterion { return Criterion{Of: c.Of} }
