package checks

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/rubric"
)

// inside matches what a solution never needs and a counter cannot stand.
var inside = regexp.MustCompile(`\b(settrace|setprofile|gettrace|sys\.monitoring|_getframe|_current_frames|ctypes|get_objects|get_referrers)\b`)

const (
	countLimit = 3 * time.Second // of one counted call; the cap on steps ends loops long before
	countTotal = 4 * time.Second
	setUpLimit = 2 * time.Second        // at least, of one call before the measured one
	clockTotal = 400 * time.Millisecond // of one timed call's repetitions, after the first three pairs
	clockPairs = 7
	clockWorst = 50 // a ratio beyond which more repetitions tell nothing
)

// evidence is what was measured of an answer.
type evidence struct {
	steps   []rubric.StepSeries
	clock   []rubric.ClockRatio
	without []string // what could not be measured, and why
}

// measure collects the evidence about fluency: steps in a child of their own, then the clock with nothing else running.
// The error is the author's.
//
// Both run in the answer's own process or beside it, so an answer that reaches for the interpreter's inside could bend
// them; then nothing is measured, and fluency is not scored.
func (g *Grader) measure(ctx context.Context, r *run) (*evidence, error) {
	e := &evidence{}
	if m := inside.FindString(r.answer.source); m != "" {
		e.without = append(e.without, "the code uses "+m)
		return e, nil
	}
	if err := r.steps(ctx, e); err != nil {
		return nil, err
	}
	g.timing.Lock()
	defer g.timing.Unlock()
	return e, r.clock(ctx, e)
}

// miss notes that something could not be measured; it returns the error only when that is the author's fault.
func (e *evidence) miss(what string, err error) error {
	var author *harness.AuthorError
	if errors.As(err, &author) {
		return err
	}
	e.without = append(e.without, what+": "+clean(err.Error()))
	return nil
}

// steps counts the candidate's and the reference's steps for every axis.
func (r *run) steps(ctx context.Context, e *evidence) error {
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
			if s.Partial {
				break
			}
			var err error
			switch {
			case ctx.Err() != nil || time.Now().After(until):
				err = errLate
			case child == nil:
				child, err = r.loaded()
			}
			q := harness.OracleRequest{Op: "measure", Mode: "count", Run: number, Name: axis.Name, Size: size, Seed: r.seed}
			if err == nil {
				err = r.count(child, q, &s)
			}
			if err != nil {
				if child != nil {
					child.Kill()
					child = nil
				}
				if err := e.miss(axis.Axis, err); err != nil {
					return err
				}
				break
			}
		}
		if len(s.Sizes) > 1 {
			e.steps = append(e.steps, s)
		}
	}
	return nil
}

// count adds one size to a series.
func (r *run) count(child *harness.Child, q harness.OracleRequest, s *rubric.StepSeries) error {
	call, err := r.setUp(child, q)
	if err != nil {
		return err
	}
	doc, err := child.Call(call.Doc, countLimit)
	if err != nil {
		return err
	}
	m := doc.Message()
	if m.Tag != "count" {
		return errRaised
	}
	steps, _ := m.Fields[0].(int64)
	s.Partial, _ = m.Fields[1].(bool)
	s.Sizes, s.Candidate, s.Reference = append(s.Sizes, q.Size), append(s.Candidate, int(steps)), append(s.Reference, call.Steps)
	return nil
}

// What an answer may do instead of being measured. Nothing that its code could have chosen is in these words: unlike the
// outcome of a case they are shown whatever the policy.
var (
	errSetUp  = errors.New("what comes before the measured call did not succeed")
	errRaised = errors.New("the measured call raised an exception")
	errLate   = errors.New("no time was left to count it")
	errNoTime = errors.New("the reference took no time that could be measured")
)

// setUp takes a child through a growth or speed function up to the last call, the one to measure, and returns that.
func (r *run) setUp(child *harness.Child, q harness.OracleRequest) (harness.OracleAnswer, error) {
	oracle, _ := r.judge()
	a, err := oracle.Ask(q, nil, oracleLimit)
	reference := a.Steps
	q.Op = "setup"
	for err == nil && a.Op == "call" && !a.Last {
		doc, lost := child.Call(a.Doc, max(setUpLimit, r.spec.caseLimit()))
		if lost != nil || !replyTags[doc.Message().Tag] {
			return a, errSetUp
		}
		a, err = oracle.Ask(q, doc.Bytes(), oracleLimit)
	}
	if err == nil && a.Op != "call" {
		err = errSetUp
	}
	a.Steps = reference
	return a, err
}

// clock times the answer against the reference, from outside both: prepared calls, interleaved, by processor time. The
// oracle may serve another session at the same moment, which makes the reference look slower, never the answer.
func (r *run) clock(ctx context.Context, e *evidence) error {
	oracle, _ := r.judge()
	counted := slices.ContainsFunc(e.steps, func(s rubric.StepSeries) bool { return s.Closed })
	for _, speed := range oracle.Suite.Speeds {
		if ctx.Err() != nil {
			break
		}
		c := rubric.ClockRatio{Size: speed.Size, Limit: speed.Limit}
		var err error
		if c.Ratio, err = r.timed(speed); err == nil && !counted && c.Ratio > c.Limit {
			c.Again, err = r.timed(speed) // no counter bears it out, so another process has to
		}
		if err == nil {
			e.clock = append(e.clock, c)
		} else if err := e.miss(speed.Size, err); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) timed(speed harness.SpeedInfo) (float64, error) {
	_, number := r.judge()
	child, err := r.loaded()
	if err != nil {
		return 0, err
	}
	defer child.Close()
	q := harness.OracleRequest{Op: "measure", Mode: "prepare", Run: number, Name: speed.Name, Seed: r.seed}
	call, err := r.setUp(child, q)
	if err != nil {
		return 0, err
	}
	limit := max(2*time.Second, r.spec.caseLimit())
	if doc, err := child.Call(call.Doc, limit); err != nil || doc.Message().Tag != "ok" {
		return 0, errRaised
	}
	return r.pairs(child, q, limit)
}

// pairs returns the ratio of the best of several interleaved pairs. A call over the limit counts as the limit.
func (r *run) pairs(child *harness.Child, q harness.OracleRequest, limit time.Duration) (float64, error) {
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
			return 0, cmp.Or(err, errNoTime)
		}
		// An answer far beyond the reference is known after that much; under load the wall clock needs some slack.
		enough := min(limit, max(shortest, 4*clockWorst*theirs))
		mine = best(mine, child.Time(func() { doc, err = child.Call(again, enough) }))
		if err != nil {
			break
		}
		if doc.Message().Tag != "ok" {
			return 0, errRaised
		}
		if i >= 2 && time.Since(began) > clockTotal || float64(mine) > clockWorst*float64(theirs) {
			break
		}
	}
	return float64(mine) / float64(theirs), nil
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
