package main

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks"
)

// targets is how soon a verdict should be known, in ms at the median, by the heaviest library of a challenge; heaviest first.
var targets = []struct {
	library  string
	p50, p95 float64 // 0: none
}{
	{"torch", 3000, 0},
	{"sklearn", 1000, 0},
	{"pandas", 250, 0},
	{"numpy", 100, 250},
}

// BenchmarkVerdict is the wait for a verdict of a challenge's own reference in a warm session, beside what it should be:
// correct is when it is known what passed, all is when fluency is measured too; the others are parts of it.
func BenchmarkVerdict(b *testing.B) {
	bank, err := openBank(nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, target := range targets {
		for _, ch := range bank.List() {
			if heaviest(ch.Needs) != target.library {
				continue
			}
			b.Run(target.library+"/"+ch.Slug, func(b *testing.B) {
				times := verdictTimes(b, ch.Spec)
				for _, part := range []string{"collect", "cases", "measure", "review"} {
					b.ReportMetric(quantile(times[part], 0.5), part+"-ms")
				}
				for _, unit := range []string{"correct", "all"} {
					b.ReportMetric(quantile(times[unit], 0.5), unit+"-p50-ms")
					b.ReportMetric(quantile(times[unit], 0.95), unit+"-p95-ms")
				}
				b.ReportMetric(target.p50, "target-p50-ms")
				if target.p95 > 0 {
					b.ReportMetric(target.p95, "target-p95-ms")
				}
				b.ReportMetric(0, "ns/op") // it would say the mean
			})
		}
	}
}

// heaviest names the library of needs that has a target of its own and the highest one.
func heaviest(needs []string) string {
	for _, target := range targets {
		if slices.Contains(needs, target.library) {
			return target.library
		}
	}
	return ""
}

// verdictTimes grades a reference again and again and returns sorted milliseconds.
func verdictTimes(b *testing.B, spec *checks.Spec) map[string][]float64 {
	b.Helper()
	python := scientific(b)
	scratch := b.TempDir()
	os.Chmod(scratch, 0o711)
	g, err := checks.New(checks.Config{Python: python, Ruff: findRuff(python), Scratch: scratch})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	g.Warm(b.Context(), spec, "bench")
	answer := checks.Submission{Cells: []checks.Cell{{ID: "c", Source: spec.Solution, Role: "solution"}}}
	times := map[string][]float64{}
	for b.Loop() {
		time.Sleep(200 * time.Millisecond) // nobody runs a cell again before they have read its card
		began := time.Now()
		r, err := g.Grade(b.Context(), spec, answer, checks.Options{Session: "bench"})
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
