package companion

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/assay-kernel/assay/checks/card"
	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/session"
)

// answer does one of the candidate's magics: it records what the magic decides and tells the kernel.
func (c *Companion) answer(ctx context.Context, j *store.Job) error {
	l, err := c.live(ctx, j.Session)
	if err != nil || l == nil {
		return errors.Join(errors.New("no such session"), err)
	}
	l.acting.Lock()
	defer l.acting.Unlock()
	var decided []session.Event
	l.with(func(s *session.State) {
		if run := s.RunOf(j.Request); run != nil && run.Magic != nil {
			decided, err = l.decide(s, run)
		}
	})
	if err != nil {
		return err
	}
	if _, err := c.store.Finish(ctx, j, own(j.Session, decided...)); err != nil {
		return err
	}
	c.tell(ctx, j, (*live).answered)
	return nil
}

// decide is what a magic changes: the next hint, the end.
func (l *live) decide(s *session.State, run *session.Run) ([]session.Event, error) {
	switch run.Magic.Name {
	case "hint":
		step := l.nextHint(s)
		if s.Finished != nil || step == 0 || !takes(run.Magic.Args, l.challenge.Hints[step-1].Cost) {
			return nil, nil
		}
		return l.hint(step, run.Request)
	case "finish":
		if s.Finished != nil {
			return nil, nil
		}
		e, err := session.NewEvent(session.KindSessionFinished, run.Request, "", session.SessionFinished{Why: "the candidate finished"})
		return []session.Event{e}, err
	}
	return nil, nil
}

// nextHint is the first step of the ladder that was not given; 0 when there is none.
func (l *live) nextHint(s *session.State) int {
	if l.challenge == nil {
		return 0
	}
	given := 0
	for _, h := range s.Hints {
		given = max(given, h.Step)
	}
	if given >= len(l.challenge.Hints) {
		return 0
	}
	return given + 1
}

// takes reports whether `%hint ARGS` takes a step of that cost: what is free is given when asked for; what costs is
// only given to those who have seen the cost and say "take".
func takes(args, cost string) bool {
	return strings.TrimSpace(args) == "take" || cost == "" || cost == "free"
}

func (l *live) hint(step int, request string) ([]session.Event, error) {
	h := l.challenge.Hints[step-1]
	e, err := session.NewEvent(session.KindHint, request, "", session.Hint{
		Step: step, Of: len(l.challenge.Hints), Text: h.Text, Cost: h.Cost,
	})
	return []session.Event{e}, err
}

// answered makes the final answer to a magic from the log; nil when the request is none of ours.
func (l *live) answered(request string) *session.Feedback {
	l.mu.Lock()
	defer l.mu.Unlock()
	run := l.state.RunOf(request)
	if run == nil || run.Magic == nil {
		return nil
	}
	var title, text string
	switch run.Magic.Name {
	case "hint":
		title, text = l.hintText(request)
	case "finish":
		title, text = l.finishText()
	case "clarify":
		title, text = l.noted("Clarify", run.Magic.Body, session.PhaseClarify)
	case "plan":
		title, text = l.noted("Plan", run.Magic.Body, session.PhasePlan)
	default:
		title, text = l.statusText()
	}
	return &session.Feedback{Request: request, Final: true, Data: card.Message(title, strings.Split(text, "\n\n")...)}
}

// noted answers a clarify or plan cell. The form as it was handed out, labels without a word behind them, is not a note.
func (l *live) noted(name, body, phase string) (title, text string) {
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if line != "" && strings.Trim(line, "-* ") != "" && !strings.HasSuffix(line, ":") {
			return name + ": noted", l.phaseText(phase)
		}
	}
	return name + ": nothing written yet", "Write into the cell and run it again; your interviewer reads it. " + l.phaseText(phase)
}

func (l *live) hintText(request string) (title, text string) {
	for _, h := range l.state.Hints {
		if h.Request == request {
			return fmt.Sprintf("Hint %d of %d", h.Step, h.Of), h.Text + "\n\n" + l.nextHintText()
		}
	}
	if l.state.Finished != nil {
		return "No hint", "This session is finished."
	}
	var given []string
	for _, h := range l.state.Hints {
		given = append(given, fmt.Sprintf("Hint %d: %s", h.Step, h.Text))
	}
	title = "Hints"
	if next := l.nextHint(&l.state); next > 0 {
		title = fmt.Sprintf("Hints so far: %d of %d", next-1, len(l.challenge.Hints))
	}
	return title, strings.Join(append(given, l.nextHintText()), "\n\n")
}

// nextHintText says what the next step costs, before it is taken.
func (l *live) nextHintText() string {
	next := l.nextHint(&l.state)
	switch {
	case next == 0 && len(l.state.Hints) == 0:
		return "This challenge has no hints."
	case next == 0:
		return "There are no further hints."
	}
	cost := l.challenge.Hints[next-1].Cost
	if takes("", cost) {
		return fmt.Sprintf("Hint %d is free: run `%%hint` for it.", next)
	}
	return fmt.Sprintf("Hint %d costs %s: run `%%hint take` if you want it. Using a hint well counts for you.", next, cost)
}

func (l *live) finishText() (title, text string) {
	text = "The clock has stopped. What you run from now on is recorded and not scored."
	if v := l.lastScored(); v != nil && l.state.Policy == PolicyFull {
		if rep := reportOf(v.Verdict); rep != nil {
			text += fmt.Sprintf(" Your last graded run, run %d, has %s of %s points; what only people score is not in it.",
				v.Run, number(rep.Total.Points), number(rep.Total.Of))
		}
	}
	return "Finished", text + l.practiceText()
}

func (l *live) lastScored() *session.VerdictAt {
	for i := len(l.state.Verdicts) - 1; i >= 0; i-- {
		if l.state.Verdicts[i].Run > 0 {
			return &l.state.Verdicts[i]
		}
	}
	return nil
}

func number(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}

// practiceText is what every practice session says: whoever owns the machine owns the tests.
func (l *live) practiceText() string {
	if l.state.Mode != ModePractice {
		return ""
	}
	return "\n\nPractice, unverified: companion and tests run on your own machine, so the score is for you alone."
}

// phaseText says how long a phase took and what comes next.
func (l *live) phaseText(phase string) string {
	budget := session.Budgets(l.state.Clock.Minutes())[phase]
	text := fmt.Sprintf("It took %s; %s is usual.", clockText(l.state.Clock.Spent()[phase]), budgetText(budget))
	next := map[string]string{session.PhaseClarify: session.PhasePlan, session.PhasePlan: session.PhaseCode}[phase]
	if next == "" {
		return text
	}
	return fmt.Sprintf("%s Next: %s, %s.", text, phaseName(next), budgetText(session.Budgets(l.state.Clock.Minutes())[next]))
}

func (l *live) statusText() (title, text string) {
	now := l.state.Clock.Now(time.Now())
	lines := []string{fmt.Sprintf("%s. Recorded: %d cell runs, %d graded, %d hints.", l.state.Title,
		len(l.state.Runs), l.state.LastRun(), len(l.state.Hints))}
	switch now.Phase {
	case "":
		lines = append(lines, "The clock starts with the first run.")
	case session.PhaseFinished:
		lines = append(lines, fmt.Sprintf("Finished after %s.", clockText(time.Duration(now.TotalMS)*time.Millisecond)))
	default:
		lines = append(lines, fmt.Sprintf("%s: %s of %s. In all: %s.", phaseName(now.Phase),
			clockText(time.Duration(now.InPhaseMS)*time.Millisecond), minutesText(time.Duration(now.BudgetMS)*time.Millisecond),
			clockText(time.Duration(now.TotalMS)*time.Millisecond)))
	}
	for _, n := range l.state.Notes {
		if n.Show {
			lines = append(lines, "Your interviewer says: "+n.Text)
		}
	}
	lines = append(lines, "`%hint` for the next hint, `%submit` to hand in, `%finish` to end.")
	return "Assay", strings.Join(lines, "\n\n") + l.practiceText()
}

func phaseName(phase string) string {
	if phase == "" {
		return ""
	}
	return strings.ToUpper(phase[:1]) + phase[1:]
}

func clockText(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func minutesText(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return clockText(d)
}

func budgetText(b session.Budget) string {
	if b.Low%time.Minute == 0 && b.High%time.Minute == 0 {
		return fmt.Sprintf("%d to %d min", int(b.Low.Minutes()), int(b.High.Minutes()))
	}
	return clockText(b.Low) + " to " + clockText(b.High)
}
