package session

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// FuzzNormalize: whatever a kernel sends is refused or has one form, and that form travels unchanged.
func FuzzNormalize(f *testing.F) {
	for kind := range payloads {
		f.Add(string(kind), "request", []byte(`{"code":"x","CODE":"y","output":{"a":[1,2.50]},"judge":true,"points":null}`), int64(5))
	}
	f.Add("output", "r", []byte(`{"output":{"text":"\ud800"},"dropped":-9}`), int64(-1))
	f.Add("output", "\xe5", []byte("{\"output\":{\"text\":\"\xe5\"}}"), int64(1))
	f.Fuzz(func(t *testing.T, kind, request string, data []byte, mono int64) {
		e, err := Normalize(Event{Kind: Kind(kind), Request: request, Data: data, Mono: mono, Time: time.Unix(0, mono)})
		if err != nil {
			return
		}
		once, err := Encode(e)
		if err != nil {
			t.Fatalf("normalized and does not encode: %v", err)
		}
		var back Event
		if err := json.Unmarshal(once, &back); err != nil {
			t.Fatal(err)
		}
		if back, err = Normalize(back); err != nil {
			t.Fatal(err)
		}
		if twice, err := Encode(back); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s\nbecomes\n%s, %v", once, twice, err)
		}
	})
}

// FuzzFold: a log of any events, in any order, is folded without a panic and the same way each time; time never runs
// back.
func FuzzFold(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11"), []byte(`{"code":"%%plan","role":"test","judge":true,"name":"clarify","run":1,"report":{}}`))
	f.Add([]byte("\x20\x21\x22\x20\x26\x27"), []byte(`{"points":3,"part":"communication","output":{},"display_id":"a","update":true,"dropped":9223372036854775807}`))
	kinds := []Kind{KindKernelStarted, KindCellStarted, KindOutput, KindCellFinished, KindMagic, KindKernelEnded,
		KindSessionStarted, KindVerdict, KindHint, KindNote, KindScore, KindSessionFinished}
	f.Fuzz(func(t *testing.T, steps, data []byte) {
		var log []Record
		for i, b := range steps {
			e := Event{Kind: kinds[int(b)%len(kinds)], SrcSeq: uint64(i % 3), Mono: int64(b) * int64(i-3) << (b % 50),
				Request: string(rune('a' + b%3)), Cell: string(rune('a' + b%2)), Data: data}
			log = append(log, Record{Session: "s", Seq: uint64(i + 1), Source: string(rune('x' + b%2)),
				Received: epoch.Add(time.Duration(i) * time.Second), Event: e})
		}
		var s State
		last := time.Time{}
		for _, r := range log {
			s.Observe(r)
			if s.Clock.Last().Before(last) || s.Clock.Last().After(r.Received) {
				t.Fatalf("record %d is placed at %s", r.Seq, s.Clock.Last())
			}
			last = s.Clock.Last()
			if now := s.Clock.Now(r.Received); now.InPhaseMS < 0 || now.TotalMS < 0 {
				t.Fatalf("the clock shows %+v", now)
			}
			s.Submission("a")
		}
		if a, b := Fold(log).Clock.Now(last), s.Clock.Now(last); a != b {
			t.Fatalf("replay shows %+v, the live clock %+v", a, b)
		}
	})
}

// FuzzOpenSpool: a spool file with any content is opened or refused, and what is read from it was written as it is.
func FuzzOpenSpool(f *testing.F) {
	s, err := CreateSpool(f.TempDir(), Hello{Challenge: "c"}, 0)
	if err != nil {
		f.Fatal(err)
	}
	for range 3 {
		if _, err := s.Append(Event{Kind: KindKernelEnded}); err != nil {
			f.Fatal(err)
		}
	}
	whole, err := os.ReadFile(s.f.Name())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-5])
	f.Add([]byte("00000000 {}\n"))
	if err := s.Remove(); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "x.jsonl")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := OpenSpool(path)
		if err != nil {
			return
		}
		defer s.Close()
		for seq := uint64(1); seq <= s.Len(); seq++ {
			if e, err := read(s, seq); err != nil || e.SrcSeq != seq {
				t.Fatalf("event %d of %d: %+v, %v", seq, s.Len(), e, err)
			}
		}
	})
}
