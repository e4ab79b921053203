package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/assay-kernel/assay/kernel/session"
)

// maxGroup bounds how many requests share one commit, so that the first of them does not wait for long.
const maxGroup = 512

// head is the end of a session's log.
type head struct {
	identity Identity
	summary  session.Summary
}

// writer is the only goroutine that writes. It takes what has gathered while the last commit was being synced and
// commits it together: with one session that is one event, with a thousand it is hundreds. It ends when the queue is
// closed and empty.
func (s *Store) writer() {
	defer close(s.done)
	for first := range s.queue {
		group := []*request{first}
	gather:
		for len(group) < maxGroup {
			select {
			case r, ok := <-s.queue:
				if !ok {
					break gather
				}
				group = append(group, r)
			default:
				break gather
			}
		}
		s.commit(group)
	}
}

// commit carries out a group in one transaction. A request that is refused takes its own changes back and leaves the
// others alone; when the transaction fails, all of them fail and the cached heads are read again.
func (s *Store) commit(group []*request) {
	t := &transaction{s: s, heads: map[string]*head{}}
	err := t.run(group)
	s.prepare()
	if err == nil {
		for id, h := range t.heads {
			s.heads[id] = h
		}
		s.trimHeads()
	}
	for _, r := range group {
		if err != nil && r.err == nil {
			r.err, r.records, r.job = err, nil, nil
		}
	}
	if err == nil && s.opt.Committed != nil {
		announce(group, s.opt.Committed)
	}
	for _, r := range group {
		close(r.ready)
	}
}

func announce(group []*request, committed func(string, []session.Record)) {
	for _, r := range group {
		if r.err == nil && len(r.records) > 0 {
			committed(r.records[0].Session, r.records)
		}
	}
}

// trimHeads keeps the cache of heads small; a head that is missing is read from its row.
func (s *Store) trimHeads() {
	for id := range s.heads {
		if len(s.heads) <= 1024 {
			return
		}
		delete(s.heads, id)
	}
}

// transaction is one commit in the making.
type transaction struct {
	s     *Store
	tx    *sql.Tx
	heads map[string]*head // as they will be
}

func (t *transaction) run(group []*request) (err error) {
	if t.tx, err = t.s.write.BeginTx(context.Background(), nil); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(t.tx.Rollback()))
		}
	}()
	for _, r := range group {
		if err := t.one(r); err != nil {
			return err
		}
	}
	return t.tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// refused marks an error that concerns one request only.
type refused struct{ error }

// one carries out r inside a savepoint. It returns an error only when the whole transaction is lost.
func (t *transaction) one(r *request) error {
	if _, err := t.exec("SAVEPOINT one"); err != nil {
		return err
	}
	before := make(map[string]*head, len(t.heads))
	for id, h := range t.heads {
		before[id] = h
	}
	err := t.do(r)
	var no refused
	if errors.As(err, &no) {
		t.heads, r.err, r.records, r.job = before, no.error, nil, nil
		_, err = t.exec("ROLLBACK TO one")
	}
	if err != nil {
		return err
	}
	_, err = t.exec("RELEASE one")
	return err
}

func (t *transaction) do(r *request) (err error) {
	switch {
	case r.append != nil:
		r.records, err = t.append(r.append, r.blobs)
	case r.finish != nil:
		r.records, err = t.finish(r.finish)
	default:
		r.job, err = t.claim(r.claim)
	}
	return err
}

// head returns a copy of the session's head that the transaction may change.
func (t *transaction) head(id string) (*head, error) {
	if h := t.heads[id]; h != nil {
		c := *h
		t.heads[id] = &c
		return &c, nil
	}
	if h := t.s.heads[id]; h != nil {
		c := *h
		t.heads[id] = &c
		return &c, nil
	}
	h := &head{}
	var raw []byte
	err := t.row("SELECT instance, challenge, kernel, notebook, summary FROM sessions WHERE id = ?", id).
		Scan(&h.identity.Instance, &h.identity.Challenge, &h.identity.Kernel, &h.identity.Notebook, &raw)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(raw, &h.summary); err != nil {
			return nil, fmt.Errorf("summary of %s: %v", id, err)
		}
	}
	t.heads[id] = h
	return h, nil
}

func (t *transaction) append(b *Batch, blobs []string) ([]session.Record, error) {
	h, err := t.head(b.Session)
	if err != nil {
		return nil, err
	}
	if b.Identity != nil {
		h.identity = *b.Identity
	}
	var out []session.Record
	for i, e := range b.Entries {
		r, err := t.event(h, b, e, blobs[i])
		if err != nil {
			return nil, err
		}
		if r != nil {
			out = append(out, *r)
		}
	}
	return out, t.saveHead(b.Session, h)
}

func (t *transaction) saveHead(id string, h *head) error {
	summary := h.summary
	summary.ID = id
	raw, err := session.Encode(summary)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO sessions (id, instance, challenge, kernel, notebook, seq, head, summary, updated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET instance = excluded.instance,
		challenge = excluded.challenge, kernel = excluded.kernel, notebook = excluded.notebook, seq = excluded.seq,
		head = excluded.head, summary = excluded.summary, updated = excluded.updated`,
		id, h.identity.Instance, h.identity.Challenge, h.identity.Kernel, h.identity.Notebook,
		int64(summary.Seq), summary.Head, raw, summary.Updated.UnixNano())
	return err
}

// event writes one event; nil when it is stored already.
func (t *transaction) event(h *head, b *Batch, e Entry, blob string) (*session.Record, error) {
	sum := digest(e.Event)
	if known, err := t.known(b, e.Event, sum); known || err != nil {
		return nil, err
	}
	r := session.Record{Session: b.Session, Seq: h.summary.Seq + 1, Source: b.Source, Received: now(), Event: e.Event}
	if r.Received.Before(h.summary.Updated) {
		r.Received = h.summary.Updated // the machine's clock was set back; the log's is not
	}
	if err := session.Seal(&r, h.summary.Head); err != nil {
		return nil, refused{err}
	}
	kept := r
	if blob != "" {
		kept.Data = nil
	}
	raw, err := session.Encode(kept)
	if err != nil {
		return nil, refused{err}
	}
	if _, err := t.exec("INSERT INTO events (session, seq, source, src_seq, digest, record, blob) VALUES (?, ?, ?, ?, ?, ?, ?)",
		r.Session, int64(r.Seq), r.Source, int64(r.SrcSeq), sum, raw, blob); err != nil {
		return nil, err
	}
	if e.Job != "" {
		if _, err := t.exec("INSERT INTO jobs (session, seq, request, kind, state, attempts, lease) VALUES (?, ?, ?, ?, 'queued', 0, '')",
			r.Session, int64(r.Seq), r.Request, e.Job); err != nil {
			return nil, err
		}
	}
	h.summary.Observe(r)
	return &r, nil
}

// known reports whether the event is stored, and refuses one that cannot be.
func (t *transaction) known(b *Batch, e session.Event, sum string) (bool, error) {
	if e.SrcSeq == 0 {
		return false, nil
	}
	var last sql.NullInt64
	if err := t.row("SELECT max(src_seq) FROM events WHERE session = ? AND source = ? AND src_seq > 0",
		b.Session, b.Source).Scan(&last); err != nil {
		return false, err
	}
	switch {
	case uint64(last.Int64)+1 == e.SrcSeq:
		return false, nil
	case uint64(last.Int64) < e.SrcSeq:
		return false, refused{fmt.Errorf("%w: event %d after %d of %s", ErrGap, e.SrcSeq, last.Int64, b.Source)}
	}
	var have string
	if err := t.row("SELECT digest FROM events WHERE session = ? AND source = ? AND src_seq = ?",
		b.Session, b.Source, int64(e.SrcSeq)).Scan(&have); err != nil {
		return false, err
	}
	if have != sum {
		return false, refused{fmt.Errorf("%w: event %d of %s", ErrConflict, e.SrcSeq, b.Source)}
	}
	return true, nil
}
