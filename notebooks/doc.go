// Package notebooks turns challenge folders into notebooks and sessions into graded ones.
//
// In: a challenge is one folder with everything an author needs (Read, Bank), proved by Verify. Out: Build writes the
// notebook that a candidate starts from; Export writes the notebook, page or document that everyone takes home, from the
// session's log alone.
//
// What it does not do: it runs no code (a Grader does), opens no socket and keeps no state.
package notebooks
