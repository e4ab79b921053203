package session

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// Spool is one kernel process's events on disk, from the first to the last, until the companion has all of them.
//
// The file is append-only, a line an event: CRC-32C in eight hex digits, a space, the event as Encode writes it. The
// first line holds the Hello, so that a later process can deliver what this one could not. The source id is random and
// made with the file: a spool that is lost never makes its successor's events look like duplicates. The file is locked
// while its process lives.
type Spool struct {
	Source string
	Hello  Hello

	mu     sync.Mutex
	f      *os.File
	size   int64
	quota  int64
	starts []int64 // offset of the line of event i+1
	dirty  bool
}

// DefaultQuota is the size from which a spool drops outputs.
const DefaultQuota = 512 << 20

// ErrInUse says that another process holds a spool.
var ErrInUse = errors.New("session: spool: in use")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// NewID returns 16 random bytes in hex.
func NewID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// CreateSpool starts a new spool file in dir. A quota of 0 is DefaultQuota.
func CreateSpool(dir string, hello Hello, quota int64) (_ *Spool, err error) {
	defer prefix(&err, "session: create spool")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	hello.Source = NewID()
	f, err := os.OpenFile(filepath.Join(dir, hello.Source+".jsonl"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	s := &Spool{Source: hello.Source, Hello: hello, f: f, quota: quotaOr(quota)}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	body, err := Encode(hello)
	if err == nil {
		err = s.write(body)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return s, nil
}

// OpenSpool opens a spool that another process left behind, and cuts a torn tail. ErrInUse means that it lives.
func OpenSpool(path string) (_ *Spool, err error) {
	defer prefix(&err, "session: open spool")
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	s := &Spool{f: f, quota: DefaultQuota}
	if err = lock(f); err == nil {
		err = s.load()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

func quotaOr(quota int64) int64 {
	if quota <= 0 {
		return DefaultQuota
	}
	return quota
}

func lock(f *os.File) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return ErrInUse
		}
		return err
	}
	return nil
}

// load reads the whole file up to the first line that is not as it was written, and cuts the rest: a process that is
// killed in a write leaves half a line, and nothing after it was ever acknowledged.
func (s *Spool) load() error {
	r := bufio.NewReaderSize(s.f, 1<<16)
	for first := true; ; first = false {
		line, err := r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return err
		}
		if len(line) == 0 && !first {
			return nil
		}
		body, ok := unframe(line)
		if !ok || !s.accept(body, first) {
			if first {
				return errors.New("no header")
			}
			return s.f.Truncate(s.size)
		}
		if !first {
			s.starts = append(s.starts, s.size)
		}
		s.size += int64(len(line))
	}
}

func (s *Spool) accept(body []byte, first bool) bool {
	if first {
		if json.Unmarshal(body, &s.Hello) != nil {
			return false
		}
		s.Source = s.Hello.Source
		return s.Source != ""
	}
	var e Event
	return json.Unmarshal(body, &e) == nil && e.SrcSeq == uint64(len(s.starts)+1)
}

func unframe(line []byte) ([]byte, bool) {
	body, ok := bytes.CutSuffix(line, []byte("\n"))
	if !ok || len(body) < 9 || body[8] != ' ' {
		return nil, false
	}
	sum, err := strconv.ParseUint(string(body[:8]), 16, 32)
	body = body[9:]
	return body, err == nil && uint32(sum) == crc32.Checksum(body, castagnoli)
}

// write appends one line; after a short write the file is cut back to the last good one.
func (s *Spool) write(body []byte) error {
	line := make([]byte, 0, len(body)+10)
	line = fmt.Appendf(line, "%08x ", crc32.Checksum(body, castagnoli))
	line = append(append(line, body...), '\n')
	if _, err := s.f.WriteAt(line, s.size); err != nil {
		return errors.Join(err, s.f.Truncate(s.size))
	}
	s.size += int64(len(line))
	s.dirty = true
	return nil
}

// Append gives e the next SrcSeq and writes it. Beyond seven eighths of the quota outputs lose their data and keep
// their place; nothing else is ever dropped. An event that could not be written has not happened: the next one gets
// its number.
func (s *Spool) Append(e Event) (_ Event, err error) {
	defer prefix(&err, "session: spool")
	s.mu.Lock()
	defer s.mu.Unlock()
	e.SrcSeq = uint64(len(s.starts) + 1)
	if e, err = Normalize(e); err != nil {
		return e, err
	}
	e = Shrink(e)
	if e.Kind == KindOutput && s.size+int64(len(e.Data)) > s.quota/8*7 {
		e = dropOutput(e)
	}
	body, err := Encode(e)
	if err != nil {
		return e, err
	}
	at := s.size
	if err = s.write(body); err != nil {
		return e, err
	}
	s.starts = append(s.starts, at)
	return e, nil
}

func dropOutput(e Event) Event {
	o, _ := decode[Output](Record{Event: e})
	o.Dropped = addClamped(o.Dropped, int64(len(o.Output)))
	o.Output = nil
	if data, err := Encode(o); err == nil {
		e.Data = data
	}
	return e
}

// Len is the number of events.
func (s *Spool) Len() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint64(len(s.starts))
}

// Read returns event seq as Encode wrote it.
func (s *Spool) Read(seq uint64) (body []byte, err error) {
	defer prefix(&err, "session: read spool")
	s.mu.Lock()
	if seq == 0 || seq > uint64(len(s.starts)) {
		s.mu.Unlock()
		return nil, fmt.Errorf("no event %d", seq)
	}
	from, to := s.starts[seq-1], s.size
	if seq < uint64(len(s.starts)) {
		to = s.starts[seq]
	}
	s.mu.Unlock()
	line := make([]byte, to-from)
	if _, err := s.f.ReadAt(line, from); err != nil {
		return nil, err
	}
	body, ok := unframe(line)
	if !ok {
		return nil, fmt.Errorf("event %d is damaged", seq)
	}
	return body, nil
}

// Sync makes what was appended survive a power loss. It costs nothing when nothing was.
func (s *Spool) Sync() error {
	s.mu.Lock()
	dirty := s.dirty
	s.dirty = false
	s.mu.Unlock()
	if !dirty {
		return nil
	}
	return s.f.Sync()
}

// Urgent reports whether e must be on disk at once: it is a decision, not a detail.
func Urgent(e Event) bool {
	switch e.Kind {
	case KindMagic, KindKernelEnded:
		return true
	case KindCellFinished:
		f, ok := decode[CellFinished](Record{Event: e})
		return ok && f.Judge
	}
	return false
}

// Close releases the file and keeps it for a later delivery.
func (s *Spool) Close() error { return s.f.Close() }

// Remove deletes the file: the companion has everything.
func (s *Spool) Remove() error {
	return errors.Join(os.Remove(s.f.Name()), s.f.Close())
}

func prefix(err *error, what string) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", what, *err)
	}
}
