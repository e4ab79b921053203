package companion

import (
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

func TestHintLadder(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	tests := []struct {
		args  string
		says  []string
		given int
	}{
		{"", []string{"Hint 1 of 3", "What is (a-b)^2?", "Hint 2 is free"}, 1},
		{"", []string{"Hint 2 of 3", "Expand it.", "Hint 3 costs 1 point of Problem Solving", "%hint take"}, 2},
		{"", []string{"Hint 1: What is", "Hint 3 costs 1 point"}, 2}, // what costs is not given unasked
		{"please", []string{"Hint 3 costs 1 point"}, 2},
		{"take", []string{"Use the Gram matrix.", "no further hints"}, 3},
		{"take", []string{"Hint 3: Use the Gram", "no further hints"}, 3},
	}
	for _, tt := range tests {
		got := text(k.final(k.magic("hint", tt.args)))
		for _, want := range tt.says {
			if !strings.Contains(got, want) {
				t.Errorf("%%hint %s says %q; %q is missing", tt.args, got, want)
			}
		}
		log, err := c.store.ReadAll(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(session.Fold(log).Hints); n != tt.given {
			t.Errorf("after %%hint %s: %d hints, want %d", tt.args, n, tt.given)
		}
	}
}

func TestMagicsAnswer(t *testing.T) {
	home := t.TempDir()
	g := &scripted{}
	start(t, home, func(cfg *Config) { cfg.Grader = g })
	k := connect(t, home, session.Hello{Instance: "nb"})
	k.welcome()
	k.record(session.KindKernelStarted, "", "", session.KernelStarted{})
	tests := []struct {
		name string
		says []string
	}{
		{"clarify", []string{"Clarify", "2 to 3 min", "Next: Plan"}},
		{"plan", []string{"Plan", "3 to 5 min", "Next: Code"}},
		{"assay", []string{"Pairwise distances", "Code: 0:00 of 18 min", "practice", "unverified"}},
		{"submit", []string{"run 1"}},
		{"finish", []string{"Finished", "run 1, has 0 of 80", "Practice, unverified"}},
		{"submit", []string{"finished", "not scored"}},
		{"hint", []string{"finished"}},
	}
	for _, tt := range tests {
		got := text(k.final(k.magic(tt.name, "")))
		for _, want := range tt.says {
			if !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
				t.Errorf("%%%s says %q; %q is missing", tt.name, got, want)
			}
		}
	}
	if got := text(k.final(k.run("sol", session.RoleSolution, "def pairwise", true))); !strings.Contains(got, "not scored") {
		t.Errorf("a run after the end says %q", got)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.seen) != 1 {
		t.Errorf("graded %d times, want 1", len(g.seen))
	}
}

func TestPendingFeedbackComesAgain(t *testing.T) {
	home := t.TempDir()
	g := &scripted{wait: make(chan struct{})}
	c := start(t, home, func(cfg *Config) { cfg.Grader = g })
	k := connect(t, home, session.Hello{Instance: "nb"})
	k.welcome()
	request := k.run("sol", session.RoleSolution, "def pairwise", true)
	hint := k.magic("hint", "")
	k.final(hint) // is not held up by the grading
	id := k.welcome().Session
	l, err := c.live(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	for a := range l.agents {
		go a.conn.Close(4001, "test")
	}
	l.mu.Unlock()
	close(g.wait)
	k.final(request)
	if n := len(mustFold(t, c, id).Verdicts); n != 1 {
		t.Errorf("%d verdicts", n)
	}
}

// mustFold checks the log of a session as it is now and folds it.
func mustFold(t *testing.T, c *Companion, id string) *session.State {
	t.Helper()
	known, _, err := c.store.Session(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	log, err := c.store.ReadAll(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	log = log[:known.Seq] // it may have grown in between
	if err := session.Verify(log, known.Head); err != nil {
		t.Error(err)
	}
	return session.Fold(log)
}

func TestGraderInTrouble(t *testing.T) {
	home := t.TempDir()
	g := &scripted{fails: 1}
	c := start(t, home, func(cfg *Config) { cfg.Grader = g })
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	if got := text(k.final(k.run("sol", session.RoleSolution, "def pairwise", true))); !strings.Contains(got, "could not be run") {
		t.Errorf("says %q", got)
	}
	if got := text(k.final(k.run("sol", session.RoleSolution, "def pairwise", true))); !strings.Contains(got, "run 1") {
		t.Errorf("then says %q", got)
	}
	if s := mustFold(t, c, id); s.LastRun() != 1 || len(s.Verdicts) != 2 {
		t.Errorf("last run %d, %d verdicts", s.LastRun(), len(s.Verdicts))
	}
}

func TestBucket(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := newBucket(ModeInterview)
	granted := 0
	for range 100 {
		for range 5 {
			if ok, wait := b.take(at); ok {
				granted++
			} else if wait > 21*time.Second {
				t.Fatalf("wait %s", wait)
			}
		}
		at = at.Add(20 * time.Second)
	}
	if granted != 30 {
		t.Errorf("%d runs granted in an interview, want 30", granted)
	}
	if ok, wait := b.take(at); ok || wait != 0 {
		t.Errorf("used up, and says %v, %s", ok, wait)
	}
}
