package companion

import (
	"context"
	"testing"

	"github.com/assay-kernel/assay/kernel/session"
)

// TestJobsOfADeadProcessAreDone closes a companion with a grading in hand and one queued; the next process does both,
// from the log, as they were asked for.
func TestJobsOfADeadProcessAreDone(t *testing.T) {
	home := t.TempDir()
	stuck := &scripted{wait: make(chan struct{})}
	c := start(t, home, func(cfg *Config) { cfg.Grader = stuck })
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	first := k.run("sol", session.RoleSolution, "def pairwise: one", true)
	second := k.run("sol", session.RoleSolution, "def pairwise: two", true)
	k.run("sol", session.RoleSolution, "def pairwise: three, not judged", false)
	for n := 0; n < 2; {
		var err error
		if n, err = c.store.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	g := &scripted{}
	c = start(t, home, func(cfg *Config) { cfg.Grader = g })
	k.final(first)
	k.final(second)
	s := mustFold(t, c, id)
	if len(s.Verdicts) != 2 || s.Verdicts[0].Request != first || s.Verdicts[1].Run != 2 {
		t.Errorf("verdicts %+v", s.Verdicts)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, want := range []string{"def pairwise: one", "def pairwise: two"} {
		if len(g.seen) != 2 || len(g.seen[i].Cells) != 1 || g.seen[i].Cells[0].Source != want {
			t.Errorf("graded %+v", g.seen)
		}
	}
}

func TestAGradersPanicEndsNothing(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, func(cfg *Config) { cfg.Grader = panicking{} })
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	k.final(k.run("sol", session.RoleSolution, "def pairwise", true))
	if s := mustFold(t, c, id); len(s.Verdicts) != 1 || s.LastRun() != 0 {
		t.Errorf("%d verdicts, last run %d", len(s.Verdicts), s.LastRun())
	}
	if n, err := c.store.Open(context.Background()); n != 0 || err != nil {
		t.Errorf("%d jobs are open, %v", n, err)
	}
}
