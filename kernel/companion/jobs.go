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

	releaseWait    = 100 * time.Millisecond // before a job that could not be put back is tried again; doubles
	maxReleaseWait = 10 * time.Second
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
			c.putBack(j)
			c.pause(200 * time.Millisecond) // not at once again
		}
		kick(wake) // its session may have waited for it
	}
}

// putBack releases a job that was not done, however long that takes. What fails a Finish, a full disk, fails a Release as
// well, and a job that stays claimed would hold up its session until the next process.
func (c *Companion) putBack(j *store.Job) {
	for wait := releaseWait; c.ctx.Err() == nil; wait = min(2*wait, maxReleaseWait) {
		err := c.store.Release(c.ctx, j)
		if err == nil || errors.Is(err, store.ErrGone) {
			return
		}
		c.log.Error("job not put back", "session", j.Session, "err", err)
		c.pause(wait)
	}
}

// pause waits, not longer than the companion runs.
func (c *Companion) pause(d time.Duration) {
	select {
	case <-c.ctx.Done():
	case <-time.After(d):
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
	a, err := l.ask(ctx, j)
	if err != nil {
		return err
	}
	if a == nil { // a finish without a start: there is nothing to grade
		_, err := c.store.Finish(ctx, j, nil)
		return err
	}
	if a.idle(l.challenge) {
		if _, err := c.store.Finish(ctx, j, nil); err != nil {
			return err
		}
		c.tell(ctx, j, func(*live, string) *session.Feedback { return &session.Feedback{Request: j.Request, Final: true} })
		return nil
	}
	v := session.Verdict{Final: a.submit}
	rep, refusal := c.judge(ctx, l, a, j)
	if ctx.Err() != nil {
		return ctx.Err() // the next process grades it
	}
	l.with(func(s *session.State) {
		if v.Run = s.LastRun() + 1; refusal != "" {
			v.Run, v.Final = 0, false
			rep = &report.Report{Schema: report.Schema, Challenge: s.Challenge, ChallengeVersion: s.Version,
				Status: report.StatusRefused, Message: refusal}
		}
	})
	if v.Report, err = session.Encode(rep); err != nil {
		return err
	}
	e, err := session.NewEvent(session.KindVerdict, j.Request, a.cell, v)
	if err != nil {
		return err
	}
	if _, err := c.store.Finish(ctx, j, own(j.Session, e)); err != nil {
		return err
	}
	c.tell(ctx, j, (*live).feedback)
	return nil
}

// tell sends what the log answers to a job's request, now that it is finished. The session is looked up again: it may
// have been dropped during the job, and its kernels be connected to what was read since.
func (c *Companion) tell(ctx context.Context, j *store.Job, answer func(*live, string) *session.Feedback) {
	l, err := c.live(ctx, j.Session)
	if err != nil || l == nil {
		c.log.Error("nobody to answer", "session", j.Session, "err", err)
		return
	}
	if fb := answer(l, j.Request); fb != nil {
		l.send(session.Down{Feedback: fb})
	}
}

// judge runs the grader; refusal is one line for the candidate when it did not run.
func (c *Companion) judge(ctx context.Context, l *live, a *ask, j *store.Job) (_ *report.Report, refusal string) {
	switch {
	case a.finished:
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
	rep, err := c.cfg.Grader.Grade(ctx, l.challenge.Spec, a.submission, checks.Options{
		Session: j.Session, Progress: func(r *report.Report) { l.progress(a, r) },
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
