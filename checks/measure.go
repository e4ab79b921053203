package checks

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/checks/rubric"
)

// inside matches what a solution hardly ever needs and a counter cannot stand: ways to the interpreter's hooks, to frames, to
// the modules that run the answer, and code that is not in the answer's own file. It is a sieve, not a wall.
var inside = regexp.MustCompile(strings.Join([]string{
	`\b(?:settrace|setprofile|gettrace|getprofile|_getframe|_current_frames|_current_exceptions|currentframe|getouterframes|getinnerframes)\b`,
	`\b(?:tb_frame|f_back|f_globals|f_locals|f_builtins|f_code|f_trace|gi_frame|cr_frame|ag_frame|co_filename|co_code)\b`,
	`\b(?:get_objects|get_referrers|get_referents|addaudithook|ctypes|cffi|_thread|linecache)\b`,
	`\b(?:__import__|importlib|import_module|__loader__|__spec__|__main__|__builtins__)\b`, `\.[ \t]*builtins\b`,
	`\binspect\s*\.\s*(?:stack|trace)\b`, `\bfrom\s+inspect\s+import\s+[^#\n]*\b(?:stack|trace)\b`,
	`\b(?:__globals__|__code__|__closure__|__subclasses__|CodeType|FunctionType|LambdaType)\b`,
	`\bsys\s*\.\s*(?:modules|monitoring|__dict__)\b`, `\bsys\s+as\b`, `\bfrom\s+sys\s+import\s+[^#\n]*\b(?:modules|monitoring)\b`,
	`\b(?:vars|dir|getattr|setattr|delattr)\s*\(\s*sys\b`,
	`(?m:^|[;:])[ \t]*import[ \t]+(?:[\w., \t]+,[ \t]*)?(?:` + ourModules + `)\b`, `(?m:^|[;:])[ \t]*from[ \t]+(?:` + ourModules + `)[ \t.]`,
	`(?m:^|[=(\[{,:;+])[ \t]*(?:exec|eval|compile)[ \t]*\(`,
}, "|"))

// ourModules are those that are loaded beside an answer, and two of Python's that lead to them.
const ourModules = `gc|builtins|assay|codec|collect|compare|driver|frames|libraries|locks|oracle|runall|steps|syscalls|tables|wire|zygote`

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
	void    bool     // what was measured says nothing: not all of the code was seen, or its result is another
}

// measure collects the evidence about fluency: steps in a child of their own, then the clock with nothing else running.
// The error is the author's.
//
// Both run in the answer's own process or beside it, so an answer that reaches for the interpreter's inside could bend
// them; then nothing is measured, and fluency is not scored.
func (g *Grader) measure(ctx context.Context, r *run) (*evidence, error) {
	e := &evidence{}
	if m := inside.FindString(r.answer.plain); m != "" {
		e.without = append(e.without, "the code uses "+strings.Join(strings.Fields(strings.Trim(m, " \t\n;:=([{,+")), " "))
		return e, nil
	}
	if err := r.steps(ctx, e); err != nil {
		return nil, err
	}
	if !e.void {
		g.timing.Lock()
		defer g.timing.Unlock()
		if err := r.clock(ctx, e); err != nil {
			return nil, err
		}
	}
	if e.void {
		e.steps, e.clock = nil, nil
	}
	return e, nil
}

// miss notes that something could not be measured; it returns the error only when that is the author's fault.
func (e *evidence) miss(what string, err error) error {
	var author *harness.AuthorError
	if errors.As(err, &author) {
		return err
	}
	e.void = e.void || errors.Is(err, errHidden) || errors.Is(err, errOther)
	var gone *harness.GoneError
	if errors.As(err, &gone) { // its words may hold an exit status, or what was sent instead of an answer
		err = errGone
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
				child, err = r.fresh(harness.Request("watch"))
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
	if steps < 0 {
		return errHidden
	}
	if steps < 1 && r.writtenOut(call.Entry) {
		return errNoStep
	}
	s.Partial, _ = m.Fields[1].(bool)
	if !s.Partial {
		if err := r.agrees(child, q); err != nil {
			return err
		}
	}
	s.Sizes, s.Candidate, s.Reference = append(s.Sizes, q.Size), append(s.Candidate, int(steps)), append(s.Reference, call.Steps)
	return nil
}

// agrees asks for what the measured call returned and has it compared with what the reference does: an answer that is wrong
// where only steps and time are looked at is quick for nothing.
func (r *run) agrees(child *harness.Child, q harness.OracleRequest) error {
	doc, err := child.Call(harness.Request("last"), setUpLimit)
	if err != nil {
		return err
	}
	oracle, _ := r.judge()
	q.Op = "agrees"
	a, err := oracle.Ask(q, doc.Bytes(), compareLimit)
	if err == nil && report.Outcome(a.Outcome) != report.Pass {
		err = errOther
	}
	return err
}

// writtenOut reports whether the answer has a plain definition of a function, one that takes a step when it is called.
func (r *run) writtenOut(entry string) bool {
	if entry == "" || strings.Contains(r.answer.source, "yield") { // a generator takes none before it is asked for a value
		return false
	}
	return regexp.MustCompile(`(?m)^def\s+` + regexp.QuoteMeta(entry) + `\s*[(\[]`).MatchString(r.answer.source)
}

// OtherResult is what the report says of an answer that was not measured because it returned something else than the reference.
const OtherResult = "the result for an input of that size is not the reference's"

// What an answer may do instead of being measured. Nothing that its code could have chosen is in these words: unlike the
// outcome of a case they are shown whatever the policy.
var (
	errSetUp  = errors.New("what comes before the measured call did not succeed")
	errRaised = errors.New("the measured call raised an exception")
	errLate   = errors.New("no time was left to count it")
	errNoTime = errors.New("the reference took no time that could be measured")
	errLoad   = errors.New("the code did not load again")
	errGone   = errors.New("the process ended, or sent no answer")
	errNoStep = errors.New("not one step was seen of code that is Python")
	errHidden = errors.New("some of the code could run where its steps are not seen")
	errOther  = errors.New(OtherResult)
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
	child, err := r.fresh()
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
	ratio, late, err := r.pairs(child, q, limit)
	if err == nil && !late {
		err = r.agrees(child, q)
	}
	return ratio, err
}

// pairs returns the ratio of the best of several interleaved pairs. A call over the limit counts as the limit; it ends the
// child, and has returned nothing to compare: it is late.
func (r *run) pairs(child *harness.Child, q harness.OracleRequest, limit time.Duration) (ratio float64, late bool, err error) {
	oracle, _ := r.judge()
	again := harness.Request("again")
	q.Op = "time"
	var mine, theirs time.Duration
	var doc *harness.Doc
	began := time.Now()
	for i := range clockPairs {
		theirs = best(theirs, oracle.Time(func() { _, err = oracle.Ask(q, nil, oracleLimit) }))
		if err != nil || theirs <= 0 {
			return 0, false, cmp.Or(err, errNoTime)
		}
		// An answer far beyond the reference is known after that much; under load the wall clock needs some slack.
		enough := min(limit, max(shortest, 4*clockWorst*theirs))
		mine = best(mine, child.Time(func() { doc, err = child.Call(again, enough) }))
		var timeout *harness.TimeoutError
		if late = errors.As(err, &timeout); late {
			mine = max(mine, enough) // whatever it took before: only what was returned last is compared
			break
		}
		if err != nil { // it ended itself, which takes no time at all
			return 0, false, err
		}
		if doc.Message().Tag != "ok" {
			return 0, false, errRaised
		}
		if i >= 2 && time.Since(began) > clockTotal || float64(mine) > clockWorst*float64(theirs) {
			break
		}
	}
	return float64(mine) / float64(theirs), late, nil
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
