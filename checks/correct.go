package checks

import (
	"crypto/sha256"
	"math"

	"github.com/assay-kernel/assay/checks/report"
)

const (
	correctnessOf = 35
	capWhenWrong  = 0.4 // of the total, when less than half of the basic cases hold
)

// shares of the classes. A class that a challenge does not have gives its share to the others in proportion.
var shares = []struct {
	name  string
	share float64
}{{"basic", 0.40}, {"edge", 0.25}, {"property", 0.20}, {"contract", 0.15}}

// classScore is the count of one class; credit may be less than what passed: see earns.
type classScore struct {
	report.Class
	credit float64
}

// correctness counts the cases.
//
// A form outcome is worth half a pass. A case outside basic earns only where the functions that it called also have a
// basic case that holds: unchanged inputs or an empty result for an empty input say nothing about a function that never
// computes the right thing. An answer that gives one and the same value to different inputs earns nothing.
func correctness(cases []caseRun) report.Correctness {
	c := report.Correctness{Of: correctnessOf, Classes: []report.Class{}, Cases: []report.Case{}}
	right := rightEntries(cases)
	counts := map[string]*classScore{}
	withheld := false
	for i := range cases {
		k := &cases[i]
		c.Cases = append(c.Cases, k.Case)
		s := counts[k.Class]
		if s == nil {
			s = &classScore{Class: report.Class{Name: k.Class}}
			counts[k.Class] = s
		}
		s.Total++
		worth := worth(k.Outcome)
		if worth == 1 {
			s.Passed++
		}
		if worth > 0 && !earns(k, right) {
			withheld, worth = true, 0
		}
		s.credit += worth
	}
	points, why := sum(counts)
	switch {
	case constant(cases):
		points, why = 0, "the answer gives the same value for different inputs"
	case withheld && why == "":
		why = "cases count only for functions that pass a basic case"
	}
	c.Points, c.Why = &points, why
	c.Classes = classes(counts)
	return c
}

func worth(o report.Outcome) float64 {
	switch o {
	case report.Pass:
		return 1
	case report.Form:
		return 0.5
	}
	return 0
}

// rightEntries tells of each function that a basic case called whether one such case holds; "" stands for any function.
func rightEntries(cases []caseRun) map[string]bool {
	right := map[string]bool{}
	for _, c := range cases {
		if c.Class != "basic" {
			continue
		}
		for _, e := range append(c.entries, "") {
			right[e] = right[e] || worth(c.Outcome) > 0
		}
	}
	return right
}

// earns reports whether a case may count: all the functions that it called and that basic cases speak about are right.
// Where they speak about none, any basic case must hold; a challenge without basic cases asks for nothing.
func earns(c *caseRun, right map[string]bool) bool {
	if c.Class == "basic" || c.Class == "public" || len(right) == 0 {
		return true
	}
	spoken := false
	for _, e := range c.entries {
		ok, known := right[e]
		if known && !ok {
			return false
		}
		spoken = spoken || known
	}
	return spoken || right[""]
}

// sum weighs the classes and applies the cap.
func sum(counts map[string]*classScore) (points float64, why string) {
	var got, of float64
	for _, s := range shares {
		if k := counts[s.name]; k != nil && k.Total > 0 {
			got += s.share * k.credit / float64(k.Total)
			of += s.share
		}
	}
	if of == 0 {
		return 0, "the challenge has no hidden tests"
	}
	part := got / of
	if b := counts["basic"]; b != nil && b.credit*2 < float64(b.Total) && part > capWhenWrong {
		part, why = capWhenWrong, "capped at 40 %: less than half of the basic cases hold"
	}
	return math.Round(part*correctnessOf*100) / 100, why
}

// classes lists the counts, public last, in the order of their shares.
func classes(counts map[string]*classScore) []report.Class {
	out := []report.Class{}
	var of float64
	for _, s := range shares {
		if counts[s.name] != nil {
			of += s.share
		}
	}
	for _, s := range shares {
		if k := counts[s.name]; k != nil {
			k.Share = s.share / of
			out = append(out, k.Class)
		}
	}
	if k := counts["public"]; k != nil {
		out = append(out, k.Class)
	}
	return out
}

// constant reports whether at least three basic or property cases got one and the same answer although not all of them
// accepted it.
func constant(cases []caseRun) bool {
	seen := map[[sha256.Size]byte]bool{}
	n, wrong := 0, false
	for _, c := range cases {
		if c.Class != "basic" && c.Class != "property" || len(c.replies) == 0 {
			continue
		}
		if c.Outcome == report.Error {
			return false
		}
		n++
		wrong = wrong || c.Outcome != report.Pass
		for _, r := range c.replies {
			seen[r] = true
		}
	}
	return n >= 3 && wrong && len(seen) == 1
}
