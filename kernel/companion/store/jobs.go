package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/assay-kernel/assay/kernel/session"
)

// Job is something to do about one event: grade the cell, answer the magic.
type Job struct {
	ID       int64
	Session  string
	Seq      uint64 // of the event
	Request  string
	Kind     string
	Attempts int // this one included
	lease    string
}

// Claim hands out the oldest open job of one of the kinds whose session has no job in hand of the same kind; nil when
// there is none. It stays claimed until Finish, Release or the end of this process.
func (s *Store) Claim(ctx context.Context, kinds ...string) (_ *Job, err error) {
	defer prefix(&err, "store: claim")
	r := &request{claim: kinds}
	if err := s.submit(ctx, r); err != nil {
		return nil, err
	}
	return r.job, nil
}

// Finish ends a job and appends what came of it, in one transaction. ErrGone says that the job was finished before:
// then nothing is appended.
func (s *Store) Finish(ctx context.Context, j *Job, result *Batch) (_ []session.Record, err error) {
	defer prefix(&err, "store: finish")
	r := &request{finish: &finish{job: *j, result: result}}
	if result != nil {
		if r.finish.blobs, err = s.saveBlobs(result.Entries); err != nil {
			return nil, err
		}
	}
	if err := s.submit(ctx, r); err != nil {
		return nil, err
	}
	return r.records, nil
}

// Release puts a job back.
func (s *Store) Release(ctx context.Context, j *Job) (err error) {
	defer prefix(&err, "store: release")
	return s.submit(ctx, &request{finish: &finish{job: *j, dropped: true}})
}

// Open counts the jobs that are not finished.
func (s *Store) Open(ctx context.Context) (n int, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT count(*) FROM jobs WHERE state IN ('queued', 'claimed')").Scan(&n)
	return n, err
}

// HasJob reports whether a request still waits for its job.
func (s *Store) HasJob(ctx context.Context, id, request string) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM jobs WHERE session = ? AND request = ?
		AND state IN ('queued', 'claimed')`, id, request).Scan(&n)
	return n > 0, err
}

func (t *transaction) claim(kinds []string) (*Job, error) {
	const q = `SELECT id, session, seq, request, kind, attempts FROM jobs AS j WHERE state = 'queued' AND kind = ?
		AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.state = 'claimed' AND o.kind = j.kind AND o.session = j.session)
		ORDER BY id LIMIT 1`
	for _, kind := range kinds {
		j := Job{lease: session.NewID()}
		err := t.row(q, kind).Scan(&j.ID, &j.Session, &j.Seq, &j.Request, &j.Kind, &j.Attempts)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		j.Attempts++
		_, err = t.exec("UPDATE jobs SET state = 'claimed', attempts = ?, lease = ? WHERE id = ?", j.Attempts, j.lease, j.ID)
		return &j, err
	}
	return nil, nil
}

func (t *transaction) finish(f *finish) ([]session.Record, error) {
	state := "done"
	if f.dropped {
		state = "queued"
	}
	res, err := t.exec("UPDATE jobs SET state = ?, lease = '' WHERE id = ? AND state = 'claimed' AND lease = ?",
		state, f.job.ID, f.job.lease)
	if err != nil {
		return nil, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return nil, refused{errors.Join(ErrGone, err)}
	}
	if f.result == nil || f.dropped {
		return nil, nil
	}
	return t.append(f.result, f.blobs)
}
