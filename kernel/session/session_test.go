package session

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func event(t *testing.T, kind Kind, request string, data any) Event {
	t.Helper()
	e, err := NewEvent(kind, request, "", data)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var epoch = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// chain makes a log of n sealed records.
func chain(t *testing.T, n int) []Record {
	t.Helper()
	var out []Record
	prev := ""
	for i := range n {
		r := Record{Session: "s", Seq: uint64(i + 1), Source: "a", Received: epoch.Add(time.Duration(i) * time.Second),
			Event: event(t, KindCellStarted, "r", CellStarted{Code: "x < 1 & y"})}
		if err := Seal(&r, prev); err != nil {
			t.Fatal(err)
		}
		prev = r.Hash
		out = append(out, r)
	}
	return out
}

func TestVerifyNamesTheFirstBadRecord(t *testing.T) {
	tests := []struct {
		name   string
		change func([]Record) []Record
		seq    uint64
	}{
		{"nothing", func(r []Record) []Record { return r }, 0},
		{"data changed", func(r []Record) []Record { r[2].Data = json.RawMessage(`{"code":"x"}`); return r }, 3},
		{"time changed", func(r []Record) []Record { r[3].Received = epoch; return r }, 4},
		{"one dropped", func(r []Record) []Record { return append(r[:1], r[2:]...) }, 2},
		{"two swapped", func(r []Record) []Record { r[1], r[2] = r[2], r[1]; return r }, 2},
		{"tail cut", func(r []Record) []Record { return r[:4] }, 5},
		{"rehashed", func(r []Record) []Record {
			r[1].Request = "other"
			if err := Seal(&r[1], r[0].Hash); err != nil {
				t.Fatal(err)
			}
			return r
		}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := chain(t, 5)
			head := log[4].Hash
			err := Verify(tt.change(log), head)
			var broken *BrokenError
			switch {
			case tt.seq == 0 && err != nil:
				t.Fatalf("a good log: %v", err)
			case tt.seq != 0 && (!errors.As(err, &broken) || broken.Seq != tt.seq):
				t.Fatalf("got %v, want record %d", err, tt.seq)
			}
		})
	}
}

func TestVerifySurvivesJSON(t *testing.T) {
	log := chain(t, 3)
	text, err := Encode(log)
	if err != nil {
		t.Fatal(err)
	}
	var back []Record
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err := Verify(back, log[2].Hash); err != nil {
		t.Fatal(err)
	}
}

func TestNormalizeHasOneReading(t *testing.T) {
	tests := []struct{ name, kind, in, want string }{
		{"case and repeats", "cell_started", `{"code":"a","CODE":"b"}`, `{"code":"b"}`},
		{"unknown fields go", "cell_started", `{"code":"<a>","x":1}`, `{"code":"<a>"}`},
		{"an output keeps its digits", "output", `{"OUTPUT": {"a": 1.50, "n": 12345678901234567890}}`,
			`{"output":{"a":1.50,"n":12345678901234567890}}`},
		{"null output", "output", `{"output":null,"clear":true}`, `{"output":null,"clear":true}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := Normalize(Event{Kind: Kind(tt.kind), Data: json.RawMessage(tt.in)})
			if err != nil || string(e.Data) != tt.want {
				t.Fatalf("got %s, %v; want %s", e.Data, err, tt.want)
			}
			again, err := Normalize(e)
			if err != nil || string(again.Data) != string(e.Data) {
				t.Fatalf("twice is not once: %s, %v", again.Data, err)
			}
		})
	}
	for _, bad := range []Event{{Kind: "nonsense"}, {Kind: KindMagic, Data: json.RawMessage(`[1]`)},
		{Kind: KindMagic, Time: time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -2*3600))},
		{Kind: KindMagic, Time: time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))}} {
		if _, err := Normalize(bad); !errors.Is(err, ErrBad) {
			t.Errorf("%s %s at %s was accepted", bad.Kind, bad.Data, bad.Time)
		}
	}
}

func TestSpoolCutsATornTail(t *testing.T) {
	tests := []struct {
		name string
		hurt func(b []byte) []byte
		left uint64
	}{
		{"whole", func(b []byte) []byte { return b }, 5},
		{"half a line", func(b []byte) []byte { return b[:len(b)-20] }, 4},
		{"no newline", func(b []byte) []byte { return b[:len(b)-1] }, 4},
		{"zeroes after the end", func(b []byte) []byte { return append(b, make([]byte, 300)...) }, 5},
		{"one bit", func(b []byte) []byte {
			i := strings.Index(string(b), "third")
			b[i] ^= 1
			return b
		}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := CreateSpool(dir, Hello{Challenge: "warm-up"}, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, code := range []string{"first", "second", "third", "fourth", "fifth"} {
				if _, err := s.Append(event(t, KindCellStarted, code, CellStarted{Code: code})); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(dir, s.Source+".jsonl")
			if _, err := OpenSpool(path); !errors.Is(err, ErrInUse) {
				t.Fatalf("a live spool opened: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			b, _ := os.ReadFile(path)
			if err := os.WriteFile(path, tt.hurt(b), 0o600); err != nil {
				t.Fatal(err)
			}
			checkReopened(t, path, s.Source, tt.left)
		})
	}
}

func checkReopened(t *testing.T, path, source string, left uint64) {
	t.Helper()
	s, err := OpenSpool(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Source != source || s.Hello.Challenge != "warm-up" || s.Len() != left {
		t.Fatalf("source %s, challenge %s, %d events; want %d", s.Source, s.Hello.Challenge, s.Len(), left)
	}
	e, err := s.Append(event(t, KindCellStarted, "later", CellStarted{Code: "later"}))
	if err != nil || e.SrcSeq != left+1 {
		t.Fatalf("appended as %d, %v; want %d", e.SrcSeq, err, left+1)
	}
	for seq := uint64(1); seq <= s.Len(); seq++ {
		if e, err := read(s, seq); err != nil || e.SrcSeq != seq {
			t.Fatalf("event %d reads as %d, %v", seq, e.SrcSeq, err)
		}
	}
	if err := s.Remove(); err != nil {
		t.Fatal(err)
	}
}

func TestSpoolQuotaDropsOutputsOnly(t *testing.T) {
	s, err := CreateSpool(t.TempDir(), Hello{}, 8000)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	big, _ := json.Marshal(map[string]string{"text": strings.Repeat("x", 3000)})
	for range 6 {
		if _, err := s.Append(event(t, KindOutput, "r", Output{Output: big})); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(event(t, KindCellStarted, "r", CellStarted{Code: strings.Repeat("y", 3000)})); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	for seq := uint64(1); seq <= s.Len(); seq++ {
		e, err := read(s, seq)
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == KindCellStarted && len(e.Data) < 3000 {
			t.Errorf("event %d: code was cut", seq)
		}
		if o, _ := decode[Output](Record{Event: e}); e.Kind == KindOutput {
			if string(o.Output) != "null" {
				kept++
			} else if o.Dropped != int64(len(big)) {
				t.Errorf("event %d: %d bytes counted as dropped, want %d", seq, o.Dropped, len(big))
			}
		}
	}
	if kept != 1 {
		t.Errorf("%d outputs kept, want 1", kept)
	}
}

func TestSpoolGoesOnAfterAFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("changes a process limit")
	}
	s, err := CreateSpool(t.TempDir(), Hello{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	code := CellStarted{Code: strings.Repeat("z", 2000)}
	if _, err := s.Append(event(t, KindCellStarted, "1", code)); err != nil {
		t.Fatal(err)
	}
	restore := limitFileSize(t, 3000)
	_, err = s.Append(event(t, KindCellStarted, "2", code))
	restore()
	if err == nil {
		t.Fatal("a write over the limit went well")
	}
	e, err := s.Append(event(t, KindCellStarted, "3", code))
	if err != nil || e.SrcSeq != 2 {
		t.Fatalf("after the disk had room again: event %d, %v", e.SrcSeq, err)
	}
	if back, err := read(s, 2); err != nil || back.Request != "3" {
		t.Fatalf("reads back as %q, %v", back.Request, err)
	}
}

// limitFileSize makes writes beyond n bytes of any file fail in this process.
func limitFileSize(t *testing.T, n uint64) (restore func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Skip(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: old.Max}); err != nil {
		t.Skip(err)
	}
	return func() { _ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old) }
}

func read(s *Spool, seq uint64) (e Event, err error) {
	body, err := s.Read(seq)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(body, &e)
}
