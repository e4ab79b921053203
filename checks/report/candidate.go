package report

import (
	"regexp"
	"slices"
)

// Policies of a session: what its candidate sees of hidden tests.
const (
	PolicyFull   = "full"   // counts by class, the rule behind a failed case, findings, points
	PolicyCounts = "counts" // how many of how many, by class
	PolicyNone   = "none"   // that the run was recorded
)

// ForCandidate is the report as its candidate may see it under policy; the receiver is left alone. Whatever the policy,
// a hidden case never shows its inputs, the values that were expected or what the oracle said of it: of its message only
// the class of the exception stays. An unknown policy shows as little as none.
func (r *Report) ForCandidate(policy string) *Report {
	c := *r
	c.TimingsMS = nil
	switch policy {
	case PolicyFull:
		c.TimingsMS = r.TimingsMS
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

// exceptionName is a message's leading class of exception.
var exceptionName = regexp.MustCompile(`^[A-Za-z_]\w*(Error|Exception|Warning|Interrupt|Exit|Iteration)\b`)

func visibleCases(all []Case) []Case {
	seen := slices.Clone(all)
	for i := range seen {
		if c := &seen[i]; c.Class != "public" {
			c.Message = exceptionName.FindString(c.Message)
			c.MS = 0 // times tell about inputs
		}
	}
	return seen
}

func publicCases(all []Case) []Case {
	seen := []Case{}
	for _, c := range all {
		if c.Class == "public" {
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
