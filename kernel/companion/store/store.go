// Package store keeps sessions on disk: every event as a hash-chained record, one summary a session, and the grading
// jobs, in one SQLite file, with large payloads beside it as content-addressed files.
//
// Append is the way in: it returns when the events, the summary and the jobs that came with them are durable, all of
// them in one transaction. ReadFrom is the way out for everybody: page, replay, export. Claim and Finish hand out jobs
// and take results back exactly once, also after a crash.
//
// One process owns a store; a second one is refused. Every failed Append leaves the store as it was: after a full disk
// has room again the next Append works, without a restart.
package store

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite" // the driver

	"github.com/assay-kernel/assay/kernel/session"
)

// Errors that callers branch on.
var (
	ErrLocked   = errors.New("another process uses this store")
	ErrConflict = errors.New("an event with this number is already stored and says something else")
	ErrGap      = errors.New("an event is missing before this one")
	ErrGone     = errors.New("the job is not ours any more")
	ErrClosed   = errors.New("the store is closed")
)

// Options of a store.
type Options struct {
	// Committed is called after each commit, from the writer's goroutine, with the new records of one session, in
	// order and without gaps. It must not call Append, Claim or Finish.
	Committed func(id string, records []session.Record)
	Logger    *slog.Logger
}

// Store is an open store.
type Store struct {
	Reader
	opt   Options
	lock  *os.File
	write *sql.DB // one connection, used by the writer only

	mu     sync.RWMutex // held for reading while a request is handed over
	closed bool
	queue  chan *request
	done   chan struct{} // the writer has ended
	heads  map[string]*head
	stmts  map[string]*sql.Stmt // the writer's
	want   []string             // statements that are not among them yet
}

// Open opens the store in dir, which it creates.
func Open(dir string, opt Options) (_ *Store, err error) {
	defer prefix(&err, "store: open "+dir)
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	if err := os.MkdirAll(filepath.Join(dir, "blobs"), 0o700); err != nil {
		return nil, err
	}
	s := &Store{Reader: Reader{dir: dir}, opt: opt, queue: make(chan *request, 1024), done: make(chan struct{}), heads: map[string]*head{}, stmts: map[string]*sql.Stmt{}}
	if s.lock, err = lockFile(filepath.Join(dir, "log.lock")); err != nil {
		return nil, err
	}
	if err := s.openDB(); err != nil {
		return nil, errors.Join(err, s.closeDB())
	}
	go s.writer()
	return s, nil
}

func (s *Store) openDB() (err error) {
	const pragmas = "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)"
	if s.write, err = sql.Open("sqlite", s.file()+pragmas); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if err := s.migrate(); err != nil {
		return err
	}
	if err := s.Reader.open(); err != nil {
		return err
	}
	return os.Chmod(filepath.Join(s.dir, "log.sqlite"), 0o600)
}

// schemaVersion is SQLite's user_version. A store of a later version is left alone.
const schemaVersion = 1

const schema = `
CREATE TABLE IF NOT EXISTS sessions (
	id TEXT PRIMARY KEY,
	instance TEXT NOT NULL, challenge TEXT NOT NULL, kernel TEXT NOT NULL, notebook TEXT NOT NULL,
	seq INTEGER NOT NULL, head TEXT NOT NULL, summary BLOB NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_instance ON sessions (instance, challenge);
CREATE TABLE IF NOT EXISTS events (
	session TEXT NOT NULL, seq INTEGER NOT NULL, source TEXT NOT NULL, src_seq INTEGER NOT NULL,
	digest TEXT NOT NULL, record BLOB NOT NULL, blob TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS events_source ON events (session, source, src_seq) WHERE src_seq > 0;
CREATE INDEX IF NOT EXISTS events_of ON events (source, src_seq) WHERE src_seq > 0;
CREATE TABLE IF NOT EXISTS jobs (
	id INTEGER PRIMARY KEY, session TEXT NOT NULL, seq INTEGER NOT NULL, request TEXT NOT NULL,
	kind TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, lease TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_open ON jobs (state, kind, id);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_event ON jobs (session, seq);
`

func (s *Store) migrate() error {
	var v int
	if err := s.write.QueryRow("PRAGMA user_version").Scan(&v); err != nil {
		return err
	}
	if v > schemaVersion {
		return fmt.Errorf("it was written by a later version of assay (%d, this one knows %d)", v, schemaVersion)
	}
	if _, err := s.write.Exec(schema); err != nil {
		return err
	}
	// A job that was claimed by a process that is gone is free again: we hold the lock, so it is gone.
	if _, err := s.write.Exec("UPDATE jobs SET state = 'queued', lease = '' WHERE state = 'claimed'"); err != nil {
		return err
	}
	_, err := s.write.Exec(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion))
	return err
}

// Close waits until what was appended is durable, and releases the store.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		<-s.done
		return nil
	}
	s.closed = true
	close(s.queue)
	s.mu.Unlock()
	<-s.done
	return s.closeDB()
}

func (s *Store) closeDB() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(append(errs, s.lock.Close())...)
}

func prefix(err *error, what string) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", what, *err)
	}
}
