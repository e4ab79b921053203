package checks

import (
	"sync"
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

// patienceOfReader is how long after the code somebody looks at a placeholder before a part of the verdict is better than
// none. NumPy and most pandas challenges are done by then.
const patienceOfReader = 250 * time.Millisecond

// early tells once, while other cases still run, that the worked examples and the basic class are through.
type early struct {
	mu    sync.Mutex
	left  int       // parts of them
	at    time.Time // not before
	tell  func()    // nil when it has told, or need not any more
	timer *time.Timer
}

// announce begins to wait for the basic parts.
func (r *run) announce(parts []part) *early {
	e := &early{at: r.early, tell: r.basics}
	for _, p := range parts {
		if p.basic {
			e.left++
		}
	}
	if e.left == 0 || e.left == len(parts) {
		e.tell = nil
	}
	return e
}

// done notes that a part has run.
func (e *early) done(p part) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !p.basic {
		return
	}
	if e.left--; e.left == 0 && e.tell != nil {
		e.timer = time.AfterFunc(time.Until(e.at), e.now)
	}
}

func (e *early) now() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tell != nil {
		e.tell()
		e.tell = nil
	}
}

// stop makes sure that nothing is told from now on: everything is known.
func (e *early) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tell = nil
	if e.timer != nil {
		e.timer.Stop()
	}
}

func (c *caseRun) basic() bool { return c.Class == "public" || c.Class == "basic" }

// soFar fills in what the worked examples and the basic class say. Points would say more than is known.
func (r *run) soFar(rep *report.Report) {
	var known []caseRun
	for i := range r.cases {
		if c := &r.cases[i]; c.basic() {
			known = append(known, *c)
		}
	}
	rep.Correctness = correctness(known)
	rep.Correctness.Points, rep.Correctness.Why = nil, "other tests are still running"
	rep.Public = public(rep.Correctness.Classes)
}
