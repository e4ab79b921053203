package harness

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// watcher kills a child whose call has used up its time.
type watcher struct {
	child  *Child
	limit  time.Duration
	began  time.Time
	queued time.Duration // before the call
	worked time.Duration // before the call

	mu     sync.Mutex
	timer  *time.Timer // nil once the call is over
	warned bool
	before time.Duration // what it had worked when it was warned
	late   atomic.Bool
}

func (c *Child) watch(limit time.Duration) *watcher {
	w := &watcher{child: c, limit: limit, began: time.Now(), queued: queueTime(c.pid)}
	w.worked, _ = processorTime(c.pid)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(limit, w.look)
	return w
}

// spent returns the wall clock without what the first thread waited for a processor. That thread may have waited for the
// child's own others: what all of them worked, shared among every processor, counts in any case.
func (w *watcher) spent() time.Duration {
	wall := time.Since(w.began)
	var own time.Duration
	if worked, ok := processorTime(w.child.pid); ok {
		own = (worked - w.worked) / time.Duration(runtime.NumCPU())
	}
	return min(max(wall-max(queueTime(w.child.pid)-w.queued, 0), own, wall/slack), wall)
}

// look ends the call when its time is up, and comes back later when the machine was to blame: it kept the child waiting,
// or this process from reading the answer.
func (w *watcher) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer == nil {
		return
	}
	if left := w.limit - w.spent(); left > 0 {
		w.timer.Reset(max(left, 5*time.Millisecond))
		return
	}
	worked, known := processorTime(w.child.pid)
	if !w.warned {
		w.warned, w.before = true, worked
		w.timer.Reset(grace)
		return
	}
	// A wait that goes on is known when it is over: when the child has got a processor again.
	if known && worked == w.before && runnable(w.child.pid) {
		w.timer.Reset(grace)
		return
	}
	w.late.Store(true)
	w.child.Kill()
}

func (w *watcher) stop() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
	w.timer = nil
	return w.spent()
}

// Time runs f and returns how much processor time the child spent meanwhile: unlike the wall clock it does not see what
// else the machine does. Where that is unknown it returns the wall clock.
func (c *Child) Time(f func()) time.Duration { return spent(c.pid, f) }

func spent(pid int, f func()) time.Duration {
	before, known := processorTime(pid)
	began := time.Now()
	f()
	wall := time.Since(began)
	if after, ok := processorTime(pid); known && ok {
		return after - before
	}
	return wall
}
