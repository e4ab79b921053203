package store

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/assay-kernel/assay/kernel/session"
)

// BenchmarkAppend appends events of 700 bytes, each durable before the next of its session. Compare ns/op between the
// numbers of sessions: the fsync is shared.
func BenchmarkAppend(b *testing.B) {
	for _, sessions := range []int{1, 64} {
		b.Run(fmt.Sprint("sessions=", sessions), func(b *testing.B) {
			s, err := Open(b.TempDir(), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			code := strings.Repeat("x", 550)
			var left atomic.Int64
			left.Store(int64(b.N))
			done := make(chan error)
			b.ResetTimer()
			for i := range sessions {
				go func() {
					var err error
					for n := uint64(1); err == nil && left.Add(-1) >= 0; n++ {
						_, err = s.Append(context.Background(), Batch{Session: fmt.Sprint("s", i), Source: "a", Entries: []Entry{cell(n, code)}})
					}
					done <- err
				}()
			}
			for range sessions {
				if err := <-done; err != nil {
					b.Error(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkReplay reads a session of 10,000 events.
func BenchmarkReplay(b *testing.B) {
	s, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for n := uint64(1); n <= 10_000; n += 100 {
		var entries []Entry
		for i := range uint64(100) {
			entries = append(entries, cell(n+i, strings.Repeat("x", 550)))
		}
		if _, err := s.Append(context.Background(), Batch{Session: "s", Source: "a", Entries: entries}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		var log []session.Record
		if log, err = s.ReadAll(context.Background(), "s"); err != nil || len(log) != 10_000 {
			b.Fatal(len(log), err)
		}
	}
}
