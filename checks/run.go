package checks

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"sync"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

// run is one grading under way.
type run struct {
	spec   *Spec
	answer *answer
	bench  *bench
	revive func() (*harness.Oracle, error) // starts another oracle when one was lost
	seed   uint64
	budget *budget
	slots  chan struct{} // of the whole grader: how many children work at once
	basics func()        // called when the worked examples are through and others take long; may be nil
	early  time.Time     // when others have taken long

	mu      sync.Mutex
	oracle  *harness.Oracle
	number  int       // of this run within the oracle
	revived int       // oracles taken after the first
	broken  int       // oracles that ended over a value of this answer
	cases   []caseRun // in the order of tests.py
	err     error     // of ours or the author's; ends the run
}

// caseRun is one case and what became of it.
type caseRun struct {
	report.Case
	info    harness.CaseInfo
	entries []string            // functions that it called
	inputs  hash.Hash           // of what was sent
	replies [][sha256.Size]byte // of what came back, to see an answer that never changes
}

// begin forgets what an earlier attempt at the case left.
func (c *caseRun) begin() { c.entries, c.replies, c.inputs = nil, nil, sha256.New() }

// ask notes a call that is about to be made.
func (c *caseRun) ask(a harness.OracleAnswer) {
	if a.Entry != "" {
		c.entries = append(c.entries, a.Entry)
	}
	c.inputs.Write(a.Doc)
	c.InputsSHA256 = hex.EncodeToString(c.inputs.Sum(nil))
}

const (
	oracleLimit  = 30 * time.Second
	compareLimit = 10 * time.Second // for one answer's value
	loadLimit    = 2 * time.Second  // to import and define, all libraries being there
	maxBroken    = 1                // oracles that an answer may break before it gets no more of them
	maxRevived   = 20               // oracles that may end under a run: another answer, in another session, may be to blame
)

// longest is how many cases a group may have: more are halved. Small groups keep every processor busy to the end; one more
// group takes one more of the children that wait, or forks one, which costs as much as several cases.
const longest = 12

// groups splits the cases: one child serves each group. The contract, which is short, goes with the edge cases; the other
// classes stay apart, so that hanging in one costs the next nothing; and a case that asks for it is alone.
func (r *run) groups() [][]int {
	by := map[string][]int{}
	var out [][]int
	for i, c := range r.cases {
		if c.info.Isolated {
			out = append(out, []int{i})
			continue
		}
		class := c.Class
		switch class {
		case "public":
			class = "basic"
		case "contract":
			class = "edge"
		}
		by[class] = append(by[class], i)
	}
	// The worked examples come before what is hidden: a process that has seen hidden inputs could put them into the message
	// of a case whose messages are shown.
	slices.SortStableFunc(by["basic"], func(a, b int) int { return cmp.Compare(r.shown(b), r.shown(a)) })
	for _, class := range []string{"property", "edge", "basic"} {
		g := by[class]
		if n := len(g); n > longest {
			out = append(out, g[:n/2], g[n/2:])
		} else if n > 0 {
			out = append(out, g)
		}
	}
	// The worked examples first: they are what everybody waits for.
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// shown is 1 for a case whose message its candidate reads.
func (r *run) shown(i int) int {
	if r.cases[i].Class == "public" {
		return 1
	}
	return 0
}

// errRunner says that the zygote ended during a run, or was ended because it misbehaved. No answer should be able to bring
// that about: the run says nothing.
var errRunner = errors.New("the runner ended")

// scouts is how many cases at most run before all others: an answer that hangs in each of them hangs everywhere.
const scouts = 2

// part is one group's work: its cases, its patience, and a child that has loaded the answer already, if there is one.
type part struct {
	cases []int
	child *harness.Child
	basic bool // worked examples and the basic class
	*patience
}

// all runs every case; child has loaded the answer already.
func (r *run) all(ctx context.Context, child *harness.Child) error {
	parts := []part{}
	for _, g := range r.groups() {
		parts = append(parts, part{cases: g, patience: &patience{}, basic: r.cases[g[0]].basic()})
	}
	if len(parts) == 0 {
		child.Close()
		return ctx.Err()
	}
	parts[0].child = child
	if r.hangs(ctx, &parts[0]) {
		r.giveUp(parts)
		return errors.Join(r.err, ctx.Err())
	}
	work := make(chan part, len(parts))
	for _, p := range parts {
		work <- p
	}
	close(work)
	early := r.announce(parts)
	defer early.stop()
	var wg sync.WaitGroup
	for range cap(r.slots) {
		wg.Go(func() {
			for p := range work {
				r.slots <- struct{}{}
				if last := r.group(ctx, p); last != nil {
					last.Close()
				}
				<-r.slots
				early.done(p)
			}
		})
	}
	wg.Wait()
	if !r.bench.zygote.Alive() { // what came from its children before that proves nothing
		r.stop(errRunner)
	}
	return errors.Join(r.err, ctx.Err())
}

// hangs runs the first cases of the first part while no other runs, until one of them has an end, and reports whether none
// had. The worked examples are among them, all of them: while they run no other child has seen a hidden input, which it could
// pass on to the one whose messages are shown.
func (r *run) hangs(ctx context.Context, first *part) bool {
	r.slots <- struct{}{}
	defer func() { <-r.slots }()
	for n := 0; len(first.cases) > 0; n++ {
		if r.shown(first.cases[0]) == 0 && (n >= scouts || first.lost < time.Duration(n)*r.budget.perCase) {
			break
		}
		ahead := *first
		ahead.cases, first.cases = first.cases[:1], first.cases[1:]
		first.child = r.group(ctx, ahead)
	}
	return !first.any && first.lost >= scouts*r.budget.perCase
}

// giveUp notes that nothing more is run.
func (r *run) giveUp(parts []part) {
	for _, p := range parts {
		for _, i := range p.cases {
			r.cases[i].Outcome, r.cases[i].Message = report.NotRun, noTime
		}
	}
}

const noTime = "no time was left"

// group runs some cases in one child, and in a new one after each that did not survive; it returns the last one.
func (r *run) group(ctx context.Context, p part) *harness.Child {
	child := p.child
	for _, i := range p.cases {
		c := &r.cases[i]
		limit := r.budget.limit(p.patience, c.info.Seconds)
		if limit <= 0 || ctx.Err() != nil || r.over() {
			c.Outcome, c.Message = report.NotRun, noTime
			continue
		}
		if child == nil {
			var err error
			child, err = r.fresh()
			if runnerLost(err) {
				r.stop(errRunner)
			}
			if err != nil {
				c.Outcome, c.Message = report.Killed, err.Error()
				r.budget.late(p.patience, limit, limit)
				continue
			}
		}
		if !r.one(child, c, p.patience, limit) {
			child = nil
		}
	}
	return child
}

// fresh takes a child and loads the answer, which has loaded before: what it says now is not for anybody to read.
func (r *run) fresh(ahead ...[]byte) (*harness.Child, error) {
	child, failure, err := load(r.bench, r.spec, r.answer, ahead...)
	if err == nil && failure != nil {
		err = errLoad
	}
	return child, err
}

// one runs a case; it reports whether the child is still of use. A case that finds its oracle gone is run again with the next
// one: another case has ended it.
func (r *run) one(child *harness.Child, c *caseRun, p *patience, limit time.Duration) bool {
	for {
		oracle, number := r.judge()
		use, err := r.try(oracle, number, child, c, p, limit)
		if err == nil {
			return use
		}
		r.replace(oracle, err, c.Outcome == report.Fail)
		if !use || !errors.Is(err, harness.ErrOracleGone) || r.over() {
			return use
		}
	}
}

// try runs a case with one oracle. The error is the oracle's.
func (r *run) try(oracle *harness.Oracle, number int, child *harness.Child, c *caseRun, p *patience, limit time.Duration) (use bool, err error) {
	c.begin()
	q := harness.OracleRequest{Op: "start", Run: number, Case: c.ID, Seed: r.seed}
	a, err := oracle.Ask(q, nil, oracleLimit)
	if err != nil {
		c.Outcome, c.Message = report.NotRun, "the test itself failed"
		return true, err
	}
	var spent time.Duration
	var raised harness.Failure
	for a.Op == "call" {
		c.ask(a)
		doc, err := child.Call(a.Doc, max(limit-spent, time.Millisecond))
		spent += child.Spent()
		c.MS = float64(spent.Microseconds()) / 1000
		if err == nil && !replyTags[doc.Message().Tag] {
			child.Kill()
			err = &harness.GoneError{Why: "the answer is malformed"}
		}
		if err != nil {
			r.lost(c, p, err, limit, spent)
			q.Op = "drop"
			_, err = oracle.Ask(q, nil, oracleLimit)
			return false, err
		}
		if f, ok := doc.Message().Failure(); ok {
			raised = f
		}
		b := doc.Bytes()
		c.replies = append(c.replies, sha256.Sum256(b))
		q.Op = "next"
		if a, err = oracle.Ask(q, b, compareLimit); err != nil {
			// The value is of the right form and too much for the comparison: that is an answer nobody can use.
			c.Outcome, c.Message = report.Fail, "the answer could not be compared"
			return true, err
		}
	}
	if err := child.Quiet(); err != nil {
		r.lost(c, p, err, limit, spent)
		return false, nil
	}
	r.closed(c, p, a, raised, spent)
	return true, nil
}

// closed notes the oracle's word on a case; raised is the last exception that came back.
func (r *run) closed(c *caseRun, p *patience, a harness.OracleAnswer, raised harness.Failure, spent time.Duration) {
	c.Outcome, c.Message = report.Outcome(a.Outcome), a.Message
	if c.Outcome == report.Error {
		c.Raised = report.WellKnown(raised.Names)
		if line := r.answer.at(raised.Line).Line; line > 0 {
			c.Message += fmt.Sprintf(" (line %d)", line)
		}
	}
	c.Message = clean(c.Message)
	r.budget.answered(p, spent, c.Outcome == report.Pass)
}

var replyTags = map[string]bool{"ok": true, "seen": true, "unsendable": true, "err": true}

// lost notes a case whose child did not survive it.
func (r *run) lost(c *caseRun, p *patience, err error, limit, spent time.Duration) {
	var late *harness.TimeoutError
	if runnerLost(err) {
		r.stop(errRunner)
	}
	if errors.As(err, &late) {
		c.Outcome, c.Message = report.Timeout, fmt.Sprintf("no result after %v", spent.Round(10*time.Millisecond))
		r.budget.late(p, limit, spent)
		return
	}
	c.Outcome, c.Message = report.Killed, clean(err.Error())
	r.budget.died(p, limit, spent)
}

// runnerLost reports whether an error means that the zygote ended.
func runnerLost(err error) bool {
	var gone *harness.GoneError
	return errors.As(err, &gone) && gone.Lost
}

// load takes a child and loads the answer, after requests that go ahead of it; failure is what the answer's own code raised.
func load(b *bench, s *Spec, a *answer, ahead ...[]byte) (_ *harness.Child, failure *harness.Failure, err error) {
	child, err := b.fork(s.limits())
	if err != nil {
		return nil, nil, err
	}
	var doc *harness.Doc
	for _, request := range append(ahead, harness.Request("load", a.source)) {
		if doc, err = child.Call(request, max(loadLimit, s.caseLimit())); err != nil {
			break
		}
	}
	if err != nil {
		return nil, nil, err
	}
	if f, ok := doc.Message().Failure(); ok {
		child.Close()
		return nil, &f, nil
	}
	return child, nil, nil
}
