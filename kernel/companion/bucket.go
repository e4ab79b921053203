package companion

import (
	"sync"
	"time"
)

// bucket limits gradings of one session: every verdict tells something about the hidden tests, so in an interview they
// are few. In practice it only keeps a runaway "run" key from filling the queue.
type bucket struct {
	mu    sync.Mutex
	most  float64
	every time.Duration // one token
	have  float64
	total int // left for the whole session; -1 = no limit
	at    time.Time
}

func newBucket(mode string) bucket {
	if mode == ModeInterview {
		return bucket{most: 3, every: 20 * time.Second, have: 3, total: 30}
	}
	return bucket{most: 12, every: 2 * time.Second, have: 12, total: -1}
}

// take takes a token; when there is none it says how long to wait, and 0 when waiting does not help.
func (b *bucket) take(now time.Time) (ok bool, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.total == 0 {
		return false, 0
	}
	if !b.at.IsZero() && now.After(b.at) {
		b.have = min(b.most, b.have+float64(now.Sub(b.at))/float64(b.every))
	}
	b.at = now
	if b.have < 1 {
		return false, time.Duration((1-b.have)*float64(b.every)).Round(time.Second) + time.Second
	}
	b.have--
	if b.total > 0 {
		b.total--
	}
	return true, 0
}

// spent takes away what earlier processes granted.
func (b *bucket) spent(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.total > 0 {
		b.total = max(0, b.total-n)
	}
}
