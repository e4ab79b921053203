package checks

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkVerdict grades the pairwise challenge (30 hidden cases, two axes, one timed call) in a warm session. It reports
// the wait until correctness is known, which is when a candidate sees something, and until everything is.
func BenchmarkVerdict(b *testing.B) {
	s := pairwise(b)
	for name, code := range map[string]string{
		"reference": s.Solution,
		"loops":     head + "    n = len(X)\n    D = np.zeros((n, n))\n    for i in range(n):\n        for j in range(n):\n            D[i, j] = np.sqrt(((X[i] - X[j]) ** 2).sum())\n    return D\n",
		"wrong":     head + "    return X @ X.T\n",
	} {
		b.Run(name, func(b *testing.B) {
			g := grader(b, Config{})
			g.Warm(b.Context(), s, "bench")
			var first, all []time.Duration
			for b.Loop() {
				r := grade(b, g, s, cell(code), Options{Session: "bench"})
				all = append(all, time.Duration(r.TimingsMS["total"]*1e6))
				first = append(first, time.Duration((r.TimingsMS["collect"]+r.TimingsMS["cases"])*1e6))
			}
			for unit, list := range map[string][]time.Duration{"correct": first, "all": all} {
				slices.Sort(list)
				b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, unit+"-p50-ms")
				b.ReportMetric(float64(list[len(list)*95/100].Microseconds())/1000, unit+"-p95-ms")
			}
		})
	}
}
