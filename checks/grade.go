package checks

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/checks/rubric"
)

// Config of a Grader.
type Config struct {
	Python   string       // interpreter that has the libraries
	Ruff     string       // "": own rules alone
	Scratch  string       // folder for temporary files; "" makes one
	Logger   *slog.Logger // nil: slog.Default()
	MinLevel string       // isolation below this is refused: L0, L1 or L2; "": L0
	MaxLevel string       // isolation to try; "": L2
	Hidden   []string     // files and folders that answers may not be able to read: challenge folders, the log
}

// Grader grades answers. It keeps warm processes; Close ends them.
type Grader struct {
	conf    Config
	log     *slog.Logger
	python  harness.Python
	scratch string // to remove
	pool    *pool
	slots   chan struct{}
	reader  time.Duration // patience of who waits for a verdict
	timing  sync.Mutex    // one clock measurement at a time

	mu        sync.Mutex
	isolation report.Isolation
	ruff      string // its version, once asked
}

// New returns a Grader. It starts nothing yet.
func New(c Config) (_ *Grader, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("grader: %w", err)
		}
	}()
	exe, err := exec.LookPath(c.Python)
	if err != nil {
		return nil, fmt.Errorf("no Python at %q: name one that has NumPy", c.Python)
	}
	g := &Grader{conf: c, log: c.Logger, slots: make(chan struct{}, min(2*runtime.NumCPU(), 4)), reader: patienceOfReader}
	if g.log == nil {
		g.log = slog.Default()
	}
	dir, err := os.MkdirTemp(c.Scratch, "assay-grader-")
	if err != nil {
		return nil, err
	}
	g.scratch = dir
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, err
	}
	if g.python, err = harness.Install(exe, dir); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	g.pool = newPool(g.python, c.MaxLevel, c.Hidden)
	return g, nil
}

// Close ends all processes and removes temporary files.
func (g *Grader) Close() error {
	g.pool.close()
	return os.RemoveAll(g.scratch)
}

// Isolation returns the level that the last started process reached; empty before the first.
func (g *Grader) Isolation() report.Isolation {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.isolation
}

// Warm starts what a session's first grading will need.
func (g *Grader) Warm(ctx context.Context, s *Spec, session string) {
	var wg sync.WaitGroup
	wg.Go(func() {
		b, err := g.pool.seat(ctx, session, s.Imports)
		if err != nil {
			g.log.Warn("grader: warm", "challenge", s.Slug, "err", err)
			return
		}
		g.note(b)
		b.leave()
		b.prepare(s.limits())
	})
	if _, err := g.pool.oracle(ctx, s); err != nil {
		g.log.Warn("grader: warm", "challenge", s.Slug, "err", err)
	}
	wg.Wait()
}

// Grade runs one grading. The error is ours or the challenge author's, never the candidate's: whatever their code does
// is in the report.
func (g *Grader) Grade(ctx context.Context, s *Spec, sub Submission, o Options) (_ *report.Report, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("grade %s: %w", s.Slug, err)
		}
	}()
	began := time.Now()
	session := o.Session
	if session == "" {
		session = "once " + randomName()
		defer g.pool.end(session)
	}
	oracle := make(chan struct{})
	go func() { // ends when the challenge is loaded; Grade waits for it
		defer close(oracle)
		g.pool.oracle(ctx, s) // judge asks again and reports what is wrong
	}()
	defer func() { <-oracle }()
	b, err := g.pool.seat(ctx, session, s.Imports)
	if err != nil {
		return nil, err
	}
	defer func() {
		b.leave()
		if o.Session != "" {
			go b.prepare(s.limits()) // ends when they are there, or the zygote is not
		}
	}()
	r := g.blank(s)
	if !g.admit(r, b) {
		return finish(r, nil, s, nil, began), nil
	}
	a, err := b.collect(ctx, g.pool, s, sub.Cells)
	if err != nil {
		return nil, err
	}
	r.TimingsMS["collect"] = ms(began)
	if a.status != report.StatusGraded {
		r.Status, r.Message, r.Cell, r.Line = a.status, clean(a.message), a.place.Cell, a.place.Line
		return finish(r, nil, s, a, began), nil
	}
	r.CodeSHA256 = a.sha256
	if r.Seed = o.Seed; r.Seed == 0 {
		r.Seed = drawSeed()
	}
	if imports := s.with(a); len(imports) > len(s.Imports) {
		more, err := g.pool.seat(ctx, session, imports)
		if err != nil {
			return nil, err
		}
		b.leave()
		b = more
	}
	return g.frozen(ctx, s, sub, o, b, a, r, began)
}

// frozen judges the answer once nothing can change it any more, and once more, with the same seed, when the runner was lost.
func (g *Grader) frozen(ctx context.Context, s *Spec, sub Submission, o Options, b *bench, a *answer, r *report.Report, began time.Time) (*report.Report, error) {
	for again := false; ; again = true {
		if !g.admit(r, b) { // it may be another bench than the one that collected, or another zygote
			return finish(r, nil, s, nil, began), nil
		}
		done, err := g.judge(ctx, s, sub, o, b, a, r, began)
		if again || !errors.Is(err, errRunner) {
			return done, err
		}
		if err := b.restart(ctx, g.pool); err != nil {
			return nil, err
		}
	}
}

// admit notes which zygote will run the answer, and refuses when it isolates too little: each time that there is another
// one, since the next may reach less than the first did.
func (g *Grader) admit(r *report.Report, b *bench) bool {
	r.Isolation, r.Tools = g.note(b), versions(b)
	if !tooLow(r.Isolation.Level, g.conf.MinLevel) {
		return true
	}
	r.Status = report.StatusRefused
	r.Message = fmt.Sprintf("isolation %s was reached, %s is required: see assay doctor", r.Isolation.Level, g.conf.MinLevel)
	return false
}

// judge runs the frozen answer.
func (g *Grader) judge(ctx context.Context, s *Spec, sub Submission, o Options, b *bench, a *answer, r *report.Report, began time.Time) (*report.Report, error) {
	oracle, err := g.pool.oracle(ctx, s)
	if err != nil {
		return nil, err
	}
	child, failure, err := load(b, s, a)
	if runnerLost(err) {
		return nil, errRunner
	}
	if failure != nil || err != nil {
		refuseLoad(r, a, failure, err)
		r.CleanRun = cleanRun(sub.LiveStatus, a, r)
		return finish(r, nil, s, a, began), nil
	}
	run := &run{spec: s, answer: a, bench: b, oracle: oracle, number: oracle.NewRun(), seed: r.Seed,
		budget: newBudget(s, time.Now()), slots: g.slots, revive: func() (*harness.Oracle, error) { return g.pool.oracle(ctx, s) }}
	defer run.end()
	for _, c := range oracle.Suite.Cases {
		run.cases = append(run.cases, caseRun{info: c, Case: report.Case{ID: c.ID, Class: c.Class, Guards: c.Guards}})
	}
	if o.Progress != nil {
		run.early = began.Add(g.reader)
		run.basics = func() {
			part := *r
			part.TimingsMS = map[string]float64{"total": ms(began)}
			run.soFar(&part)
			o.Progress(&part)
		}
	}
	started := time.Now()
	if err := run.all(ctx, child); err != nil {
		return nil, err
	}
	r.TimingsMS["cases"] = ms(started)
	r.Correctness = correctness(run.cases)
	r.Public = public(r.Correctness.Classes)
	r.CleanRun = cleanRun(sub.LiveStatus, a, r)
	if o.Progress != nil {
		early := *r
		early.TimingsMS = map[string]float64{"total": ms(began)}
		o.Progress(&early)
	}
	started = time.Now()
	r.CleanRun = run.runAll(ctx, sub, r.CleanRun)
	r.TimingsMS["run_all"] = ms(started)
	started = time.Now()
	review := g.review(ctx, s, a, r, o)
	measured := &evidence{}
	if !o.SkipFluency && basicHolds(r.Correctness.Classes) {
		measured, err = g.measure(ctx, run)
	}
	r.TimingsMS["measure"] = ms(started)
	in := review()
	if err != nil {
		return nil, err
	}
	in.Steps, in.Clock, in.Without = measured.steps, measured.clock, measured.without
	r.TimingsMS["review"] = ms(started)
	return finish(r, &in, s, a, began), nil
}

// blank starts a report.
func (g *Grader) blank(s *Spec) *report.Report {
	return &report.Report{
		Schema: report.Schema, Challenge: s.Slug, ChallengeVersion: s.Version, Status: report.StatusGraded,
		Correctness: report.Correctness{Of: correctnessOf, Classes: []report.Class{}, Cases: []report.Case{}},
		Findings:    []report.Finding{}, TimingsMS: map[string]float64{},
	}
}

func versions(b *bench) map[string]string { return maps.Clone(b.zygote.Info.Versions) }

// note keeps what a bench reached for Isolation, and returns it. The bench is the caller's: another session's may differ.
func (g *Grader) note(b *bench) report.Isolation {
	reached := report.Isolation{Level: b.zygote.Info.Level, Layers: b.zygote.Info.Layers}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.isolation = reached
	return reached
}

// finish scores the rest and closes the report; without evidence the rubric says what was not scored.
func finish(r *report.Report, in *rubric.Input, s *Spec, a *answer, began time.Time) *report.Report {
	if in == nil {
		in = &rubric.Input{Report: r, EntryPoints: s.EntryPoints}
	}
	rubric.Score(*in)
	r.Findings = append(r.Findings, notices(s, a)...)
	r.TimingsMS["total"] = ms(began)
	return r
}

// review starts the linters; the function that it returns waits for them.
func (g *Grader) review(ctx context.Context, s *Spec, a *answer, r *report.Report, o Options) func() rubric.Input {
	in := rubric.Input{Report: r, Source: a.source, Lines: a.lines, EntryPoints: s.EntryPoints,
		ReferenceSource: s.Solution, StarterSource: s.Starter}
	if o.SkipFluency {
		return func() rubric.Input { return in }
	}
	var wg sync.WaitGroup
	var failed error
	wg.Go(func() { failed = rubric.Gather(ctx, g.python.Exe, g.conf.Ruff, &in) })
	return func() rubric.Input {
		wg.Wait()
		if failed != nil {
			g.log.Warn("grader: review", "challenge", s.Slug, "err", failed)
		}
		if v := g.ruffVersion(ctx); v != "" {
			r.Tools["ruff"] = v
		}
		return in
	}
}

func (g *Grader) ruffVersion(ctx context.Context) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ruff == "" {
		g.ruff = rubric.Version(ctx, g.conf.Ruff)
	}
	return g.ruff
}

// refuseLoad says why the collected code did not load.
func refuseLoad(r *report.Report, a *answer, f *harness.Failure, err error) {
	r.Status = report.StatusLoadError
	if f == nil {
		r.Message = "a fresh process did not finish loading your code: " + clean(strings.TrimPrefix(err.Error(), "fork: "))
		return
	}
	if f.Names[0] == "SyntaxError" || f.Names[0] == "IndentationError" {
		r.Status = report.StatusSyntaxError
	}
	at := a.at(f.Line)
	r.Message, r.Cell, r.Line = clean(f.String()), at.Cell, at.Line
}

func public(classes []report.Class) report.Count {
	for _, c := range classes {
		if c.Name == "public" {
			return report.Count{Passed: c.Passed, Total: c.Total}
		}
	}
	return report.Count{}
}

func basicHolds(classes []report.Class) bool {
	for _, c := range classes {
		if c.Name == "basic" {
			return c.Passed*2 >= c.Total
		}
	}
	return true
}

// drawSeed draws a seed below 2^53, so that every JSON reader keeps it whole; never 0.
func drawSeed() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:])>>11 | 1
}

func randomName() string {
	var b [8]byte
	rand.Read(b[:])
	return fmt.Sprintf("%x", b)
}

// clean makes one line of text that a candidate's code may have chosen: no control characters, nothing that reorders or
// hides other text, and an end.
func clean(text string) string {
	const longest = 400
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) > longest {
		text = string([]rune(text)[:longest-1]) + "…"
	}
	return text
}

func tooLow(level, floor string) bool { return floor != "" && level < floor }

func ms(since time.Time) float64 { return float64(time.Since(since).Microseconds()) / 1000 }
