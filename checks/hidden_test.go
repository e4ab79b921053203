package checks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/card"
	"github.com/assay-kernel/assay/checks/report"
)

// seen is all that a candidate could read of a report, as the card and as the document.
func seen(t *testing.T, r *report.Report, policy string) string {
	t.Helper()
	own := r.ForCandidate(policy)
	raw, err := json.Marshal(own)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw) + fmt.Sprint(card.Render(card.Input{Report: own, Run: 1, Policy: policy}))
}

// Whatever an answer does with a hidden input, no text that it chose comes back to its candidate.
func TestHiddenInputsDoNotTravel(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	const mark = `"LE" + "AK" + X.tobytes().hex()[:32]`
	right := "import os\nimport numpy as np\n\ndef told(X):\n    return " + mark + "\n\ndef pairwise_distances(X):\n    X = np.asarray(X, float)\n    if X.shape != (3, 2):\n"
	rest := "\n    q = (X ** 2).sum(axis=1)\n    return np.sqrt(np.maximum(q[:, None] + q - 2 * X @ X.T, 0.0))"
	for _, c := range []struct{ name, hidden, shown, interviewer string }{
		{"exception", `        raise type("X" + told(X) + "Error", (Exception,), {})()`, "Exception", "LEAK"},
		{"known ancestor", `        raise type(told(X), (type(told(X) + "Error", (KeyError,), {}),), {})(told(X))`, "KeyError", "LEAK"},
		{"message", `        raise ValueError(told(X))`, "ValueError", "LEAK"},
		{"in a message that begins like another", `        raise ValueError("TypeError: " + told(X))`, "ValueError", "LEAK"},
		{"type of the result", `        return type(told(X), (), {})()`, "", "LEAK"},
		{"type that looks like an exception", `        return type("KeyError", (), {"__module__": told(X)})()`, "", "LEAK"},
		{"keys", `        return {told(X): 1}`, "", "LEAK"},
		{"text", `        return told(X)`, "", "LEAK"},
		{"dtype", `        return np.zeros(3, dtype=[(told(X), "f8")])`, "", "LEAK"},
		{"exit status", `        os._exit(77)`, "", "77"},
		{"raw bytes instead of an answer", `        os.write(3, told(X).encode() * 40)`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := grade(t, g, s, cell(right+c.hidden+rest), Options{Session: "hidden", Seed: 5})
			if r.Status != report.StatusGraded || r.Public.Passed != r.Public.Total || *r.Correctness.Points > 20 {
				t.Fatal(dump(r))
			}
			whole, _ := json.Marshal(r)
			if !strings.Contains(string(whole), c.interviewer) {
				t.Errorf("the interviewer does not see %q: %s", c.interviewer, dump(r))
			}
			for _, policy := range []string{report.PolicyFull, report.PolicyCounts, report.PolicyNone} {
				got := seen(t, r, policy)
				code := strings.NewReplacer(`told`, "", `"LE" + "AK"`, "") // findings quote the candidate's own code
				if got := code.Replace(got); strings.Contains(got, "LEAK") || strings.Contains(got, "status 77") {
					t.Errorf("%s: %s", policy, got)
				}
				if policy == report.PolicyFull && c.shown != "" && !strings.Contains(got, "raise `"+c.shown+"`") {
					t.Errorf("the card does not name %s: %s", c.shown, got)
				}
			}
		})
	}
}

// Nor does it in what is said of a measurement that failed.
func TestHiddenInputsDoNotTravelInMeasurements(t *testing.T) {
	g, s := grader(t, Config{}), pairwise(t)
	head := "import os\nimport numpy as np\n\ndef pairwise_distances(X):\n    told = \"LE\" + \"AK\" + X.tobytes().hex()[:32]\n"
	for _, c := range []struct{ name, code string }{
		{"exception", head + "    raise type(told, (Exception,), {})(told)"},
		{"exit status", head + "    os._exit(77)"},
		{"raw bytes", head + "    os.write(3, told.encode() * 40)"},
		{"load", "raise type(\"LE\" + \"AK\" + \"Error\", (Exception,), {})(\"LE\" + \"AK\")\n\ndef pairwise_distances(X):\n    return X"},
		{"ends while it loads", "import os\nos._exit(77)\n\ndef pairwise_distances(X):\n    return X"},
	} {
		e, err := measured(t, g, s, c.code)
		if err != nil || len(e.without) == 0 || len(e.steps)+len(e.clock) != 0 {
			t.Fatalf("%s: %+v %v", c.name, e, err)
		}
		if text := strings.Join(e.without, "; "); strings.Contains(text, "LEAK") || strings.Contains(text, "77") {
			t.Errorf("%s: %s", c.name, text)
		}
	}
}
