package companion

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/session"
)

// signalling is a scripted grader that says when it begins, and waits.
type signalling struct {
	scripted
	begun chan struct{}
}

func newSignalling() *signalling {
	return &signalling{scripted: scripted{wait: make(chan struct{})}, begun: make(chan struct{}, 1)}
}

func (g *signalling) Grade(ctx context.Context, spec *checks.Spec, s checks.Submission, o checks.Options) (*report.Report, error) {
	kick(g.begun)
	return g.scripted.Grade(ctx, spec, s, o)
}

// A store that takes neither a verdict nor the job back, as on a full disk, gets the job back when it can: the session
// does not wait for the next process.
func TestJobIsPutBackWhenThatIsPossible(t *testing.T) {
	home := t.TempDir()
	g, said := newSignalling(), newEar()
	c := start(t, home, func(cfg *Config) { cfg.Grader, cfg.Logger = g, said.logger() })
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	request := k.run("sol", session.RoleSolution, "def pairwise", true)
	<-g.begun
	db, err := sql.Open("sqlite", filepath.Join(home, "log.sqlite")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TRIGGER full BEFORE UPDATE ON jobs BEGIN SELECT raise(ABORT, 'full'); END"); err != nil {
		t.Fatal(err)
	}
	close(g.wait)
	said.until(t, "job not put back")
	if _, err := db.ExecContext(t.Context(), "DROP TRIGGER full"); err != nil {
		t.Fatal(err)
	}
	k.final(request)
	k.final(k.run("sol", session.RoleSolution, "def pairwise: better", true))
	if s := mustFold(t, c, id); len(s.Verdicts) != 2 || s.LastRun() != 2 {
		t.Errorf("%d verdicts, last run %d", len(s.Verdicts), s.LastRun())
	}
}

// Close waits for a kernel that is being welcomed, and lets nobody in any more.
func TestCloseWaitsForWhoIsIn(t *testing.T) {
	g := newGated(false)
	c := start(t, t.TempDir(), func(cfg *Config) { cfg.Bank = g })
	t.Cleanup(g.open)
	hello := helloOf("s")
	if err := enter(t, c).Write(session.Up{Hello: &hello}); err != nil {
		t.Fatal(err)
	}
	<-g.entered
	closed := make(chan error, 1)
	go func() { closed <- c.Close() }()
	<-c.ctx.Done()
	select {
	case err := <-closed:
		t.Errorf("closed with a kernel inside: %v", err)
		closed <- err
	case <-time.After(300 * time.Millisecond):
	}
	answer := httptest.NewRecorder()
	c.server.Handler.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("a request after the end is answered %d", answer.Code)
	}
	g.open()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
