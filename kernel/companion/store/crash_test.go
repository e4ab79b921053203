package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// writeForever is the child of TestKilledProcessLosesNothing: it appends to eight sessions at once, prints what was
// acknowledged, and never ends by itself.
func writeForever() {
	s, err := Open(os.Getenv("ASSAY_STORE_WRITER"), Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for i := range 8 {
		go func() {
			id := fmt.Sprint("s", i)
			last, _ := s.Last(context.Background(), id, "a")
			for n := last + 1; ; n++ {
				e := cell(n, fmt.Sprintf("%s %d %s", id, n, strings.Repeat("x", int(n%7)*15_000)))
				e.Job = "grade"
				if _, err := s.Append(context.Background(), Batch{Session: id, Source: "a", Entries: []Entry{e}}); err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				fmt.Println("acked", id, n)
			}
		}()
	}
	select {}
}

func TestKilledProcessLosesNothing(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	dir := t.TempDir()
	acked := map[string]uint64{}
	for round := range rounds {
		runWriter(t, dir, time.Duration(60+40*round)*time.Millisecond, acked)
	}
	s := open(t, dir)
	total := 0
	for id, n := range acked {
		log := mustReadAll(t, s, id)
		known, _, err := s.Session(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := session.Verify(log, known.Head); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if uint64(len(log)) < n {
			t.Errorf("%s: %d acknowledged, %d stored", id, n, len(log))
		}
		for i, r := range log {
			if want := fmt.Sprintf("%s %d ", id, i+1); r.SrcSeq != uint64(i+1) || !strings.Contains(string(r.Data), want) {
				t.Fatalf("%s: record %d is %d, %.60s", id, i+1, r.SrcSeq, r.Data)
			}
		}
		total += len(log)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if jobs, err := s.Open(t.Context()); err != nil || jobs != total {
		t.Errorf("%d jobs for %d events, %v", jobs, total, err)
	}
	t.Logf("%d kills, %d events", rounds, total)
}

// runWriter lets a child write for a while after its first acknowledgement, kills it and notes what it had acknowledged.
func runWriter(t *testing.T, dir string, long time.Duration, acked map[string]uint64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "ASSAY_STORE_WRITER="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var kill *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if kill == nil {
			kill = time.AfterFunc(long, func() { _ = cmd.Process.Kill() })
		}
		var id string
		var n uint64
		if _, err := fmt.Sscanf(lines.Text(), "acked %s %d", &id, &n); err != nil {
			if strings.HasPrefix(lines.Text(), "error") {
				t.Error(lines.Text())
			}
			continue // a torn last line
		}
		acked[id] = max(acked[id], n)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the writer ended by itself")
	}
	if kill == nil {
		t.Fatal("the writer acknowledged nothing")
	}
	kill.Stop()
}
