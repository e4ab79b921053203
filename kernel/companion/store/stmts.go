package store

import "database/sql"

// The writer's statements are parsed once. A transaction holds the only connection, so a statement that is new runs as
// text and is prepared afterwards.

func (t *transaction) exec(q string, args ...any) (sql.Result, error) {
	if st := t.s.stmts[q]; st != nil {
		return t.tx.Stmt(st).Exec(args...)
	}
	t.s.want = append(t.s.want, q)
	return t.tx.Exec(q, args...)
}

func (t *transaction) row(q string, args ...any) *sql.Row {
	if st := t.s.stmts[q]; st != nil {
		return t.tx.Stmt(st).QueryRow(args...)
	}
	t.s.want = append(t.s.want, q)
	return t.tx.QueryRow(q, args...)
}

// prepare prepares what ran as text. What cannot be prepared now goes on running as text.
func (s *Store) prepare() {
	for _, q := range s.want {
		if s.stmts[q] != nil {
			continue
		}
		if st, err := s.write.Prepare(q); err == nil {
			s.stmts[q] = st
		}
	}
	s.want = s.want[:0]
}
