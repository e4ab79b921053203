package kernel

import (
	"log/slog"
	"sync"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// recorder stamps events and hands them to the uplink, in order. Without an uplink it takes nothing.
type recorder struct {
	log   *slog.Logger
	began time.Time

	mu     sync.Mutex
	link   Uplink
	failed bool
}

func newRecorder(log *slog.Logger) *recorder { return &recorder{log: log, began: time.Now()} }

// start begins recording to link; with nil it ends.
func (r *recorder) start(link Uplink) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.link = link
}

// add records one event. It survives an uplink that panics: the notebook matters more than its record.
func (r *recorder) add(kind session.Kind, request, cell string, data any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.link == nil {
		return
	}
	e, err := session.NewEvent(kind, request, cell, data)
	if err != nil {
		r.log.Error("event not recorded", "kind", kind, "err", err)
		return
	}
	e.Time, e.Mono = time.Now(), int64(time.Since(r.began))
	defer func() {
		if p := recover(); p != nil && !r.failed {
			r.failed = true
			r.log.Error("uplink failed", "panic", p)
		}
	}()
	r.link.Record(e)
}
