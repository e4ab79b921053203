package checks

import (
	"errors"

	"github.com/assay-kernel/assay/checks/harness"
)

// judge returns the oracle and this run's number in it.
func (r *run) judge() (*harness.Oracle, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.oracle, r.number
}

// replace takes another oracle for one that failed, over a value of the answer's or by itself. What the author did wrong stays
// wrong, and ends the run. An answer whose values break one oracle after the other gets no more of them: that is its verdict,
// and no error of ours.
func (r *run) replace(failed *harness.Oracle, err error, value bool) {
	var author *harness.AuthorError
	r.mu.Lock()
	defer r.mu.Unlock()
	gone := errors.Is(err, harness.ErrOracleGone)
	if value && !gone {
		r.broken++
	}
	switch {
	case r.err != nil:
		return
	case errors.As(err, &author), !value && !gone:
		r.err = err
		return
	case r.oracle != failed || r.broken > maxBroken:
		return // it is done already, or of no more use
	case r.revived == maxRevived:
		r.err = err
		return
	}
	r.revived++
	fresh, startErr := r.revive()
	if startErr != nil {
		r.err = startErr
		return
	}
	r.oracle, r.number = fresh, fresh.NewRun()
}

// stop ends the run with an error of ours.
func (r *run) stop(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

// over reports whether no more cases can be run.
func (r *run) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err != nil || r.broken > maxBroken
}
