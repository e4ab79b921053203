package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

// The worked examples have all run before any child gets a hidden input: a child that had one could pass it on to the one
// whose messages are shown.
func TestExamplesRunBeforeWhatIsHidden(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	for _, name := range []string{"second_example", "third_example"} {
		s.Tests += "\n\n@public(\"Another example.\")\ndef " + name + "(t):\n    X = t.rng.normal(size=(3, 2))\n    got = yield t.call(\"solve\", X)\n    t.close(got, X.mean(axis=0))\n"
	}
	b, err := g.pool.seat(t.Context(), "examples", s.Imports)
	if err != nil {
		t.Fatal(err)
	}
	defer b.leave()
	oracle, err := g.pool.oracle(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	a := &answer{source: "def solve(X):\n    return X.mean(axis=0)\n"}
	child, failure, err := load(b, s, a)
	if failure != nil || err != nil {
		t.Fatal(failure, err)
	}
	r := &run{spec: s, answer: a, bench: b, oracle: oracle, number: oracle.NewRun(), seed: 1, budget: newBudget(s, time.Now()), slots: g.slots,
		revive: func() (*harness.Oracle, error) { return g.pool.oracle(t.Context(), s) }}
	defer r.end()
	for _, c := range oracle.Suite.Cases {
		r.cases = append(r.cases, caseRun{info: c, Case: report.Case{ID: c.ID, Class: c.Class, Guards: c.Guards}})
	}
	first := part{cases: r.groups()[0], child: child, patience: &patience{}}
	if r.hangs(t.Context(), &first) {
		t.Error("it hangs")
	}
	defer first.child.Close()
	var ran, hidden []string
	for _, c := range r.cases {
		if c.Outcome == "" {
			continue
		}
		if ran = append(ran, c.ID); c.Class != "public" {
			hidden = append(hidden, c.ID)
		}
	}
	if len(ran) != 3 || len(hidden) > 0 {
		t.Errorf("before the others ran %s", strings.Join(ran, ", "))
	}
}
