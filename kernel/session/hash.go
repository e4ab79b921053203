package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Seal fills in r's PrevHash and Hash: SHA-256 over prev followed by Encode of the record with an empty hash field.
// The first record of a session has the empty string before it.
func Seal(r *Record, prev string) error {
	r.PrevHash = prev
	h, err := hashOf(*r)
	if err != nil {
		return err
	}
	r.Hash = h
	return nil
}

func hashOf(r Record) (string, error) {
	r.Hash = ""
	body, err := Encode(r)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write([]byte(r.PrevHash))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// BrokenError names the first record of a chain that is not what was written.
type BrokenError struct {
	Seq uint64 // the place in the log, as it should be
	Why string
}

func (e *BrokenError) Error() string { return fmt.Sprintf("record %d: %s", e.Seq, e.Why) }

// Verifier checks a log record by record. Its zero value is ready for the first one.
type Verifier struct {
	seq  uint64
	head string
}

// Check reports whether r is the next record of the chain. After an error the chain is broken and nothing later can
// be trusted.
func (v *Verifier) Check(r Record) error {
	want := v.seq + 1
	switch {
	case r.Seq != want:
		return &BrokenError{want, fmt.Sprintf("missing: the next one is %d", r.Seq)}
	case r.PrevHash != v.head:
		return &BrokenError{want, "does not follow the record before it"}
	}
	h, err := hashOf(r)
	if err != nil {
		return &BrokenError{want, err.Error()}
	}
	if h != r.Hash {
		return &BrokenError{want, "was changed after it was written"}
	}
	v.seq, v.head = want, h
	return nil
}

// Head is the hash of the last good record.
func (v *Verifier) Head() string { return v.head }

// Verify checks a whole log and that it ends at head; an empty head accepts any end, so a cut tail goes unseen.
func Verify(records []Record, head string) error {
	var v Verifier
	for _, r := range records {
		if err := v.Check(r); err != nil {
			return err
		}
	}
	if head != "" && v.head != head {
		return &BrokenError{v.seq + 1, "missing: the log was cut here"}
	}
	return nil
}
