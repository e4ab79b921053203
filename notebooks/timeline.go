package notebooks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/session"
)

// Entry is one line of a session's course.
type Entry struct {
	Seq    uint64 `json:"seq"`
	MS     int64  `json:"ms"` // since the session began
	Phase  string `json:"phase,omitempty"`
	What   string `json:"what"`
	Detail string `json:"detail,omitempty"`
}

// At is m:ss since the session began.
func (e Entry) At() string { return clock(e.MS) }

func clock(ms int64) string {
	s := max(ms, 0) / 1000
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// tellTimeline lists what happened, in order of the log.
func (g *Graded) tellTimeline() {
	s := g.state
	g.Timeline = []Entry{}
	add := func(seq uint64, at time.Time, what, detail string) {
		from := s.Clock.Started()
		if from.IsZero() {
			from = s.Started
		}
		g.Timeline = append(g.Timeline, Entry{Seq: seq, MS: at.Sub(from).Milliseconds(), Phase: g.phaseAt(seq), What: what, Detail: detail})
	}
	for _, run := range s.Runs {
		if what, detail := g.tellRun(run); what != "" {
			add(run.Seq, run.At, what, detail)
		}
	}
	for i := range s.Verdicts {
		what, detail := g.tellVerdict(&s.Verdicts[i])
		add(s.Verdicts[i].Seq, s.Verdicts[i].At, what, detail)
	}
	for _, h := range s.Hints {
		add(h.Seq, h.At, fmt.Sprintf("Hint %d of %d (%s)", h.Step, h.Of, h.Cost), firstLine(h.Text))
	}
	for _, n := range s.Notes {
		switch {
		case n.Show:
			add(n.Seq, n.At, "Note from "+cmp.Or(n.By, "the interviewer"), n.Text)
		case g.Audience == ForInterviewer:
			add(n.Seq, n.At, "Note (not shown to the candidate) by "+cmp.Or(n.By, "the interviewer"), n.Text)
		}
	}
	for _, m := range s.Clock.Moves() {
		if m.Phase == session.PhaseFinished && s.Finished != nil {
			add(m.Seq, m.At, "Finished", s.Finished.Why)
		}
	}
	slices.SortStableFunc(g.Timeline, func(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) })
}

func (g *Graded) phaseAt(seq uint64) string {
	phase := ""
	for _, m := range g.state.Clock.Moves() {
		if m.Seq < seq {
			phase = m.Phase
		}
	}
	return phase
}

var roleNames = map[string]string{
	session.RoleClarify: "Clarify", session.RolePlan: "Plan", session.RoleSolution: "Ran the solution",
	session.RoleTest: "Ran own tests", session.RoleHelp: "Ran the help cell",
}

// tellRun is a run in a few words; "" when the hint it gave tells it better.
func (g *Graded) tellRun(run *session.Run) (what, detail string) {
	if m := run.Magic; m != nil {
		switch m.Name {
		case session.RoleClarify, session.RolePlan:
			return roleNames[m.Name], firstLine(m.Body)
		case "hint":
			if slices.ContainsFunc(g.state.Hints, func(h session.HintAt) bool { return h.Request == run.Request }) {
				return "", ""
			}
		case "submit":
			return "Handed in", ""
		}
		return strings.TrimSpace("Ran %" + m.Name + " " + m.Args), ""
	}
	what = roleNames[run.Role]
	if what == "" {
		what, detail = "Ran a cell", firstLine(run.Code)
	}
	switch f := run.Finished; {
	case f == nil:
		detail = "no reply was recorded"
	case f.Status == "error":
		detail = strings.TrimSuffix(f.EName+": "+firstLine(f.EValue), ": ")
	case f.Status == "aborted":
		detail = "aborted"
	}
	return what, detail
}

func (g *Graded) tellVerdict(v *session.VerdictAt) (what, detail string) {
	what = fmt.Sprintf("Feedback %d", v.Run)
	if v.Final {
		what = "Feedback on what was handed in"
	}
	r, err := decodeReport(v.Report)
	if err != nil {
		return what, "the report cannot be read"
	}
	return what, inShort(g.reduce(r))
}

// inShort is a report in one line.
func inShort(r *report.Report) string {
	if r.Status != report.StatusGraded {
		return cmp.Or(r.Message, string(r.Status))
	}
	var parts []string
	if r.Public.Total > 0 {
		parts = append(parts, fmt.Sprintf("public tests %d of %d", r.Public.Passed, r.Public.Total))
	}
	hidden := report.Count{}
	for _, class := range r.Correctness.Classes {
		if class.Name != "public" {
			hidden.Passed, hidden.Total = hidden.Passed+class.Passed, hidden.Total+class.Total
		}
	}
	if hidden.Total > 0 {
		parts = append(parts, fmt.Sprintf("hidden tests %d of %d", hidden.Passed, hidden.Total))
	}
	if r.Total.Of > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s points", number(r.Total.Points), number(r.Total.Of)))
	}
	return strings.Join(parts, ", ")
}

// firstLine is the first line with something in it, cut to what a table can show.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if line == "" || line == "-" {
			continue
		}
		if r := []rune(line); len(r) > 80 {
			return string(r[:79]) + "…"
		}
		return line
	}
	return ""
}

// number prints points: no more than one digit behind the point.
func number(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
