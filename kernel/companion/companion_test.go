package companion

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

func TestMain(m *testing.M) {
	if home := os.Getenv("ASSAY_TEST_COMPANION"); home != "" {
		serveUntilKilled(home)
	}
	os.Unsetenv("ASSAY_COMPANION")
	before := runtime.NumGoroutine()
	code := m.Run()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); code == 0 && n > before {
		stacks := make([]byte, 1<<18)
		fmt.Fprintf(os.Stderr, "%d goroutines left\n%s\n", n-before, stacks[:runtime.Stack(stacks, true)])
		code = 1
	}
	os.Exit(code)
}

// bank has one challenge.
type bank struct{}

var warmUp = &notebooks.Challenge{
	Slug: "warm-up", Title: "Pairwise distances", Version: "v1", Minutes: 25, EntryPoints: []string{"pairwise"},
	Hints: []notebooks.Hint{{Text: "What is (a-b)^2?", Cost: "free"}, {Text: "Expand it.", Cost: "free"},
		{Text: "Use the Gram matrix.", Cost: "1 point of Problem Solving"}},
	Clarify: []notebooks.QA{{Question: "May rows repeat?", Answer: "Yes."}}, FollowUps: []string{"And memory?"},
	Spec: &checks.Spec{Slug: "warm-up"},
}

func (bank) Lookup(slug string) (*notebooks.Challenge, bool) {
	if slug == "warm-up" || slug == "other" {
		c := *warmUp
		c.Slug = slug
		return &c, true
	}
	return nil, false
}

// scripted is a grader that gives 7 points a cell and remembers what it was given.
type scripted struct {
	mu    sync.Mutex
	seen  []checks.Submission
	wait  chan struct{} // when set, a grading waits for it
	fails int           // gradings that fail first
}

func (g *scripted) Warm(context.Context, *checks.Spec, string) {}

func (g *scripted) Grade(ctx context.Context, spec *checks.Spec, s checks.Submission, o checks.Options) (*report.Report, error) {
	if g.wait != nil {
		select {
		case <-g.wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fails > 0 {
		g.fails--
		return nil, fmt.Errorf("no Python")
	}
	g.seen = append(g.seen, s)
	r := &report.Report{Schema: report.Schema, Challenge: spec.Slug, Status: report.StatusGraded,
		Correctness: report.Correctness{Of: 35, Cases: []report.Case{{ID: "equal rows", Class: "edge", Outcome: report.Fail, Message: "hidden: expected 0"}}},
		Total:       report.Total{Points: 7 * float64(len(s.Cells)), Of: 80}}
	if o.Progress != nil {
		o.Progress(r)
	}
	return r, nil
}

func quiet() *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return slog.New(slog.NewTextHandler(io.Discard, nil))
}

// ear hears what is logged.
type ear struct {
	slog.Handler
	mu   sync.Mutex
	said map[string]bool
}

func newEar() *ear { return &ear{Handler: quiet().Handler(), said: map[string]bool{}} }

func (e *ear) logger() *slog.Logger { return slog.New(e) }

func (e *ear) Handle(ctx context.Context, r slog.Record) error {
	e.mu.Lock()
	e.said[r.Message] = true
	e.mu.Unlock()
	return e.Handler.Handle(ctx, r)
}

func (e *ear) until(t *testing.T, message string) {
	t.Helper()
	eventually(t, "not logged: "+message, func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.said[message]
	})
}

// eventually waits for something that must come.
func eventually(t *testing.T, otherwise string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}

// start runs a companion until the test ends.
func start(t *testing.T, home string, change func(*Config)) *Companion {
	t.Helper()
	cfg := Config{Home: home, Bank: bank{}, Grader: &scripted{}, Logger: quiet()}
	if change != nil {
		change(&cfg)
	}
	c, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- c.Serve(context.Background()) }()
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return c
}

// kernel is a link.Client with a memory for what it heard.
type kernel struct {
	t *testing.T
	*link.Client
	n int

	mu    sync.Mutex
	heard []session.Down
	more  chan struct{}
	done  chan struct{}
}

func connect(t *testing.T, home string, h session.Hello) *kernel {
	t.Helper()
	if h.Challenge == "" {
		h.Challenge = "warm-up"
	}
	client, err := link.Open(link.Config{Hello: h, Home: home, Logger: quiet(), Retry: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	k := &kernel{t: t, Client: client, more: make(chan struct{}, 1), done: make(chan struct{})}
	go func() {
		defer close(k.done)
		for d := range client.Events() {
			k.mu.Lock()
			k.heard = append(k.heard, d)
			k.mu.Unlock()
			kick(k.more)
		}
	}()
	t.Cleanup(k.close)
	return k
}

func (k *kernel) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := k.Client.Close(ctx); err != nil {
		k.t.Error(err)
	}
	<-k.done
}

// wait returns the first message that matches, now or within half a minute.
func (k *kernel) wait(what string, match func(session.Down) bool) session.Down {
	k.t.Helper()
	for deadline := time.After(30 * time.Second); ; {
		k.mu.Lock()
		for _, d := range k.heard {
			if match(d) {
				k.mu.Unlock()
				return d
			}
		}
		k.mu.Unlock()
		select {
		case <-k.more:
		case <-deadline:
			k.t.Fatalf("no %s", what)
		}
	}
}

func (k *kernel) welcome() *session.Welcome {
	k.t.Helper()
	return k.wait("welcome", func(d session.Down) bool { return d.Welcome != nil }).Welcome
}

func (k *kernel) final(request string) *session.Feedback {
	k.t.Helper()
	return k.wait("feedback for "+request, func(d session.Down) bool {
		return d.Feedback != nil && d.Feedback.Request == request && d.Feedback.Final
	}).Feedback
}

func (k *kernel) record(kind session.Kind, request, cell string, data any) {
	k.t.Helper()
	e, err := session.NewEvent(kind, request, cell, data)
	if err != nil {
		k.t.Fatal(err)
	}
	k.Record(e)
}

// run records a whole run of a cell and returns its request.
func (k *kernel) run(cell, role, code string, judge bool) string {
	k.t.Helper()
	k.n++
	request := fmt.Sprintf("%s-%d", k.Source()[:6], k.n)
	k.record(session.KindCellStarted, request, cell, session.CellStarted{Code: code, Role: role, Challenge: "warm-up"})
	k.record(session.KindCellFinished, request, cell, session.CellFinished{Status: "ok", Judge: judge})
	return request
}

func (k *kernel) magic(name, args string) string {
	k.t.Helper()
	k.n++
	request := fmt.Sprintf("%s-%d", k.Source()[:6], k.n)
	k.record(session.KindMagic, request, "", session.Magic{Name: name, Args: args, Answer: true})
	return request
}

func text(f *session.Feedback) string { return f.Data["text/plain"] }

func TestJudgedCellGetsItsCard(t *testing.T) {
	home := t.TempDir()
	g := &scripted{}
	c := start(t, home, func(cfg *Config) { cfg.Grader = g })
	k := connect(t, home, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k1"})
	w := k.welcome()
	if w.Error != "" || w.Title != "Pairwise distances" || len(w.EntryPoints) != 1 {
		t.Fatalf("welcome %+v", w)
	}
	k.record(session.KindKernelStarted, "", "", session.KernelStarted{KernelID: "k1"})
	k.run("imports", "", "import numpy as np", false)
	request := k.run("sol", session.RoleSolution, "def pairwise(X): ...", true)
	if got := text(k.final(request)); !strings.Contains(got, "run 1") {
		t.Errorf("card says %q", got)
	}
	second := k.run("sol", session.RoleSolution, "def pairwise(X): better", true)
	k.final(second)
	g.mu.Lock()
	last := g.seen[len(g.seen)-1]
	g.mu.Unlock()
	if len(last.Cells) != 2 || last.Cells[1].Source != "def pairwise(X): better" || last.Cells[1].Role != session.RoleSolution {
		t.Errorf("graded %+v", last)
	}
	log, err := c.store.ReadAll(t.Context(), w.Session)
	if err != nil {
		t.Fatal(err)
	}
	known, _, _ := c.store.Session(t.Context(), w.Session)
	if err := session.Verify(log, known.Head); err != nil {
		t.Error(err)
	}
	if s := session.Fold(log); s.LastRun() != 2 || len(s.Verdicts) != 2 || known.Runs != 2 {
		t.Errorf("%d verdicts, last run %d", len(s.Verdicts), s.LastRun())
	}
	k.wait("clock", func(d session.Down) bool { return d.Clock != nil && d.Clock.Phase == session.PhaseCode })
}

// panicking is a grader with a fault.
type panicking struct{}

func (panicking) Warm(context.Context, *checks.Spec, string) {}

func (panicking) Grade(context.Context, *checks.Spec, checks.Submission, checks.Options) (*report.Report, error) {
	panic("a fault")
}
