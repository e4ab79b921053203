package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

func TestMain(m *testing.M) {
	if os.Getenv("ASSAY_STORE_WRITER") != "" {
		writeForever()
	}
	before := runtime.NumGoroutine()
	code := m.Run()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); code == 0 && n > before {
		stacks := make([]byte, 1<<16)
		fmt.Fprintf(os.Stderr, "%d goroutines left\n%s\n", n-before, stacks[:runtime.Stack(stacks, true)])
		code = 1
	}
	os.Exit(code)
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// cell makes event n of a source.
func cell(n uint64, code string) Entry {
	data, _ := session.Encode(session.CellStarted{Code: code})
	return Entry{Event: session.Event{SrcSeq: n, Kind: session.KindCellStarted, Request: fmt.Sprint("r", n), Data: data}}
}

func mustAppend(t *testing.T, s *Store, b Batch) []session.Record {
	t.Helper()
	records, err := s.Append(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func mustReadAll(t *testing.T, s *Store, id string) []session.Record {
	t.Helper()
	records, err := s.ReadAll(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestAppendReadsBackAsAChain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	big := strings.Repeat("pixels ", 20_000)
	mustAppend(t, s, Batch{Session: "one", Source: "a", Entries: []Entry{cell(1, "x <&> y"), cell(2, big)},
		Identity: &Identity{Instance: "i", Challenge: "c"}})
	mustAppend(t, s, Batch{Session: "two", Source: "b", Entries: []Entry{cell(1, "other")}})
	mustAppend(t, s, Batch{Session: "one", Source: "a", Entries: []Entry{cell(2, big), cell(3, "z")}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	log := mustReadAll(t, s, "one")
	known, ok, err := s.Session(t.Context(), "one")
	if err != nil || !ok || len(log) != 3 || known.Seq != 3 || known.Cells != 3 {
		t.Fatalf("%d records, summary %+v, %v", len(log), known.Summary, err)
	}
	if err := session.Verify(log, known.Head); err != nil {
		t.Fatal(err)
	}
	if string(log[1].Data) != string(cell(2, big).Event.Data) {
		t.Error("the large event changed")
	}
	files, _ := os.ReadDir(dir + "/blobs")
	if len(files) != 1 {
		t.Errorf("%d blob folders, want 1", len(files))
	}
	if found, _ := s.Instances(t.Context(), "i", "c"); len(found) != 1 || found[0].ID != "one" {
		t.Errorf("found %+v", found)
	}
}

func TestAppendRefuses(t *testing.T) {
	s := open(t, t.TempDir())
	mustAppend(t, s, Batch{Session: "one", Source: "a", Entries: []Entry{cell(1, "x"), cell(2, "y")}})
	tests := []struct {
		name    string
		entries []Entry
		want    error
	}{
		{"the same again", []Entry{cell(1, "x"), cell(2, "y")}, nil},
		{"the same number, other words", []Entry{cell(2, "forged")}, ErrConflict},
		{"a gap", []Entry{cell(4, "w")}, ErrGap},
		{"good, then a gap", []Entry{cell(3, "z"), cell(5, "v")}, ErrGap},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.Append(t.Context(), Batch{Session: "one", Source: "a", Entries: tt.entries})
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if n := len(mustReadAll(t, s, "one")); n != 2 {
				t.Errorf("%d records, want 2", n)
			}
		})
	}
	got := mustAppend(t, s, Batch{Session: "one", Source: "b", Entries: []Entry{cell(1, "another source counts for itself")}})
	if len(got) != 1 || got[0].Seq != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestGroupCommitKeepsEverySession(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]uint64{}
	s, err := Open(t.TempDir(), Options{Committed: func(id string, records []session.Record) {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range records {
			if r.Seq != seen[id]+1 {
				t.Errorf("%s: announced %d after %d", id, r.Seq, seen[id])
			}
			seen[id] = r.Seq
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const sessions, events = 20, 25
	var wg sync.WaitGroup
	for i := range sessions {
		wg.Go(func() {
			id := fmt.Sprint("s", i)
			for n := uint64(1); n <= events; n++ {
				if _, err := s.Append(context.Background(), Batch{Session: id, Source: "a", Entries: []Entry{cell(n, id)}}); err != nil {
					t.Error(err)
				}
				if n%5 == 0 { // a refused neighbour does no harm
					_, _ = s.Append(context.Background(), Batch{Session: id, Source: "a", Entries: []Entry{cell(n+9, "gap")}})
				}
			}
		})
	}
	wg.Wait()
	for i := range sessions {
		id := fmt.Sprint("s", i)
		log := mustReadAll(t, s, id)
		known, _, _ := s.Session(t.Context(), id)
		if err := session.Verify(log, known.Head); err != nil || len(log) != events || seen[id] != events {
			t.Errorf("%s: %d records, %d announced, %v", id, len(log), seen[id], err)
		}
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestJobsAreDoneOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	judged := func(n uint64) Entry {
		e := cell(n, "def f")
		e.Job = "grade"
		return e
	}
	mustAppend(t, s, Batch{Session: "one", Source: "a", Entries: []Entry{judged(1), judged(2)}})
	mustAppend(t, s, Batch{Session: "one", Source: "a", Entries: []Entry{judged(2)}}) // a duplicate asks for nothing
	mustAppend(t, s, Batch{Session: "two", Source: "b", Entries: []Entry{judged(1)}})

	claim := func() *Job {
		t.Helper()
		j, err := s.Claim(t.Context(), "grade")
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	first, other := claim(), claim()
	if first.Session != "one" || first.Seq != 1 || other.Session != "two" {
		t.Fatalf("claimed %+v and %+v", first, other)
	}
	if j := claim(); j != nil {
		t.Fatalf("two jobs of one session at once: %+v", j)
	}
	verdict := &Batch{Session: "one", Source: Companion, Entries: []Entry{{Event: session.Event{
		Kind: session.KindVerdict, Request: "r1", Data: json.RawMessage(`{"run":1}`)}}}}
	if records, err := s.Finish(t.Context(), first, verdict); err != nil || len(records) != 1 {
		t.Fatalf("finish: %v, %v", records, err)
	}
	if _, err := s.Finish(t.Context(), first, verdict); !errors.Is(err, ErrGone) {
		t.Fatalf("finished twice: %v", err)
	}
	if n := len(mustReadAll(t, s, "one")); n != 3 {
		t.Fatalf("%d records, want 3", n)
	}

	s.Close() // with a job in hand
	s = open(t, dir)
	again := map[string]int{}
	for j := claim(); j != nil; j = claim() {
		again[j.Session] = j.Attempts
	}
	if again["one"] != 1 || again["two"] != 2 {
		t.Errorf("attempts after a restart: %v", again)
	}
	if n, err := s.Open(t.Context()); n != 2 || err != nil {
		t.Errorf("%d open jobs, %v", n, err)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v, want ErrLocked", err)
	}
	s.Close()
	open(t, dir)
}

func TestClosedStoreSaysSo(t *testing.T) {
	s := open(t, t.TempDir())
	s.Close()
	if _, err := s.Append(t.Context(), Batch{Session: "one", Source: "a", Entries: []Entry{cell(1, "x")}}); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestDamageIsNamed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for n := uint64(1); n <= 5; n++ {
		mustAppend(t, s, Batch{Session: "one", Source: "a", Entries: []Entry{cell(n, "some code")}})
	}
	if _, err := s.write.Exec(`UPDATE events SET record = CAST(replace(CAST(record AS TEXT), 'some', 'some other') AS BLOB) WHERE seq = 4`); err != nil {
		t.Fatal(err)
	}
	var broken *session.BrokenError
	if err := session.Verify(mustReadAll(t, s, "one"), ""); !errors.As(err, &broken) || broken.Seq != 4 {
		t.Errorf("got %v, want record 4", err)
	}
}

func TestReaderBesideAWriter(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenReader(dir); !errors.Is(err, ErrNone) {
		t.Fatalf("an empty folder: got %v, want ErrNone", err)
	}
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if known, err := r.Sessions(t.Context()); err != nil || len(known) != 0 {
		t.Fatalf("got %v and %v, want no session", known, err)
	}
	if err := r.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := r.read.Exec("DELETE FROM events"); err == nil {
		t.Error("a reader can write")
	}
}
