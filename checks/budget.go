package checks

import (
	"sync"
	"time"
)

// budget bounds what an answer that hangs can cost: patience is what timeouts and crashes may take at full limits.
// After that cases get ten times the slowest good one, and after a little more nothing is run. An answer that has not
// passed anything by then gets nothing more either.
type budget struct {
	perCase  time.Duration
	patience time.Duration
	total    time.Duration // of all children together
	deadline time.Time     // by the wall clock, for a busy machine

	mu      sync.Mutex
	lost    time.Duration
	used    time.Duration
	slowest time.Duration
	any     bool
}

const (
	shortest = 50 * time.Millisecond
	busy     = 3 // how much longer than its limit a grading may take because the machine is busy
)

func newBudget(s *Spec, now time.Time) *budget {
	return &budget{perCase: s.caseLimit(), patience: max(2*time.Second, 2*s.caseLimit()), deadline: now.Add(busy * s.totalLimit()), total: s.totalLimit()}
}

// limit returns the wall clock for the next case, 0 when there is none. asked is the case's own wish in seconds.
func (b *budget) limit(asked float64) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	full := b.perCase
	if asked > 0 {
		full = seconds(asked)
	}
	switch {
	case b.lost < b.patience:
	case !b.any || b.lost > b.patience+b.patience/4:
		return 0
	default:
		full = min(full, max(shortest, 10*b.slowest))
	}
	return min(full, b.total-b.used, time.Until(b.deadline))
}

// lose notes time that brought no answer.
func (b *budget) lose(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost += d
	b.used += d
}

// answered notes how long an answer took, and whether it was good.
func (b *budget) answered(d time.Duration, good bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used += d
	if good {
		b.any = true
		b.slowest = max(b.slowest, d)
	}
}
