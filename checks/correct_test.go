package checks

import (
	"crypto/sha256"
	"math"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

// some makes cases from a short text: class letter (b, e, p, c, or u for public), function, outcome letters.
// "bf:++-" is three basic cases of f, two of which pass; "~" is form, "!" an error, "." a timeout.
func some(text string) []caseRun {
	classes := map[byte]string{'b': "basic", 'e': "edge", 'p': "property", 'c': "contract", 'u': "public"}
	outcomes := map[rune]report.Outcome{'+': report.Pass, '-': report.Fail, '~': report.Form, '!': report.Error, '.': report.Timeout}
	var out []caseRun
	for _, group := range strings.Fields(text) {
		name, marks, _ := strings.Cut(group, ":")
		for i, m := range marks {
			c := caseRun{info: harness.CaseInfo{}, Case: report.Case{ID: group + string(rune('0'+i)), Class: classes[name[0]], Outcome: outcomes[m]}}
			if len(name) > 1 {
				c.entries = []string{name[1:]}
			}
			c.replies = [][sha256.Size]byte{{byte(len(out)), 1}}
			out = append(out, c)
		}
	}
	return out
}

func TestCorrectness(t *testing.T) {
	for _, c := range []struct {
		name, cases string
		part        float64 // of the points
		why         string
	}{
		{"everything", "uf:+ bf:++++ ef:++ pf:++ cf:+", 1, ""},
		{"half of the edges", "bf:++ ef:+- pf:++ cf:+", 0.875, ""},
		{"form is half", "bf:++ ef:~~ pf:++ cf:+", 0.875, ""},
		{"form in basic", "bf:~~ ef:++ pf:++ cf:+", 0.8, ""},
		{"public counts nothing", "uf:--- bf:+ ef:+ pf:+ cf:+", 1, ""},
		{"a missing class gives its share away", "bf:++ ef:+-", (0.4 + 0.125) / 0.65, ""},
		{"capped", "bf:+-- ef:++ pf:++ cf:++", 0.4, "capped at 40 %"},
		{"not capped at half", "bf:+- ef:++ pf:++ cf:++", 0.8, ""},
		{"contract alone", "bf:-- ef:-- pf:-- cf:+++", 0, "pass a basic case"},
		{"everything but basic", "bf:-- ef:++ pf:++ cf:++", 0, "pass a basic case"},
		{"only basic", "bf:++ ef:-- pf:-- cf:--", 0.4, ""},
		{"one function right", "bf:+ bg:- ef:+ eg:+ pf:+ pg:+ cf:+ cg:+", (0.4*0.5 + 0.25*0.5 + 0.2*0.5 + 0.15*0.5), "pass a basic case"},
		{"no function named", "b:-- c:++", 0, ""},
		{"timeouts are failures", "bf:++ ef:.. pf:++ cf:+", 0.75, ""},
		{"nothing hidden", "uf:+", 0, "no hidden tests"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := correctness(some(c.cases))
			if want := math.Round(c.part*35*100) / 100; *got.Points != want {
				t.Errorf("%v points, want %v (%s)", *got.Points, want, got.Why)
			}
			if c.why == "" && strings.Contains(got.Why, "cap") || !strings.Contains(got.Why, c.why) {
				t.Errorf("why: %q, want %q", got.Why, c.why)
			}
			total := 0.0
			for _, k := range got.Classes {
				total += k.Share
			}
			if len(got.Classes) > 1 && math.Abs(total-1) > 1e-9 {
				t.Errorf("shares add up to %v", total)
			}
		})
	}
}

func TestConstantAnswers(t *testing.T) {
	same := func(cases []caseRun) []caseRun {
		for i := range cases {
			cases[i].replies = [][sha256.Size]byte{{1}, {1}}
		}
		return cases
	}
	for _, c := range []struct {
		name  string
		cases []caseRun
		zero  bool
	}{
		{"lucky constant", same(some("bf:++- ef:++ pf:+++- cf:++")), true},
		{"right constant", same(some("bf:+++ ef:++ pf:+++")), false},
		{"too few to tell", same(some("bf:+- ef:+")), false},
		{"different values", some("bf:++- ef:++ pf:+++-"), false},
		{"always raises", same(some("bf:!!! ef:++")), false},
	} {
		got := correctness(c.cases)
		if (strings.Contains(got.Why, "same value")) != c.zero || c.zero && *got.Points != 0 {
			t.Errorf("%s: %v %q", c.name, *got.Points, got.Why)
		}
	}
}

func TestClassesAreInOrder(t *testing.T) {
	var names []string
	for _, k := range correctness(some("uf:+ cf:+ ef:+ bf:+ pf:+")).Classes {
		names = append(names, k.Name)
	}
	if got := strings.Join(names, " "); got != "basic edge property contract public" {
		t.Error(got)
	}
}
