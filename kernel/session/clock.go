package session

import (
	"encoding/json"
	"strings"
	"time"
)

// Phases of an interview, in order.
const (
	PhaseClarify  = "clarify"
	PhasePlan     = "plan"
	PhaseCode     = "code"
	PhaseTest     = "test"
	PhaseFinished = "finished"
)

// Budget is the time a phase should take. It is guidance: nothing is scored by it.
type Budget struct {
	Low, High time.Duration
}

// Budgets gives the four phases their time, in order. They are the lesson's, made for questions of up to 30 minutes; a
// longer one stretches them. 0 minutes means the usual question.
func Budgets(minutes int) map[string]Budget {
	f := max(1, float64(minutes)/30)
	m := func(low, high float64) Budget {
		d := func(x float64) time.Duration { return time.Duration(x * f * float64(time.Minute)).Round(time.Second) }
		return Budget{d(low), d(high)}
	}
	return map[string]Budget{
		PhaseClarify: m(2, 3), PhasePlan: m(3, 5), PhaseCode: m(12, 18), PhaseTest: m(3, 5),
	}
}

// Move is a change of phase, for those who draw the session's course.
type Move struct {
	Phase string    `json:"phase"`
	Seq   uint64    `json:"seq"` // of the record that moved it
	At    time.Time `json:"at"`
}

// Clock is the phase clock of one session, computed from its records and from nothing else. The zero value is ready.
//
// A notebook's cell is run when it has been written. So the time that ends with a run belongs to the phase of the cell
// that ran, whatever the clock showed meanwhile, and what it shows from then on is the phase that is expected next:
// after the first run of Clarify it shows Plan, after Plan Code, and a run of Code or Test stays there until another
// cell runs. Going back is allowed: running Clarify again gives its time to Clarify. Cells without a role do not move
// the clock.
type Clock struct {
	phase    string
	minutes  int
	started  time.Time
	since    time.Time // start of the open interval
	now      time.Time // of the last record
	spent    map[string]time.Duration
	done     map[string]bool      // clarify and plan: was run once
	plain    string               // request of the last cell without a role
	offsets  map[string]time.Time // by source: its wall clock at Mono 0, as we know it so far
	moves    []Move
	finished bool
}

// Observe takes the next record. It reports whether the phase that the clock shows has changed.
func (c *Clock) Observe(r Record) bool {
	at := c.timeOf(r)
	before := c.phase
	switch r.Kind {
	case KindSessionStarted:
		var s SessionStarted
		if json.Unmarshal(r.Data, &s) == nil {
			c.minutes = s.Minutes
		}
	case KindKernelStarted:
		c.start(at)
	case KindCellStarted:
		c.cellStarted(r, at)
	case KindCellFinished:
		c.cellFinished(r, at)
	case KindMagic:
		var m Magic
		if json.Unmarshal(r.Data, &m) == nil && (m.Name == RoleClarify || m.Name == RolePlan) {
			c.ran(m.Name, at)
		}
	case KindSessionFinished:
		c.finish(at)
	}
	if c.phase == before {
		return false
	}
	c.moves = append(c.moves, Move{Phase: c.phase, Seq: r.Seq, At: at})
	return true
}

// timeOf places a record in time. A kernel's events can arrive long after they happened, when the companion was away,
// so its monotonic clock counts, anchored where its events arrived soonest. Time never runs back and never passes the
// companion's own clock, whatever the source claims.
func (c *Clock) timeOf(r Record) time.Time {
	at := r.Received
	if r.SrcSeq > 0 && r.Mono >= 0 {
		zero := r.Received.Add(-time.Duration(r.Mono))
		if known, ok := c.offsets[r.Source]; !ok || zero.Before(known) {
			if c.offsets == nil {
				c.offsets = map[string]time.Time{}
			}
			c.offsets[r.Source] = zero
		}
		at = c.offsets[r.Source].Add(time.Duration(r.Mono))
	}
	if at.After(r.Received) {
		at = r.Received
	}
	if at.Before(c.now) {
		at = c.now
	}
	c.now = at
	return at
}

func (c *Clock) start(at time.Time) {
	if c.phase != "" {
		return
	}
	c.phase, c.started, c.since = PhaseClarify, at, at
	c.spent, c.done = map[string]time.Duration{}, map[string]bool{}
}

func (c *Clock) cellStarted(r Record, at time.Time) {
	var s CellStarted
	if json.Unmarshal(r.Data, &s) != nil || s.Silent {
		return
	}
	c.start(at)
	if role := roleOf(s); role != "" {
		c.ran(role, at)
		return
	}
	c.plain = r.Request
}

// roleOf is the role that moves the clock: what the front end sent, or the magic that a front end without metadata
// shows us in the code.
func roleOf(s CellStarted) string {
	switch s.Role {
	case RoleClarify, RolePlan, RoleSolution, RoleTest:
		return s.Role
	}
	for _, role := range []string{RoleClarify, RolePlan, RoleTest} {
		if strings.HasPrefix(strings.TrimSpace(s.Code), "%%"+role) {
			return role
		}
	}
	return ""
}

// cellFinished moves the clock for a judged cell that has no role: it defines the entry point, so it is Code.
func (c *Clock) cellFinished(r Record, at time.Time) {
	var f CellFinished
	if json.Unmarshal(r.Data, &f) == nil && f.Judge && r.Request == c.plain {
		c.ran(RoleSolution, at)
	}
}

// ran closes the open interval in favour of the phase whose cell ran, and shows what is expected next.
func (c *Clock) ran(role string, at time.Time) {
	c.start(at)
	if c.finished {
		return
	}
	phase := role
	if role == RoleSolution {
		phase = PhaseCode
	}
	c.spent[phase] += at.Sub(c.since)
	c.since = at
	c.done[phase] = true
	c.phase = c.next(phase)
}

// next is what the candidate is expected to do after a cell of phase was run.
func (c *Clock) next(phase string) string {
	switch {
	case phase != PhaseClarify && phase != PhasePlan:
		return phase
	case c.done[PhaseTest]:
		return PhaseTest
	case c.done[PhasePlan] || c.done[PhaseCode]:
		return PhaseCode
	}
	return PhasePlan
}

func (c *Clock) finish(at time.Time) {
	c.start(at)
	if c.finished {
		return
	}
	c.spent[c.phase] += at.Sub(c.since)
	c.since, c.phase, c.finished = at, PhaseFinished, true
}

// Now is the clock at t; a t before the last record counts as that record's time.
func (c *Clock) Now(t time.Time) ClockNow {
	if c.phase == "" {
		return ClockNow{}
	}
	if t.Before(c.now) || c.finished {
		t = c.now
	}
	if c.finished {
		return ClockNow{Phase: PhaseFinished, TotalMS: c.since.Sub(c.started).Milliseconds()}
	}
	return ClockNow{
		Phase:     c.phase,
		InPhaseMS: (c.spent[c.phase] + t.Sub(c.since)).Milliseconds(),
		BudgetMS:  Budgets(c.minutes)[c.phase].High.Milliseconds(),
		TotalMS:   t.Sub(c.started).Milliseconds(),
	}
}

// Last is the time of the last record, on the session's own time line.
func (c *Clock) Last() time.Time { return c.now }

// Started is when the first kernel or cell was seen; zero before.
func (c *Clock) Started() time.Time { return c.started }

// Moves lists the changes of phase so far.
func (c *Clock) Moves() []Move { return c.moves }

// Spent is the time given to each phase by completed runs, without the interval that is still open.
func (c *Clock) Spent() map[string]time.Duration {
	out := make(map[string]time.Duration, len(c.spent))
	for phase, d := range c.spent {
		out[phase] = d
	}
	return out
}

// Minutes is the time limit that the budgets follow from; 0 when the log names none.
func (c *Clock) Minutes() int { return c.minutes }
