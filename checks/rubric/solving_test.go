package rubric

import (
	"strings"
	"testing"
	"time"
)

func TestPropose(t *testing.T) {
	at := func(m int) time.Duration { return time.Duration(m) * time.Minute }
	run := func(m int, text, err string) Step { return Step{At: at(m), Kind: "run", Text: text, Error: err} }
	code := "def f(x):\n    return x"
	clarify := Step{At: at(1), Kind: "clarify", Text: "May the input be empty? -> yes, then (0, 0)"}
	plan := Step{At: at(2), Kind: "plan", Text: "norms\ngram\nclamp"}
	test := Step{At: at(8), Kind: "test", Text: "assert f(np.zeros((0, 3))).shape == (0, 0)"}
	submit := Step{At: at(9), Kind: "submit"}
	for _, c := range []struct {
		name    string
		history []Step
		band    int
		says    string
	}{
		{"nothing", nil, 0, "too little history"},
		{"only a submission", []Step{submit}, 0, "too little history"},
		{"writes all and submits untested", []Step{run(5, code, ""), submit}, 1, "no plan and no own test"},
		{"a plan only", []Step{plan, run(5, code, ""), submit}, 2, "a plan of 3 lines at 2:00"},
		{"a test only", []Step{run(5, code, ""), test, submit}, 3, "an own test at 8:00"},
		{"a bare call under a magic", []Step{run(5, code, ""), {At: at(8), Kind: "test", Text: "%%test\nf(np.eye(3))"}, submit}, 3, "an own test at 8:00"},
		{"a test after the submission", []Step{run(5, code, ""), submit, test}, 1, "no own test"},
		{"plan and test", []Step{plan, run(5, code, ""), test, submit}, 4, "own test"},
		{"tests a case that was named", []Step{clarify, plan, run(5, code, ""), test, submit}, 5, `the case "empty"`},
		{"all of it", []Step{clarify, plan, run(3, "def f(x):", "SyntaxError"), run(4, code, ""), run(5, code+"\n# more", ""), test, submit}, 5, "named"},
		{"errors and many runs cost nothing", append([]Step{plan}, run(3, code, "NameError"), run(3, code, "NameError"), run(4, code, "TypeError"), run(5, code, ""), test, submit), 4, "plan"},
	} {
		p := Propose(c.history)
		if p.Band != c.band || !strings.Contains(p.String(), c.says) || len(p.Facts) > 3 {
			t.Errorf("%s: %+v, want band %d", c.name, p, c.band)
		}
	}
}

func TestANamedCaseMustBeBuilt(t *testing.T) {
	clarify := Step{Kind: "clarify", Text: "empty input?"}
	if worth, _ := testedNamedEdge([]Step{clarify, {Kind: "test", Text: "f([1, 2, 3])  # not the empty case"}}); worth != 0 {
		t.Error("a word in a comment counts as a test")
	}
}
