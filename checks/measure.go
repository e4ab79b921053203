package checks

import (
	"context"
	"regexp"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/rubric"
)

// inside matches what a solution never needs and a counter cannot stand.
var inside = regexp.MustCompile(`\b(settrace|setprofile|gettrace|sys\.monitoring|_getframe|_current_frames|ctypes|get_objects|get_referrers)\b`)

const (
	countLimit = 3 * time.Second // of one counted call; the cap on steps ends loops long before
	countTotal = 4 * time.Second
	clockTotal = 400 * time.Millisecond // of one timed call's repetitions, after the first three pairs
	clockPairs = 7
	clockWorst = 50 // a ratio beyond which more repetitions tell nothing
)

// measure collects the evidence about fluency: steps in a child of their own, then the clock with nothing else running.
//
// Both run in the answer's own process or beside it, so an answer that reaches for the interpreter's inside could bend
// them; then nothing is measured, and fluency is not scored.
func (g *Grader) measure(ctx context.Context, r *run) ([]rubric.StepSeries, []rubric.ClockRatio) {
	if m := inside.FindString(r.answer.source); m != "" {
		g.log.Info("grader: fluency is not measured", "challenge", r.spec.Slug, "uses", m)
		return nil, nil
	}
	steps := r.steps(ctx)
	g.timing.Lock()
	defer g.timing.Unlock()
	return steps, r.clock(ctx)
}

// steps counts the candidate's and the reference's steps for every axis.
func (r *run) steps(ctx context.Context) []rubric.StepSeries {
	var out []rubric.StepSeries
	var child *harness.Child
	defer func() {
		if child != nil {
			child.Close()
		}
	}()
	until := time.Now().Add(countTotal)
	oracle, number := r.judge()
	for _, axis := range oracle.Suite.Growths {
		s := rubric.StepSeries{Axis: axis.Axis, Closed: axis.Closed}
		for _, size := range axis.Sizes {
			if child == nil {
				child, _ = r.loaded()
			}
			if child == nil || ctx.Err() != nil || time.Now().After(until) {
				break
			}
			q := harness.OracleRequest{Op: "measure", Mode: "count", Run: number, Name: axis.Name, Size: size, Seed: r.seed}
			n, partial, ok := r.count(child, q)
			if !ok {
				child.Kill()
				child = nil
				break
			}
			q.Op = "steps"
			ref, err := oracle.Ask(q, nil, oracleLimit)
			if err != nil {
				return out
			}
			s.Sizes, s.Candidate, s.Reference = append(s.Sizes, size), append(s.Candidate, n), append(s.Reference, ref.Steps)
			if s.Partial = s.Partial || partial; partial {
				break
			}
		}
		if len(s.Sizes) > 1 {
			out = append(out, s)
		}
	}
	return out
}

// count asks a child for the steps of one call.
func (r *run) count(child *harness.Child, q harness.OracleRequest) (n int, partial, ok bool) {
	oracle, _ := r.judge()
	call, err := oracle.Ask(q, nil, oracleLimit)
	if err != nil {
		return 0, false, false
	}
	doc, err := child.Call(call.Doc, countLimit)
	if err != nil {
		return 0, false, false
	}
	m := doc.Message()
	if m.Tag != "count" {
		return 0, false, false
	}
	steps, ok := m.Fields[0].(int64)
	partial, _ = m.Fields[1].(bool)
	return int(steps), partial, ok
}

// clock times the answer against the reference, from outside both: prepared calls, interleaved, by processor time. The
// oracle may serve another session at the same moment, which makes the reference look slower, never the answer.
func (r *run) clock(ctx context.Context) []rubric.ClockRatio {
	var out []rubric.ClockRatio
	oracle, _ := r.judge()
	for _, speed := range oracle.Suite.Speeds {
		if ctx.Err() != nil {
			return out
		}
		if ratio, ok := r.timed(speed); ok {
			out = append(out, rubric.ClockRatio{Size: speed.Size, Ratio: ratio})
		}
	}
	return out
}

func (r *run) timed(speed harness.SpeedInfo) (float64, bool) {
	oracle, number := r.judge()
	q := harness.OracleRequest{Op: "measure", Mode: "prepare", Run: number, Name: speed.Name, Seed: r.seed}
	call, err := oracle.Ask(q, nil, oracleLimit)
	if err != nil {
		return 0, false
	}
	child, err := r.loaded()
	if err != nil {
		return 0, false
	}
	defer child.Close()
	limit := max(2*time.Second, r.spec.caseLimit())
	if _, err := child.Call(call.Doc, limit); err != nil {
		return 0, false
	}
	q.Op = "hold"
	if _, err := oracle.Ask(q, nil, oracleLimit); err != nil {
		return 0, false
	}
	return r.pairs(child, q, limit)
}

// pairs returns the ratio of the best of several interleaved pairs. A call over the limit counts as the limit.
func (r *run) pairs(child *harness.Child, q harness.OracleRequest, limit time.Duration) (float64, bool) {
	oracle, _ := r.judge()
	again := harness.Request("again")
	q.Op = "time"
	var mine, theirs time.Duration
	var doc *harness.Doc
	var err error
	began := time.Now()
	for i := range clockPairs {
		theirs = best(theirs, oracle.Time(func() { _, err = oracle.Ask(q, nil, oracleLimit) }))
		if err != nil || theirs <= 0 {
			return 0, false
		}
		// An answer far beyond the reference is known after that much; under load the wall clock needs some slack.
		enough := min(limit, max(shortest, 4*clockWorst*theirs))
		mine = best(mine, child.Time(func() { doc, err = child.Call(again, enough) }))
		if err != nil {
			return float64(mine) / float64(theirs), true
		}
		if doc.Message().Tag != "ok" {
			return 0, false
		}
		if i >= 2 && time.Since(began) > clockTotal || float64(mine) > clockWorst*float64(theirs) {
			break
		}
	}
	return float64(mine) / float64(theirs), true
}

func best(a, b time.Duration) time.Duration {
	if a == 0 || b < a {
		return b
	}
	return a
}

// end lets the oracle forget this run.
func (r *run) end() {
	oracle, number := r.judge()
	oracle.Ask(harness.OracleRequest{Op: "end", Run: number}, nil, oracleLimit)
}
