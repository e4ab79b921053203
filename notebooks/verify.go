package notebooks

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
)

// Numbers that a challenge must reach.
const (
	maxStatementWords = 150
	minTraps          = 15
	minAccepted       = 3    // besides the reference
	minTriggerRate    = 0.99 // share of seeds on which a trap meets its fate
	fluencyMargin     = 1.0  // points between a weak trap and the reference: below that two gradings may differ anyway
	rankings          = 3    // gradings more, alone, of a weak trap that did not rank below the reference
)

// Grader grades one submission.
type Grader interface {
	Grade(context.Context, *checks.Spec, checks.Submission, checks.Options) (*report.Report, error)
}

// VerifyOptions for Verify; the zero value is usable.
type VerifyOptions struct {
	Seeds    int              // how many seeds each answer is graded on; 0 is 10
	Parallel int              // gradings at a time; 0 is 1
	Only     []string         // files or names of answers; empty is all
	Mutants  bool             // also grade small wrong versions of the reference
	Python   string           // interpreter that makes them
	Progress func(string)     // one line as each answer is done
	Now      func() time.Time // nil is time.Now

	memory *memory // of earlier verifications; nil has none
}

// VerifyResult is the assay.verify/1 document.
type VerifyResult struct {
	Schema    string         `json:"schema"`
	Challenge string         `json:"challenge"`
	Version   string         `json:"challenge_version"`
	OK        bool           `json:"ok"`
	Seeds     int            `json:"seeds"`
	Problems  Problems       `json:"problems"`
	Answers   []AnswerResult `json:"answers"`
	Classes   []ClassResult  `json:"classes"`
	Mutants   *MutantsResult `json:"mutants,omitempty"`
	Seconds   float64        `json:"seconds"`
}

// AnswerResult is what became of one answer.
type AnswerResult struct {
	File    string         `json:"file"`
	Kind    Kind           `json:"kind"`
	Why     string         `json:"why,omitempty"`
	Rate    float64        `json:"rate"`  // share of seeds on which it met its fate
	Fails   map[string]int `json:"fails"` // class -> seeds on which it failed
	Fluency *float64       `json:"fluency,omitempty"`

	answer   Answer
	met      int
	unjudged bool           // the author's files failed on it
	example  string         // of a seed on which it did not meet its fate
	line     int            // of the answer that the example is about; 0 when it is about none
	cases    map[string]int // class -> its cases
}

// ClassResult says what a class of hidden tests is good for.
type ClassResult struct {
	Name  string   `json:"name"`
	Cases int      `json:"cases"`
	Kills int      `json:"kills"` // traps that it catches on every seed
	Alone []string `json:"alone"` // traps that nothing else catches
}

// Verify proves a challenge: whatever the authors say of it, the grader must find so. The error is for a grader that
// cannot work; all that is wrong with the challenge is in the result.
func Verify(ctx context.Context, c *Challenge, g Grader, o VerifyOptions) (*VerifyResult, error) {
	o.Seeds, o.Parallel = cmp.Or(o.Seeds, 10), cmp.Or(o.Parallel, 1)
	if o.Now == nil {
		o.Now = time.Now
	}
	began := o.Now()
	v := &verifier{challenge: c, grader: g, options: o}
	v.result = &VerifyResult{Schema: "assay.verify/1", Challenge: c.Slug, Version: c.Version, Seeds: o.Seeds,
		Problems: Problems{}, Answers: []AnswerResult{}, Classes: []ClassResult{}}
	if err := v.run(ctx); err != nil {
		return nil, fmt.Errorf("verifying %s: %w", c.Slug, err)
	}
	v.result.OK = len(v.result.Problems) == 0
	v.result.Seconds = o.Now().Sub(began).Seconds()
	return v.result, nil
}

type verifier struct {
	challenge *Challenge
	grader    Grader
	options   VerifyOptions
	result    *VerifyResult

	mu      sync.Mutex // of Progress, the memory, and what follows
	faulty  bool       // the author's files failed somewhere, and what they failed to judge says nothing
	stopped bool       // they cannot even be loaded: nothing more can be graded
}

// run proves one thing after the other. It goes on after problems, to show all of them at once.
func (v *verifier) run(ctx context.Context) error {
	all := len(v.options.Only) == 0
	if all {
		v.material()
		if err := v.starter(ctx); err != nil {
			return err
		}
	}
	if err := v.answers(ctx); err != nil {
		return err
	}
	if err := v.rank(ctx); err != nil {
		return err
	}
	v.judge()
	if all {
		v.classes()
	}
	if all || slices.ContainsFunc(v.options.Only, v.challenge.Solution.is) {
		if err := v.wrongValues(ctx); err != nil {
			return err
		}
	}
	if v.options.Mutants && !v.faulty {
		return v.mutants(ctx)
	}
	return nil
}

// material checks what needs no grader.
func (v *verifier) material() {
	c, bad := v.challenge, v.result.Problems.add
	if n := words(c.Prompt); n > maxStatementWords {
		bad("prompt.md", 1, "the statement has %d words; at most %d", n, maxStatementWords)
	}
	if n := len(c.Hints); n != 3 {
		bad("hints.md", max(c.lines["hint "+itoa(n)], 1), "%d hints; the ladder has three steps", n)
	}
	if len(c.FollowUps) == 0 {
		bad("hints.md", max(c.lines["hint "+itoa(len(c.Hints))], 1), "\"## Follow-up questions\" is missing")
	}
	if n := len(c.Clarify); n < 3 || n > 5 {
		bad("clarify.md", 1, "%d questions; three to five", n)
	}
	if n := len(c.Accepted); n < minAccepted {
		bad("accepted/", 0, "right answers besides the reference: %d; at least %d", n, minAccepted)
	}
	if n := len(c.Traps); n < minTraps {
		bad("traps/", 0, "%d traps; at least %d", n, minTraps)
	}
	for _, name := range c.EntryPoints {
		for _, file := range []struct{ name, text string }{{"starter.py", c.Starter}, {"solution.py", c.Solution.Source}} {
			if !defines(file.text, name) {
				bad(file.name, 1, "it does not define %s", name)
			}
		}
	}
	v.duplicates()
}

// duplicates finds answers that are the same code under two names: they would prove one thing twice.
func (v *verifier) duplicates() {
	seen := map[string]string{}
	for _, a := range v.all() {
		code := body(a.Source)
		if other, ok := seen[code]; ok {
			v.result.Problems.add(a.File, 1, "this is the same code as %s", other)
		}
		seen[code] = a.File
	}
}

func (v *verifier) all() []Answer {
	return slices.Concat([]Answer{v.challenge.Solution}, v.challenge.Accepted, v.challenge.Traps)
}

// grade grades one answer. The report is nil when the author's files are not fit to judge it: that is a problem already.
func (v *verifier) grade(ctx context.Context, session, source string, seed int, fluency bool) (*report.Report, error) {
	v.mu.Lock()
	stopped := v.stopped
	v.mu.Unlock()
	if stopped {
		return nil, nil
	}
	r, err := v.grader.Grade(ctx, v.challenge.Spec,
		checks.Submission{Cells: []checks.Cell{{ID: "answer", Source: source, Role: "solution"}}},
		checks.Options{Seed: uint64(seed), Session: session, SkipFluency: !fluency})
	if v.authors(err) {
		return nil, nil
	}
	return r, err
}

func (v *verifier) starter(ctx context.Context) error {
	if v.options.memory.knows("starter.py") {
		return nil
	}
	r, err := v.grade(ctx, "verify-0", v.challenge.Starter, 1, false)
	if r == nil || err != nil {
		return err
	}
	if r.Status == report.StatusGraded && len(failing(r)) == 0 {
		v.result.Problems.add("starter.py", 1, "the starter passes; there is nothing to do")
		return nil
	}
	v.options.memory.keep(AnswerResult{File: "starter.py"})
	return nil
}

// answers grades every wanted answer on every seed.
func (v *verifier) answers(ctx context.Context) error {
	results := v.wanted()
	v.result.Answers = results
	return v.each(ctx, len(results), func(ctx context.Context, session string, i int) error {
		r := &results[i]
		v.mu.Lock()
		known := v.options.memory.recall(r)
		v.mu.Unlock()
		if known {
			return nil
		}
		if err := v.seeds(ctx, session, r); err != nil {
			return fmt.Errorf("%s: %w", r.File, err)
		}
		if r.unjudged {
			return nil
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.options.memory.keep(*r)
		return nil
	})
}

// each does n pieces of work, as many at a time as the options allow, and stops at the first error.
func (v *verifier) each(ctx context.Context, n int, do func(ctx context.Context, session string, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan int)
	var wg sync.WaitGroup
	for w := range v.options.Parallel {
		session := fmt.Sprintf("verify-%d", w) // gradings of one session wait for each other
		wg.Go(func() {                         // ends when work is closed
			for i := range work {
				if ctx.Err() != nil {
					continue
				}
				if err := do(ctx, session, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() == nil {
			work <- i
		}
	}
	close(work)
	wg.Wait()
	return context.Cause(ctx)
}

// wanted is one empty result for each answer that was asked for.
func (v *verifier) wanted() []AnswerResult {
	results := []AnswerResult{}
	for _, a := range v.all() {
		if len(v.options.Only) == 0 || slices.ContainsFunc(v.options.Only, a.is) {
			results = append(results, AnswerResult{File: a.File, Kind: a.Kind, Why: a.Why, Fails: map[string]int{}, answer: a})
		}
	}
	var names []string
	for _, a := range v.all() {
		names = append(names, a.Name)
	}
	for _, name := range v.options.Only {
		if !slices.ContainsFunc(results, func(r AnswerResult) bool { return r.answer.is(name) }) {
			v.result.Problems.add("", 0, "there is no answer %q; there are: %s", name, strings.Join(names, ", "))
		}
	}
	return results
}

func (v *verifier) seeds(ctx context.Context, session string, r *AnswerResult) error {
	for seed := 1; seed <= v.options.Seeds; seed++ {
		fluency := r.Kind != Wrong && seed <= 3 && (r.Fluency == nil || r.File == "solution.py")
		rep, err := v.grade(ctx, session, r.answer.Source, seed, fluency)
		if rep == nil || err != nil {
			r.unjudged = true
			return err
		}
		v.add(r, rep, seed)
		if p := rep.Fluency.Points; fluency && p != nil && (r.Fluency == nil || *p > *r.Fluency) {
			r.Fluency = p // the best of several: a busy machine only ever takes points away
		}
	}
	r.Rate = float64(r.met) / float64(v.options.Seeds)
	v.progress("%s: %s as expected on %d of %d seeds", r.File, r.Kind, r.met, v.options.Seeds)
	return nil
}

// rank looks again at the weak traps that seem no worse than the reference, one grading at a time: beside others on a busy
// machine the clock takes points from the reference, or finds too little time to confirm what it takes from a trap.
func (v *verifier) rank(ctx context.Context) error {
	reference := v.reference()
	if reference == nil {
		return nil
	}
	for i := range v.result.Answers {
		r := &v.result.Answers[i]
		for range rankings {
			if r.Kind != Weak || r.unjudged || r.below(reference) {
				break
			}
			for _, again := range []*AnswerResult{reference, r} {
				rep, err := v.grade(ctx, "verify-0", again.answer.Source, 1, true)
				if rep == nil || err != nil {
					return err
				}
				if p := rep.Fluency.Points; p != nil && (again == r || *p > *again.Fluency) {
					again.Fluency = p
					v.options.memory.keep(*again)
				}
			}
		}
	}
	return nil
}

// reference is what became of the reference; nil if it is not wanted or its fluency was not scored.
func (v *verifier) reference() *AnswerResult {
	i := slices.IndexFunc(v.result.Answers, func(r AnswerResult) bool { return r.File == "solution.py" && r.Fluency != nil })
	if i < 0 {
		return nil
	}
	return &v.result.Answers[i]
}

// below reports whether a weak trap ranks below the reference.
func (r *AnswerResult) below(reference *AnswerResult) bool {
	return r.Fluency != nil && *r.Fluency <= *reference.Fluency-fluencyMargin
}

func (v *verifier) progress(format string, args ...any) {
	if v.options.Progress == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.options.Progress(fmt.Sprintf(format, args...))
}

// is says whether an author means this answer by name.
func (a Answer) is(name string) bool {
	return name == a.Name || name == a.File || name == path.Base(a.File) || strings.HasSuffix(name, "/"+a.File)
}
