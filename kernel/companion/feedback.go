package companion

import (
	"encoding/json"
	"time"

	"github.com/assay-kernel/assay/checks/card"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/session"
)

// What a candidate may ever see is decided here, from the session's policy: a card is made from a report that
// ForCandidate has cut, never from the report itself, and refusals are one line of our own.

// feedback makes the final answer to a judged request from the log; nil when the log has no verdict for it. Made again
// after a crash it is the same.
func (l *live) feedback(request string) *session.Feedback {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, v := range l.state.Verdicts {
		if v.Request == request {
			return &session.Feedback{Request: request, Final: true, Data: l.card(i)}
		}
	}
	return nil
}

// card draws verdict i.
func (l *live) card(i int) map[string]string {
	v := l.state.Verdicts[i]
	rep := reportOf(v.Verdict)
	if rep == nil {
		return card.Message("Not graded", "The report of this run is not readable.")
	}
	if v.Run == 0 {
		return card.Message("Not graded", rep.Message)
	}
	var previous *report.Report
	for _, before := range l.state.Verdicts[:i] {
		if before.Run == v.Run-1 {
			previous = reportOf(before.Verdict)
		}
	}
	if previous != nil {
		previous = previous.ForCandidate(l.state.Policy)
	}
	return card.Render(card.Input{
		Report: rep.ForCandidate(l.state.Policy), Run: v.Run, Title: l.state.Title, Phase: v.Clock.Phase,
		InPhase: time.Duration(v.Clock.InPhaseMS) * time.Millisecond,
		Budget:  time.Duration(v.Clock.BudgetMS) * time.Millisecond, Previous: previous,
		Late:  l.late(v),
		Final: v.Final, Cell: v.Cell, Policy: l.state.Policy,
	})
}

// held is how long a kernel holds a cell for its verdict.
const held = time.Second

// late reports whether the cell had to answer before its verdict came, by the log's own times.
func (l *live) late(v session.VerdictAt) bool {
	run := l.state.RunOf(v.Request)
	return run != nil && v.At.Sub(run.Ended) > held
}

func reportOf(v session.Verdict) *report.Report {
	var r report.Report
	if json.Unmarshal(v.Report, &r) != nil {
		return nil
	}
	return &r
}

// progress shows what is known before grading ends; under the policy "none" that is all there will be.
func (l *live) progress(a *ask, r *report.Report) {
	var run int
	var title, policy string
	l.with(func(s *session.State) { run, title, policy = s.LastRun()+1, s.Title, s.Policy })
	if r == nil {
		return
	}
	data := card.Render(card.Input{
		Report: r.ForCandidate(policy), Running: true, Run: run, Title: title, Phase: a.clock.Phase,
		InPhase: time.Duration(a.clock.InPhaseMS) * time.Millisecond, Budget: time.Duration(a.clock.BudgetMS) * time.Millisecond,
		Cell: a.cell, Policy: policy,
	})
	l.send(session.Down{Feedback: &session.Feedback{Request: a.request, Data: data}})
}

// resend answers what a kernel still waits for: what has been decided meanwhile is told again, what is still being
// worked on will be told when it is done.
func (a *agent) resend() {
	for _, request := range a.hello.Pending[:min(len(a.hello.Pending), maxPending)] {
		waiting, err := a.c.store.HasJob(a.c.ctx, a.live.id, request)
		if err != nil {
			a.c.log.Error("pending request not looked up", "err", err)
			continue
		}
		if waiting {
			continue
		}
		fb := a.live.feedback(request)
		if fb == nil {
			fb = a.live.answered(request)
		}
		if fb != nil {
			a.send(session.Down{Feedback: fb})
		}
	}
}

// payload decodes an event's data for a switch by type; nil when it is of no interest here.
func payload(e session.Event) any {
	switch e.Kind {
	case session.KindCellFinished:
		var d session.CellFinished
		if json.Unmarshal(e.Data, &d) == nil {
			return d
		}
	case session.KindMagic:
		var d session.Magic
		if json.Unmarshal(e.Data, &d) == nil {
			return d
		}
	}
	return nil
}
