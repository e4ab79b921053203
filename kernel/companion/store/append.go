package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// Identity is what a session is found by when a kernel comes back.
type Identity struct {
	Instance  string
	Challenge string
	Kernel    string
	Notebook  string
}

// Batch is what one Append writes.
type Batch struct {
	Session  string
	Source   string // of all its events
	Entries  []Entry
	Identity *Identity // creates the session, or updates where it lives
}

// Entry is one event, with the job that it asks for.
type Entry struct {
	Event session.Event
	Job   string // kind of job to do about this event; "" = none
}

// Companion is the source whose events are the companion's own; they have no SrcSeq and are never duplicates.
const Companion = "companion"

// Append stores the entries and returns the records that are new, in order. Events that are stored already are left
// out silently when they say the same, and refused with ErrConflict when not; ErrGap refuses an event whose
// predecessor from the same source is missing. A refused batch leaves nothing behind.
func (s *Store) Append(ctx context.Context, b Batch) (_ []session.Record, err error) {
	defer prefix(&err, "store: append")
	blobs, err := s.saveBlobs(b.Entries)
	if err != nil {
		return nil, err
	}
	r := &request{append: &b, blobs: blobs}
	if err := s.submit(ctx, r); err != nil {
		return nil, err
	}
	return r.records, nil
}

// digest is what two events with one number must agree on.
func digest(e session.Event) string {
	h := sha256.New()
	for _, part := range []string{string(e.Kind), e.Time.Format(time.RFC3339Nano), strconv.FormatInt(e.Mono, 10), e.Request, e.Cell} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	h.Write(e.Data)
	return hex.EncodeToString(h.Sum(nil))
}

// request is one unit of work for the writer. Exactly one of append, claim and finish is set.
type request struct {
	append *Batch
	blobs  []string // by entry: hash of the file that holds its data, "" when it is in the row
	claim  []string
	finish *finish

	records []session.Record
	job     *Job
	err     error
	ready   chan struct{}
}

type finish struct {
	job     Job
	result  *Batch
	blobs   []string
	dropped bool // the job is put back
}

// submit hands r to the writer and waits. A request that was handed over is carried out even when ctx ends; its caller
// then does not know, which for events is harmless: the same event again is no duplicate.
func (s *Store) submit(ctx context.Context, r *request) error {
	r.ready = make(chan struct{})
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return ErrClosed
	}
	select {
	case s.queue <- r:
		s.mu.RUnlock()
	case <-ctx.Done():
		s.mu.RUnlock()
		return ctx.Err()
	}
	select {
	case <-r.ready:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// now is the companion's clock as records carry it.
func now() time.Time { return time.Now().Round(0).UTC() }
