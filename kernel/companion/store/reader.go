package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNone says that nothing was ever recorded in a folder.
var ErrNone = errors.New("no session was recorded here yet")

// Reader reads a store. Any number of them may be open beside the one process that writes; each call sees what was
// committed before it.
type Reader struct {
	dir  string
	read *sql.DB
}

// OpenReader opens the store in dir for reading. It needs no lock and changes nothing.
func OpenReader(dir string) (_ *Reader, err error) {
	defer prefix(&err, "store: open "+dir)
	if _, err := os.Stat(filepath.Join(dir, "log.sqlite")); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	} else if err != nil {
		return nil, err
	}
	r := &Reader{dir: dir}
	return r, r.open()
}

func (s *Reader) open() (err error) {
	if s.read, err = sql.Open("sqlite", s.file()+"?_pragma=busy_timeout(5000)&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	return nil
}

// file is the database as an SQLite URI.
func (s *Reader) file() string { return "file:" + filepath.ToSlash(filepath.Join(s.dir, "log.sqlite")) }

// Close ends reading.
func (s *Reader) Close() error { return s.read.Close() }

// Check asks SQLite whether its file is sound.
func (s *Reader) Check(ctx context.Context) error {
	var answer string
	if err := s.read.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&answer); err != nil {
		return err
	}
	if answer != "ok" {
		return fmt.Errorf("store: integrity check: %s", answer)
	}
	return nil
}
