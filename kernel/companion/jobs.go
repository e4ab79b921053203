package companion

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/session"
)

const (
	gradeTimeout = 2 * time.Minute // above every limit of a grader's own
	maxAttempts  = 3               // gradings of one job, crashes of this process included
)

// work claims and does jobs until the companion closes. What an earlier process left comes first.
func (c *Companion) work(wake chan struct{}, do func(context.Context, *store.Job) error, kind string) {
	poll := time.NewTicker(2 * time.Second)
	defer poll.Stop()
	for c.ctx.Err() == nil {
		j, err := c.store.Claim(c.ctx, kind)
		if err != nil && c.ctx.Err() == nil {
			c.log.Error("no job", "err", err)
		}
		if j == nil {
			select {
			case <-c.ctx.Done():
			case <-wake:
			case <-poll.C:
			}
			continue
		}
		kick(wake) // there may be another for the next worker
		if err := c.guarded(do, j); err != nil && c.ctx.Err() == nil {
			c.log.Error("job failed", "kind", j.Kind, "session", j.Session, "attempt", j.Attempts, "err", err)
			if err := c.store.Release(c.ctx, j); err != nil && !errors.Is(err, store.ErrGone) {
				c.log.Error("job not put back", "err", err)
			}
			select { // not at once again
			case <-c.ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
		}
		kick(wake) // its session may have waited for it
	}
}

func (c *Companion) guarded(do func(context.Context, *store.Job) error, j *store.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do(c.ctx, j)
}

// grade makes a verdict for one judged cell, or says why there is none, and tells the kernel.
func (c *Companion) grade(ctx context.Context, j *store.Job) error {
	l, err := c.live(ctx, j.Session)
	if err != nil || l == nil {
		return errors.Join(errors.New("no such session"), err)
	}
	past, err := c.foldUpTo(ctx, j)
	if err != nil {
		return err
	}
	run := past.RunOf(j.Request)
	if run == nil { // a finish without a start: there is nothing to grade
		_, err := c.store.Finish(ctx, j, nil)
		return err
	}
	v := session.Verdict{Final: run.Magic != nil}
	rep, refusal := c.judge(ctx, l, past, run, j)
	if ctx.Err() != nil {
		return ctx.Err() // the next process grades it
	}
	if refusal != "" {
		rep = &report.Report{Schema: report.Schema, Challenge: past.Challenge, ChallengeVersion: past.Version,
			Status: report.StatusRefused, Message: refusal}
		v.Final = false
	} else {
		v.Run = past.LastRun() + 1
	}
	if v.Report, err = session.Encode(rep); err != nil {
		return err
	}
	e, err := session.NewEvent(session.KindVerdict, j.Request, run.Cell, v)
	if err != nil {
		return err
	}
	if _, err := c.store.Finish(ctx, j, own(j.Session, e)); err != nil {
		return err
	}
	if fb := l.feedback(j.Request); fb != nil {
		l.send(session.Down{Feedback: fb})
	}
	return nil
}

// foldUpTo is the session as it was when the job was asked for, with every verdict that came before.
func (c *Companion) foldUpTo(ctx context.Context, j *store.Job) (*session.State, error) {
	s := &session.State{Lean: true}
	for s.Seq < j.Seq {
		records, err := c.store.ReadFrom(ctx, j.Session, s.Seq, int(min(j.Seq-s.Seq, 1000)))
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
	rest, err := c.store.ReadFrom(ctx, j.Session, j.Seq, 10_000)
	for _, r := range rest {
		if r.Kind == session.KindVerdict {
			s.Observe(r)
		}
	}
	return s, err
}

// judge runs the grader; refusal is one line for the candidate when it did not run.
func (c *Companion) judge(ctx context.Context, l *live, past *session.State, run *session.Run, j *store.Job) (_ *report.Report, refusal string) {
	switch {
	case past.Finished != nil:
		return nil, "This session is finished. The run is recorded and not scored."
	case c.cfg.Grader == nil:
		return nil, "This companion records and does not grade."
	case l.challenge == nil || l.challenge.Spec == nil:
		return nil, "The companion does not have this challenge any more; the run is recorded."
	case j.Attempts > maxAttempts:
		return nil, "The tests could not be run. The run is recorded; tell your interviewer."
	}
	if j.Attempts == 1 {
		if ok, wait := l.bucket.take(time.Now()); !ok {
			return nil, tooOften(wait)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, gradeTimeout)
	defer cancel()
	rep, err := c.cfg.Grader.Grade(ctx, l.challenge.Spec, submission(past, run), checks.Options{
		Session:  j.Session,
		Progress: func(r *report.Report) { l.progress(past, run, r) },
	})
	if err != nil {
		c.log.Error("grading failed", "session", j.Session, "attempt", j.Attempts, "err", err)
		return nil, "The tests could not be run. The run is recorded; run the cell again, or tell your interviewer."
	}
	return rep, ""
}

func tooOften(wait time.Duration) string {
	if wait == 0 {
		return "The runs with tests are used up for this session. The run is recorded and not scored."
	}
	return fmt.Sprintf("Too many runs with tests in a short time: the next one is possible in %s. This run is recorded.", wait)
}

// submission is what the log says the candidate's kernel holds.
func submission(past *session.State, run *session.Run) checks.Submission {
	s := checks.Submission{LiveStatus: "ok"}
	for _, cell := range past.Submission(run.Request) {
		s.Cells = append(s.Cells, checks.Cell{ID: cell.ID, Source: cell.Source, Role: cell.Role})
	}
	if run.Finished != nil {
		s.LiveStatus = run.Finished.Status
	}
	return s
}

// own makes a batch of the companion's own events.
func own(id string, events ...session.Event) *store.Batch {
	b := &store.Batch{Session: id, Source: store.Companion}
	for _, e := range events {
		b.Entries = append(b.Entries, store.Entry{Event: stamp(e)})
	}
	return b
}

func stamp(e session.Event) session.Event {
	e.Time = time.Now().Round(0).UTC()
	return e
}
