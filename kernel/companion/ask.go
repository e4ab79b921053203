package companion

import (
	"context"
	"fmt"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// ask is what is to be graded: the session as it was when the candidate asked, whatever has happened since.
type ask struct {
	request    string
	cell       string
	submit     bool // by %submit
	role       string
	code       string // of the asking cell
	finished   bool   // the session was
	submission checks.Submission
	clock      session.ClockNow
}

// newAsk reads what is asked for from the state right after the asking record; nil when its run is not in the log.
func newAsk(s *session.State, request string) *ask {
	run := s.RunOf(request)
	if run == nil {
		return nil
	}
	a := &ask{request: request, cell: run.Cell, submit: run.Magic != nil, role: run.Role, code: run.Code, finished: s.Finished != nil,
		submission: checks.Submission{LiveStatus: "ok"}, clock: run.Clock}
	for _, cell := range s.Submission(request) {
		a.submission.Cells = append(a.submission.Cells, checks.Cell{ID: cell.ID, Source: cell.Source, Role: cell.Role})
	}
	if run.Finished != nil {
		a.submission.LiveStatus = run.Finished.Status
	}
	return a
}

// idle reports whether there is nothing to judge: a kernel that was not welcomed yet asks about any definition.
func (a *ask) idle(ch *notebooks.Challenge) bool {
	if a.submit || a.role != "" || ch == nil {
		return false
	}
	defines := session.Definition(ch.EntryPoints)
	return defines != nil && !defines.MatchString(a.code)
}

// ask finds what a job is about. It was kept when the record was committed; a job of an earlier process is read from
// the log.
func (l *live) ask(ctx context.Context, j *store.Job) (*ask, error) {
	l.mu.Lock()
	a, ok := l.asks[j.Seq]
	delete(l.asks, j.Seq)
	l.mu.Unlock()
	if ok {
		return a, nil
	}
	s := &session.State{Lean: true}
	for s.Seq < j.Seq {
		records, err := l.c.store.ReadFrom(ctx, j.Session, s.Seq, int(min(j.Seq-s.Seq, 1000)))
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			return nil, fmt.Errorf("the log ends at %d, before the job's event %d", s.Seq, j.Seq)
		}
		for _, r := range records {
			s.Observe(r)
		}
	}
	return newAsk(s, j.Request), nil
}
