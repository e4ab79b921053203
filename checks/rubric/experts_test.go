package rubric

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

// Experts' code is the measure of the static rules: on a sample of scikit-learn and pandas, scored as if every function were
// an answer and nothing had been measured, no own rule may cost anything, and suspicions must be rare.
func TestExpertsCodeCostsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a hundred files")
	}
	python, ruff := tools(t)
	for _, lib := range []string{"sklearn", "pandas"} {
		t.Run(lib, func(t *testing.T) {
			files := sample(t, filepath.Join(filepath.Dir(filepath.Dir(python)), "lib"), lib, 16)
			var functions, flagged, costly, lines int
			rules := map[string]int{}
			for _, f := range files {
				r, facts := scoreFile(t, python, ruff, f)
				functions += len(facts.Functions)
				lines += int(r.TimingsMS["lines"])
				hit := map[string]bool{}
				for _, h := range facts.Hits {
					if !h.Quiet {
						hit[h.Function] = true
					}
				}
				flagged += len(hit)
				for _, f := range r.Findings {
					rules[f.Rule]++
					if f.Severity == report.Costs && f.Criterion == "fluency" {
						costly++
						if f.Rule[0] == 'A' {
							t.Errorf("%s costs: %s", f.Rule, dump(f))
						}
					}
				}
			}
			if functions < 100 {
				t.Skipf("only %d functions of %s on this machine", functions, lib)
			}
			share := 100 * float64(flagged) / float64(functions)
			t.Logf("%s: %d files, %d lines, %d functions; suspected %.1f %%, ruff costs in %d places; %v", lib, len(files), lines, functions, share, costly, rules)
			if share > 4 {
				t.Errorf("%.1f %% of experts' functions are suspected", share)
			}
			if costly*2000 > lines { // more than one in 2,000 lines
				t.Errorf("%d costs in %d lines of experts", costly, lines)
			}
		})
	}
}

// sample gives up to n of the library's own files, spread over it, none of them tests and none very large.
func sample(t *testing.T, lib, name string, n int) []string {
	t.Helper()
	roots, _ := filepath.Glob(filepath.Join(lib, "python3*", "site-packages", name))
	var all []string
	for _, root := range roots {
		_ = filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
			if err == nil && strings.HasSuffix(path, ".py") && !strings.Contains(path, "test") && !strings.Contains(path, "externals") && info.Size() > 4000 && info.Size() < 60_000 {
				all = append(all, path)
			}
			return nil
		})
	}
	if len(all) == 0 {
		t.Skipf("no %s on this machine", name)
	}
	slices.Sort(all)
	var out []string
	for i := 0; i < len(all); i += max(1, len(all)/n) {
		out = append(out, all[i])
	}
	return out
}

var defs = regexp.MustCompile(`(?m)^ *def (\w+)`)

func scoreFile(t *testing.T, python, ruff, path string) (*report.Report, *facts) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Report: graded(), Source: string(data)}
	for _, m := range defs.FindAllStringSubmatch(in.Source, -1) { // every function is an entry point
		in.EntryPoints = append(in.EntryPoints, m[1])
	}
	if in.Facts, err = Analyse(context.Background(), python, in); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := Run(context.Background(), python, ruff, in); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	f := readFacts(in.Facts)
	if f == nil || f.Error != nil {
		t.Fatalf("%s: %s", path, in.Facts)
	}
	in.Report.TimingsMS = map[string]float64{"lines": float64(strings.Count(in.Source, "\n"))}
	return in.Report, f
}
