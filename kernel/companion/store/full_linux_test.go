package store

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/assay-kernel/assay/kernel/session"
)

func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, "2m")
	s := open(t, dir)
	var n uint64
	var full error
	for n = 1; full == nil && n < 2000; n++ {
		_, full = s.Append(t.Context(), Batch{Session: "one", Source: "a", Entries: []Entry{cell(n, strings.Repeat("y", 20_000))}})
	}
	n-- // the one that failed
	if full == nil {
		t.Fatal("the disk was never full")
	}
	log := mustReadAll(t, s, "one") // reading goes on
	if uint64(len(log)) != n-1 {
		t.Fatalf("%d records for %d acknowledged", len(log), n-1)
	}
	if err := os.Remove(dir + "/ballast"); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Session: "one", Source: "a", Entries: []Entry{cell(n, "room again")}})
	known, _, _ := s.Session(t.Context(), "one")
	if err := session.Verify(mustReadAll(t, s, "one"), known.Head); err != nil || known.Seq != n {
		t.Errorf("after room was made: %d records, %v", known.Seq, err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// smallDisk mounts a small tmpfs with a file on it that can be deleted to make room.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	if err := os.WriteFile(dir+"/ballast", make([]byte, 512<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
