package rubric

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// Points of the parts of Python Fluency.
const (
	arraysOf = 12
	reachOf  = 5
	idiomOf  = 5
	safeOf   = 3
	// wrongCap is the share of Fluency that is left when fewer than half of the basic tests pass: a fast wrong answer is not fluent.
	wrongCap = 0.6
	// fastEnough times the reference's time is full.
	fastEnough = 3.0
)

func (s *scoring) fluency() report.Criterion {
	parts := []report.Part{s.arrays(), s.reach(), s.idiom(), s.safe()}
	s.suspicions()
	points, missing := sum(parts)
	c := report.Criterion{Points: points, Of: fluencyOf, NotScored: missing, Parts: parts}
	if points == nil {
		c.Why, c.NotScored = "no evidence: "+parts[0].Why, 0
		return c
	}
	if limit := wrongCap * (fluencyOf - missing); *points > limit && s.basicFails() {
		c.Points, c.Why = pts(round(limit)), "capped at 60 %: fewer than half of the basic tests pass"
	}
	return c
}

// basicFails reports whether fewer than half of the basic tests pass. Without basic tests it is false.
func (s *scoring) basicFails() bool {
	for _, c := range s.r.Correctness.Classes {
		if c.Name == "basic" && c.Total > 0 {
			return 2*c.Passed < c.Total
		}
	}
	return false
}

// arrays scores array and frame thinking: the step counter's slopes on the closed axes, then the clock.
func (s *scoring) arrays() report.Part {
	p := report.Part{Name: PartArrays, Of: arraysOf, By: "step counter and clock"}
	var known, looped []axis
	for _, a := range s.axes {
		if a.known && a.Closed {
			known = append(known, a)
		}
		if a.looped() {
			looped = append(looped, a)
		}
	}
	clock, timed := worstClock(s.in.Clock)
	if len(known) == 0 && !timed {
		p.By, p.Why = "", "no step counter and no clock for this run"
		if len(s.in.Without) > 0 {
			p.Why += ": " + strings.Join(s.in.Without, "; ")
		}
		return p
	}
	if len(looped) > 0 {
		return s.loops(p, looped, clock, timed)
	}
	if timed && clock.Ratio > fastEnough {
		return s.slow(p, clock, len(known) == 0 && clock.confirmed())
	}
	p.Points, p.Why = pts(arraysOf), fullWhy(known, clock, timed)
	return p
}

func fullWhy(known []axis, clock ClockRatio, timed bool) string {
	if len(known) == 0 {
		return fmt.Sprintf("%.1f times the reference's time", clock.Ratio)
	}
	worst := slices.MaxFunc(known, func(a, b axis) int { return compare(a.cand, b.cand) })
	why := fmt.Sprintf("the steps do not grow with %s (slope %.1f)", worst.Axis, max(worst.cand, 0))
	if worst.cand > flatSlope && worst.cand < loopSlope {
		why = fmt.Sprintf("the steps grow little with %s (slope %.1f)", worst.Axis, worst.cand)
	}
	if timed {
		why += fmt.Sprintf(", %.1f times the reference's time", clock.Ratio)
	}
	return why
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// loops takes the points of a confirmed loop, once, and shows the line that explains it best.
func (s *scoring) loops(p report.Part, looped []axis, clock ClockRatio, timed bool) report.Part {
	heavy := slices.ContainsFunc(looped, func(a axis) bool { return !a.light() })
	cause, found := s.explains("loop", "row", "grow", "middle", "builtin")
	lost := float64(arraysOf)
	if !heavy || found && cause.Family == "middle" {
		lost = arraysOf / 2.0
	}
	if timed && clock.Ratio > 50 && heavy && cause.Family != "middle" {
		lost = arraysOf
	}
	var witnesses []string
	for _, a := range looped {
		witnesses = append(witnesses, a.witness())
	}
	if timed && clock.Ratio > fastEnough {
		witnesses = append(witnesses, clockWitness(clock))
	}
	if !found {
		cause = s.unseen()
	}
	s.spent[key(cause)] = true
	s.addHit(cause, report.Costs, lost, "fluency", witnesses...)
	p.Points = pts(arraysOf - lost)
	p.Why = fmt.Sprintf("the steps grow with %s (slope %.1f), the reference's do not", looped[0].Axis, looped[0].cand)
	if lost < arraysOf && found && cause.Family == "middle" {
		p.Why += "; a wrapped loop costs half"
	}
	return p
}

// slow takes points for time that the counter cannot see, such as sum() over an array. A clock alone is one witness: it
// costs when a static hit explains it, when no array code could be that slow, or when it is confirmed and no counter
// speaks for the answer.
func (s *scoring) slow(p report.Part, clock ClockRatio, confirmed bool) report.Part {
	p.Points, p.Why = pts(arraysOf), fmt.Sprintf("%.0f times the reference's time", clock.Ratio)
	if _, ok := s.explains("builtin"); ok && clock.Ratio <= 50 && s.facts.Reference != nil { // library reach pays for that one
		p.Why += ", see " + PartReach
		return p
	}
	h, ok := s.explains("middle", "grow", "row", "loop", "tensor", "builtin")
	if !ok {
		h = s.unseen()
		h.Rule, h.Why = "A110", "The answer takes much longer than array code for the same result: look for work that is done twice, or for an intermediate array that is too large."
		h.Better = "# measure the parts: %timeit on each line with a large input"
	}
	lost := 3.0
	switch {
	case clock.Ratio > 50 && ok:
		lost = arraysOf
	case clock.Ratio > 10:
		lost = arraysOf / 2
	}
	s.spent[key(h)] = true
	if !ok && clock.Ratio <= 50 && !confirmed {
		p.Why += ", which nothing in the code explains: no points lost"
		if clock.Ratio > 10 {
			s.addHit(h, report.Advice, 0, "fluency", clockWitness(clock))
		}
		return p
	}
	witnesses := []string{clockWitness(clock)}
	if confirmed {
		witnesses = append(witnesses, fmt.Sprintf("clock in a second process: %.0f times; the challenge's limit is %.0f", clock.Again, clock.Limit))
	}
	s.addHit(h, report.Costs, lost, "fluency", witnesses...)
	p.Points = pts(arraysOf - lost)
	return p
}

func clockWitness(c ClockRatio) string {
	at := ""
	if c.Size != "" {
		at = " at " + c.Size
	}
	return fmt.Sprintf("clock: %.0f times the reference's time%s", c.Ratio, at)
}

// explains finds the hit that accounts best for a measured cost: the first family that has one in code the entry points reach.
func (s *scoring) explains(families ...string) (hit, bool) {
	if s.facts == nil {
		return hit{}, false
	}
	for _, family := range families {
		best, ok := hit{}, false
		for _, h := range s.facts.Hits {
			if h.Family == family && h.Reach && (!ok || h.Rule == "A102" && best.Rule != "A102") {
				best, ok = h, true
			}
		}
		if ok {
			return best, true
		}
	}
	return hit{}, false
}

// unseen is the finding for a cost whose line no static rule named: the loop that lies deepest, or the entry point itself.
func (s *scoring) unseen() hit {
	h := hit{Rule: "A100", Family: "loop", Line: 1, EndLine: 1, Facts: []string{"measured, not read from the code"},
		Why:    "Python does more work here for every element as the input grows; array or column operations do it in compiled code.",
		Better: "result = ...  # array or column operations on the whole input"}
	if s.facts == nil {
		return h
	}
	for _, f := range s.facts.Functions {
		if f.Entry {
			h.Line, h.EndLine = f.Line, f.Line
			break
		}
	}
	if len(s.facts.Loops) > 0 {
		loop := deepest(s.facts.Loops)
		h.Line, h.EndLine = loop[0], loop[1]
	}
	return h
}

// deepest is the loop that most others enclose, the first of equals. Loops are first and last lines.
func deepest(loops [][2]int) (loop [2]int) {
	most := -1
	for _, l := range loops {
		depth := 0
		for _, other := range loops {
			if other != l && other[0] <= l[0] && l[1] <= other[1] {
				depth++
			}
		}
		if depth > most {
			most, loop = depth, l
		}
	}
	return loop
}

func key(h hit) string { return fmt.Sprintf("%s:%d", h.Rule, h.Line) }
