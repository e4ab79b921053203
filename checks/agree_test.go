package checks

import (
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/checks/rubric"
)

// An answer that gives up where only steps and time are looked at gets no points for being quick there.
func TestQuickAndWrongIsNotFluent(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	const loops = "import math\nimport numpy as np\n\n\ndef pairwise_distances(X):\n%s    rows = X.tolist()\n    return np.array([[math.dist(a, b) for b in rows] for a in rows]).reshape(len(X), len(X))\n"
	for name, early := range map[string]string{
		"none":    "    if len(X) > 35:\n        return None\n",
		"zeros":   "    if len(X) > 35:\n        return np.zeros((len(X), len(X)))\n",
		"a model": "    if len(X) > 35:\n        return pairwise_distances\n",
	} {
		r := grade(t, g, s, cell(strings.Replace(loops, "%s", early, 1)), Options{Session: "agree"})
		if *r.Correctness.Points != correctnessOf {
			t.Fatal(name, dump(r))
		}
		if p := arrays(t, r); p.Points != nil || !strings.Contains(p.Why, OtherResult) {
			t.Errorf("%s: %v of %v: %s", name, p.Points, p.Of, p.Why)
		}
	}
	if p := arrays(t, grade(t, g, s, cell(s.Solution), Options{Session: "agree"})); p.Points == nil || *p.Points != p.Of {
		t.Errorf("the reference: %+v", p)
	}
}

func arrays(t *testing.T, r *report.Report) report.Part {
	t.Helper()
	for _, p := range r.Fluency.Parts {
		if p.Name == rubric.PartArrays {
			return p
		}
	}
	t.Fatal("no such part:", dump(r))
	return report.Part{}
}
