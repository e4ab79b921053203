package main

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks"
)

// BenchmarkVerdict is the wait for a verdict of a challenge's own reference in a warm session, by library, beside what it
// should be: correct is when it is known what passed, all is when fluency is measured too; the others are parts of it.
func BenchmarkVerdict(b *testing.B) {
	for _, c := range []struct {
		library  string
		slug     string
		p50, p95 float64 // ms of correct; 0: no target
	}{
		{"numpy", "np-cosine-embeddings", 100, 250},
		{"pandas", "pd-rolling-7d-revenue", 250, 0},
		{"sklearn", "sk-pipeline-custom-cv", 1000, 0},
		{"torch", "pt-debug-training", 3000, 0},
	} {
		b.Run(c.library, func(b *testing.B) {
			times := verdictTimes(b, c.slug)
			for _, part := range []string{"collect", "cases", "measure", "review"} {
				b.ReportMetric(quantile(times[part], 0.5), part+"-ms")
			}
			for _, unit := range []string{"correct", "all"} {
				b.ReportMetric(quantile(times[unit], 0.5), unit+"-p50-ms")
				b.ReportMetric(quantile(times[unit], 0.95), unit+"-p95-ms")
			}
			b.ReportMetric(c.p50, "target-p50-ms")
			if c.p95 > 0 {
				b.ReportMetric(c.p95, "target-p95-ms")
			}
			b.ReportMetric(0, "ns/op") // it would say the mean
		})
	}
}

// verdictTimes grades a reference again and again and returns sorted milliseconds.
func verdictTimes(b *testing.B, slug string) map[string][]float64 {
	b.Helper()
	python := scientific(b)
	bank, err := openBank(nil)
	if err != nil {
		b.Fatal(err)
	}
	ch, err := lookup(bank, slug)
	if err != nil {
		b.Fatal(err)
	}
	scratch := b.TempDir()
	os.Chmod(scratch, 0o711)
	g, err := checks.New(checks.Config{Python: python, Ruff: findRuff(python), Scratch: scratch})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	g.Warm(b.Context(), ch.Spec, "bench")
	answer := checks.Submission{Cells: []checks.Cell{{ID: "c", Source: ch.Spec.Solution, Role: "solution"}}}
	times := map[string][]float64{}
	for b.Loop() {
		began := time.Now()
		r, err := g.Grade(b.Context(), ch.Spec, answer, checks.Options{Session: "bench"})
		if err != nil {
			b.Fatal(err)
		}
		if !passed(r) {
			b.Fatal("the reference fails: ", r.Status, r.Message)
		}
		r.TimingsMS["all"] = float64(time.Since(began).Microseconds()) / 1000
		r.TimingsMS["correct"] = r.TimingsMS["collect"] + r.TimingsMS["cases"]
		for part, ms := range r.TimingsMS {
			times[part] = append(times[part], ms)
		}
	}
	for _, list := range times {
		slices.Sort(list)
	}
	return times
}

// quantile takes one from a sorted list.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
