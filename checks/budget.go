package checks

import (
	"sync"
	"time"
)

// budget bounds what a whole grading can cost.
type budget struct {
	perCase  time.Duration
	total    time.Duration // of all children together
	deadline time.Time     // by the wall clock, for a busy machine

	mu   sync.Mutex
	used time.Duration
}

// patience bounds what an answer that hangs can cost in one group of cases: two timeouts at full limits. After that cases
// get a quarter of it, and after a little more nothing is run; at once when nothing passed. Groups run side by side, so
// that each has its own. Nothing here depends on how quick the machine is, or the same answer would be judged otherwise
// on a busy one.
type patience struct {
	lost time.Duration // limits that were reached
	any  bool          // a case passed
}

const (
	shortest = 50 * time.Millisecond
	busy     = 4 // how much longer than its limit a grading may take because the machine is busy
)

func newBudget(s *Spec, now time.Time) *budget {
	return &budget{perCase: s.caseLimit(), total: s.totalLimit(), deadline: now.Add(busy * s.totalLimit())}
}

// limit returns the time for the next case of a group, 0 when there is none. asked is the case's own wish in seconds.
func (b *budget) limit(p *patience, asked float64) time.Duration {
	full := b.perCase
	if asked > 0 {
		full = seconds(asked)
	}
	switch end := 2 * b.perCase; {
	case p.lost < end:
	case !p.any || p.lost > end+end/4:
		return 0
	default:
		full = min(full, b.perCase/4)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return min(full, b.total-b.used, time.Until(b.deadline))
}

// late notes a case that reached its limit.
func (b *budget) late(p *patience, limit, spent time.Duration) {
	p.lost += min(limit, b.perCase) // a case that asked for more time is one case all the same
	b.spend(spent)
}

// died notes a case whose process ended: for nothing when it did so at once.
func (b *budget) died(p *patience, limit, spent time.Duration) {
	p.lost += spent.Truncate(limit / 2)
	b.spend(spent)
}

// answered notes an answer, and whether it was good.
func (b *budget) answered(p *patience, spent time.Duration, good bool) {
	b.spend(spent)
	p.any = p.any || good
}

func (b *budget) spend(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used += d
}
