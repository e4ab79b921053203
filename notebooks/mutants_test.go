package notebooks

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/notebooks/mutate"
)

// mutantOf returns the mutant of that name.
func mutantOf(t *testing.T, c *Challenge, name string) mutate.Mutant {
	t.Helper()
	all, err := mutate.Make(t.Context(), python(t), c.Solution.Source)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(m mutate.Mutant) bool { return m.Name() == name })
	if i < 0 {
		t.Fatalf("no mutant %q", name)
	}
	return all[i]
}

// killing grades mutants: those in spared pass, the rest fail on the last seed.
func killing(t *testing.T, c *Challenge, spared ...string) grader {
	var sources []string
	for _, name := range spared {
		sources = append(sources, mutantOf(t, c, name).Source)
	}
	return func(o checks.Options, source string) (*report.Report, error) {
		if strings.HasPrefix(source, c.Solution.Source) { // as it is, or with wrong values
			return scripted{challenge: c}.Grade(t.Context(), nil, checks.Submission{Cells: []checks.Cell{{Source: source}}}, o)
		}
		r := &report.Report{Status: report.StatusGraded, Public: report.Count{Passed: 1, Total: 1}}
		switch {
		case !o.SkipFluency:
			t.Error("the fluency of a mutant is measured")
		case slices.Contains(sources, source):
		case strings.Contains(source, "axis=0"):
			r.Status = report.StatusLoadError
		case o.Seed == mutantSeeds:
			r.Public.Passed = 0
		}
		return r, nil
	}
}

const (
	swapped = "return np.sqrt(np.maximum(squared, 0)): two arguments are swapped"
	noDtype = "X = np.asarray(X, dtype=np.float64): dtype= is forgotten"
)

func TestMutants(t *testing.T) {
	tests := []struct {
		name      string
		entries   []Equivalent
		spared    []string
		survivors int
		problem   string
	}{
		{"all explained", []Equivalent{{Name: swapped, Why: "max"}}, []string{swapped}, 1, ""},
		{"a hole", []Equivalent{{Name: swapped, Why: "max"}}, []string{swapped, noDtype}, 2,
			"tests.py:1: 12 of 13 mutants are caught, 92 %; at least 95 %. These pass: " + noDtype},
		{"killed", []Equivalent{{Name: swapped, Why: "max", line: 7}}, nil, 0,
			`mutants.toml:7: "` + swapped + `" is not equivalent: a test catches it`},
		{"unknown", []Equivalent{{Name: "line 99: x", Why: "y", line: 3}}, nil, 0,
			`mutants.toml:3: "line 99: x" is none of the reference's mutants`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := warmUpChallenge(t)
			c.Mutants = tt.entries
			v, err := Verify(t.Context(), c, killing(t, c, tt.spared...),
				VerifyOptions{Seeds: 1, Only: []string{"solution.py"}, Mutants: true, Python: python(t)})
			if err != nil {
				t.Fatal(err)
			}
			m := v.Mutants
			if m.Total != 14 || m.Killed != 14-tt.survivors || len(m.Survivors) != tt.survivors {
				t.Errorf("got %+v", m)
			}
			for _, s := range m.Survivors {
				if s.Name == swapped && (s.Line != 24 || s.Why != "max" || s.What != "two arguments are swapped") {
					t.Errorf("survivor %+v", s)
				}
			}
			if tt.problem == "" && (!v.OK || m.Rate != 1 || m.Equivalent != 1) {
				t.Errorf("got %+v\n%v", m, v.Problems)
			} else if tt.problem != "" {
				wantProblem(t, v, tt.problem)
			}
		})
	}
}

func TestMutantsWithoutPython(t *testing.T) {
	c := warmUpChallenge(t)
	_, err := Verify(t.Context(), c, scripted{challenge: c},
		VerifyOptions{Seeds: 1, Only: []string{"solution.py"}, Mutants: true, Python: "/no/such/python"})
	if err == nil || !strings.Contains(err.Error(), "/no/such/python") {
		t.Errorf("got %v", err)
	}
}

func TestReadMutants(t *testing.T) {
	const entry = "[[equivalent]]\nname = \"line 1: x\"\nwhy = \"y\"\n"
	tests := []struct{ name, text, want string }{
		{"good", entry + strings.Replace(entry, "1", "2", 1), ""},
		{"no why", "\n[[equivalent]]\nname = \"line 1: x\"\n", "mutants.toml:2: an entry has a name and a why"},
		{"twice", entry + entry, `mutants.toml:4: "line 1: x" has an entry already`},
		{"unknown key", entry + "because = 1\n", `mutants.toml:4: unknown key "equivalent.because"`},
		{"syntax", "equivalent = = 3\n", "mutants.toml:1: "},
		{"type", "equivalent = 3\n", "mutants.toml:1: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := warmUpFiles(t)
			files[mutantsFile] = &fstest.MapFile{Data: []byte(tt.text), Mode: 0o644}
			c, err := Read(files)
			switch {
			case tt.want == "" && (err != nil || len(c.Mutants) != 2 || c.Mutants[1].line != 4):
				t.Errorf("got %v, %+v", err, c)
			case tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)):
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
