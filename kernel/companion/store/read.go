package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/assay-kernel/assay/kernel/session"
)

// readBytes bounds what one ReadFrom returns, so that a session full of images is read in pieces.
const readBytes = 4 << 20

// ReadFrom returns records of a session after seq, at most limit of them and not much more than 4 MiB; none means that
// there are no more yet.
func (s *Reader) ReadFrom(ctx context.Context, id string, after uint64, limit int) (_ []session.Record, err error) {
	defer prefix(&err, "store: read "+id)
	rows, err := s.read.QueryContext(ctx,
		"SELECT record, blob FROM events WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?", id, int64(after), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []session.Record
	for size := 0; size < readBytes && rows.Next(); {
		var raw []byte
		var blob string
		if err := rows.Scan(&raw, &blob); err != nil {
			return nil, err
		}
		var r session.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return nil, fmt.Errorf("after %d: %v", after, err)
		}
		if blob != "" {
			if err := s.loadBlob(&r, blob); err != nil {
				return nil, err
			}
		}
		size += len(raw) + len(r.Data)
		out = append(out, r)
	}
	return out, rows.Err()
}

// ReadAll returns a whole session.
func (s *Reader) ReadAll(ctx context.Context, id string) ([]session.Record, error) {
	var out []session.Record
	for {
		more, err := s.ReadFrom(ctx, id, uint64(len(out)), 10_000)
		if err != nil || len(more) == 0 {
			return out, err
		}
		out = append(out, more...)
	}
}

// Last is the SrcSeq of the last stored event of a source in a session.
func (s *Reader) Last(ctx context.Context, id, source string) (uint64, error) {
	var last sql.NullInt64
	err := s.read.QueryRowContext(ctx,
		"SELECT max(src_seq) FROM events WHERE session = ? AND source = ? AND src_seq > 0", id, source).Scan(&last)
	return uint64(last.Int64), err
}

// SessionOf finds the session that a source has written to; "" when none.
func (s *Reader) SessionOf(ctx context.Context, source string) (string, error) {
	var id string
	err := s.read.QueryRowContext(ctx, "SELECT session FROM events WHERE source = ? AND src_seq > 0 LIMIT 1", source).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// Known is a stored session and what it is found by.
type Known struct {
	Identity
	session.Summary
}

const selectKnown = "SELECT instance, challenge, kernel, notebook, summary FROM sessions "

// Sessions lists all sessions, the one that changed last first.
func (s *Reader) Sessions(ctx context.Context) ([]Known, error) {
	return s.query(ctx, selectKnown+"ORDER BY updated DESC")
}

// Instances lists the sessions of one notebook and challenge, the one that changed last first.
func (s *Reader) Instances(ctx context.Context, instance, challenge string) ([]Known, error) {
	return s.query(ctx, selectKnown+"WHERE instance = ? AND challenge = ? ORDER BY updated DESC", instance, challenge)
}

// Session returns one session's entry; false when there is none.
func (s *Reader) Session(ctx context.Context, id string) (Known, bool, error) {
	all, err := s.query(ctx, selectKnown+"WHERE id = ?", id)
	if err != nil || len(all) == 0 {
		return Known{}, false, err
	}
	return all[0], true, nil
}

func (s *Reader) query(ctx context.Context, q string, args ...any) (_ []Known, err error) {
	defer prefix(&err, "store: sessions")
	rows, err := s.read.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Known
	for rows.Next() {
		var k Known
		var raw []byte
		if err := rows.Scan(&k.Instance, &k.Identity.Challenge, &k.Kernel, &k.Identity.Notebook, &raw); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, &k.Summary); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
}
