package rubric

import (
	"fmt"
	"math"
	"regexp"
)

// Cuts between array code and loops. Measured forms lie at 0.00 and at 0.9 to 1.9, see the tables of growth.
const (
	loopSlope = 0.5 // at least: the answer loops over this axis
	flatSlope = 0.2 // at most: the reference does not
)

// lightAxis names axes that are short in practice: a loop over one of them alone costs half.
var lightAxis = regexp.MustCompile(`(?i)group|feature|column|class|categor|key|label|channel`)

// axis is one series with its slopes.
type axis struct {
	StepSeries
	cand, ref float64
	known     bool // both slopes could be computed
}

// looped reports whether the axis is looped over without need.
func (a axis) looped() bool {
	return a.known && a.Closed && a.cand >= loopSlope && a.ref <= flatSlope
}

func (a axis) light() bool { return lightAxis.MatchString(a.Axis) }

func (a axis) witness() string {
	more := ""
	if a.Partial {
		more = " or more"
	}
	return fmt.Sprintf("step counter: slope %.1f%s on %s, the reference's is %.1f", a.cand, more, a.Axis, a.ref)
}

func axes(series []StepSeries) []axis {
	out := make([]axis, 0, len(series))
	for _, s := range series {
		a := axis{StepSeries: s}
		var ok1, ok2 bool
		a.cand, ok1 = slope(s.Sizes, s.Candidate)
		a.ref, ok2 = slope(s.Sizes, s.Reference)
		a.known = ok1 && ok2 && !(s.Partial && a.cand < loopSlope)
		out = append(out, a)
	}
	return out
}

// slope is the exponent of growth: the least-squares line through the logarithms of sizes and counts.
func slope(sizes, counts []int) (float64, bool) {
	n := min(len(sizes), len(counts))
	var sx, sy, sxx, sxy, m float64
	for i := range n {
		if sizes[i] <= 0 || counts[i] < 0 {
			continue
		}
		x, y := math.Log(float64(sizes[i])), math.Log(float64(max(counts[i], 1)))
		sx, sy, sxx, sxy, m = sx+x, sy+y, sxx+x*x, sxy+x*y, m+1
	}
	d := m*sxx - sx*sx
	if m < 2 || d < 1e-12 {
		return 0, false
	}
	return (m*sxy - sx*sy) / d, true
}

// worstClock is the largest ratio; ok is false when there is none.
func worstClock(clock []ClockRatio) (worst ClockRatio, ok bool) {
	for _, c := range clock {
		if c.Ratio > 0 && !math.IsNaN(c.Ratio) && !math.IsInf(c.Ratio, 0) && (!ok || c.Ratio > worst.Ratio) {
			worst, ok = c, true
		}
	}
	return worst, ok
}
