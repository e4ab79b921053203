package checks

import (
	"strings"
	"testing"
)

// What was scored is a part of the cells; whether all of them run from the top is said beside it, and costs nothing.
func TestCellsFromTheTop(t *testing.T) {
	g, spec := grader(t, Config{}), meansSpec(t)
	const answer = "import numpy as np\ndef solve(X):\n    return np.mean(X, axis=0)"
	for _, c := range []struct {
		name    string
		cells   []string
		inOrder bool
		note    string // "": nothing to say
	}{
		{"clean", []string{"import numpy as np", answer, "solve(np.ones((2, 3)))"}, true, ""},
		{"used before it is defined", []string{"A = solve([[1.0]])", answer}, true, `begins with "A = solve([[1.0]])", line 1, with NameError: name 'solve' is not defined`},
		{"run before, written above", []string{"A = solve([[1.0]])", answer}, false, ""},
		{"defined nowhere", []string{"first = 1\nB = gone + 1", answer}, false, `begins with "first = 1", line 2, with NameError: name 'gone' is not defined`},
		{"waits for what waits", []string{"c = b", "b = a", "a = 1", answer}, false, ""},
		{"a trial that failed in the kernel too", []string{answer, "1 / 0"}, false, ""},
		{"a trial that stops all cells after it", []string{answer, "x = 1\n\n1 / 0"}, true, `begins with "x = 1", line 3, with ZeroDivisionError`},
		{"leaves", []string{answer, "raise SystemExit"}, true, "with SystemExit"},
		{"does not parse", []string{answer, "x = = 1"}, true, "line 1, with SyntaxError: invalid syntax"},
		{"magics and scripts", []string{"%matplotlib inline\n!ls", "%%bash\nexit 1", answer, "if __name__ == '__main__':\n    display(solve(np.ones((1, 1))))"}, true, ""},
		{"needs a file", []string{"open('data.csv')", answer}, true, ""},
		{"needs IPython", []string{"get_ipython().run_line_magic('time', '1')", answer}, true, ""},
		{"awaits", []string{"import asyncio\nawait asyncio.sleep(0)", answer}, true, ""},
		{"asks", []string{"input('?')", answer}, true, ""},
		{"takes long", []string{answer, "while True: pass"}, true, ""},
		{"ends its process", []string{answer, "import os\nos._exit(0)"}, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			sub := Submission{InOrder: c.inOrder}
			for i, source := range c.cells {
				sub.Cells = append(sub.Cells, Cell{ID: string(rune('a' + i)), Source: source})
			}
			r := grade(t, g, spec, sub, Options{Session: "clean run", SkipFluency: true})
			if r.Correctness.Points == nil || *r.Correctness.Points != 35 {
				t.Fatal("what was scored is another matter:", dump(r))
			}
			if r.CleanRun.OK != (c.note == "") || !strings.Contains(r.CleanRun.Note, c.note) || c.note == "" && r.CleanRun.Note != "" {
				t.Errorf("%+v, want %q", r.CleanRun, c.note)
			}
		})
	}
}
