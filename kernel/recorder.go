package kernel

import (
	"log/slog"
	"sync"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// maxUnrecorded bounds what waits for a slow disk; beyond it outputs are left out.
const maxUnrecorded = 64 << 20

// recorder hands events to the uplink in order, on a goroutine of its own, so that a disk that stalls never stalls a
// notebook. Without an uplink it takes nothing.
type recorder struct {
	log   *slog.Logger
	began time.Time

	mu      sync.Mutex
	link    Uplink
	queue   []session.Event
	bytes   int
	missing int64 // outputs left out since the last complaint
	wake    chan struct{}
	closed  bool
	done    chan struct{} // closed when all is handed over
}

func newRecorder(log *slog.Logger) *recorder {
	return &recorder{log: log, began: time.Now(), wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// start begins recording to link.
func (r *recorder) start(link Uplink) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.link = link
	go r.run(link)
}

// add records one event; it never blocks.
func (r *recorder) add(kind session.Kind, request, cell string, data any) {
	e, err := session.NewEvent(kind, request, cell, data)
	if err != nil {
		r.log.Error("event not recorded", "kind", kind, "err", err)
		return
	}
	e.Time, e.Mono = time.Now(), int64(time.Since(r.began))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.link == nil || r.closed {
		return
	}
	if kind == session.KindOutput && r.bytes+len(e.Data) > maxUnrecorded {
		r.missing++
		return
	}
	r.queue = append(r.queue, e)
	r.bytes += len(e.Data)
	r.signal()
}

func (r *recorder) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// close ends recording; done is closed when what was added has been handed over.
func (r *recorder) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.closed = true
	if r.link == nil {
		close(r.done)
	}
	r.signal()
}

// run is the recorder's goroutine. It ends after close.
func (r *recorder) run(link Uplink) {
	defer close(r.done)
	for range r.wake {
		for {
			batch, missing, closed := r.take()
			if missing > 0 {
				r.log.Warn("outputs not recorded: the disk is too slow", "count", missing)
			}
			for _, e := range batch {
				r.record(link, e)
			}
			if len(batch) > 0 {
				continue
			}
			if closed {
				return
			}
			break
		}
	}
}

func (r *recorder) take() (batch []session.Event, missing int64, closed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	batch, missing = r.queue, r.missing
	r.queue, r.bytes, r.missing = nil, 0, 0
	return batch, missing, r.closed
}

// record survives an uplink that panics: the notebook matters more than its record.
func (r *recorder) record(link Uplink, e session.Event) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("uplink failed", "panic", p)
		}
	}()
	link.Record(e)
}
