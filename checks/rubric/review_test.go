package rubric

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestReviewOfAFileHasNoPoints(t *testing.T) {
	python, ruff := tools(t)
	r, err := ReviewFile(context.Background(), python, ruff, "answer.py", []byte("from numpy import *\n\n\ndef scale(x: 'ndarray', seen=[]):\n    seen.append(1)\n    out = zeros(len(x))\n    for i in range(len(x)):\n        out[i] = x[i] * 2\n    return out\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, f := range r.Findings {
		got[f.Rule] = f.Line
		if f.Severity != "advice" || f.Points != 0 || f.Better == "" || f.Why == "" || f.Code == "" {
			t.Errorf("%s", dump(f))
		}
	}
	for rule, line := range map[string]int{"A801": 1, "A901": 4, "A101": 7, "Q201": 4} {
		if got[rule] != line {
			t.Errorf("%s at line %d, want %d: %v", rule, got[rule], line, got)
		}
	}
	if _, twice := got["B006"]; twice {
		t.Error("ruff repeats what an own rule has said")
	}
	if r.Schema != ReviewSchema || r.Functions != 1 || r.Lines != 9 || r.File != "answer.py" {
		t.Errorf("%s", dump(r))
	}
}

func TestReviewOfANotebookPointsIntoItsCells(t *testing.T) {
	python, ruff := tools(t)
	nb := `{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
	 {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# for i in range(len(x)):"},
	 {"cell_type": "code", "id": "setup", "metadata": {}, "outputs": [], "execution_count": null, "source": ["%matplotlib inline\n", "import numpy as np\n", "!pip list\n", "files = !ls\n", "np.mean?"]},
	 {"cell_type": "code", "id": "shell", "metadata": {}, "outputs": [], "execution_count": null, "source": "%%bash\nfor i in 1 2; do echo $i; done"},
	 {"cell_type": "code", "id": "answer", "metadata": {}, "outputs": [], "execution_count": null, "source": "def scale(x: np.ndarray) -> np.ndarray:\n    \"\"\"Twice x, as an array.\"\"\"\n    out = np.zeros(len(x))\n    for i in range(len(x)):\n        out[i] = x[i] * 2\n    return out"}]}`
	r, err := ReviewFile(context.Background(), python, ruff, "a.IPYNB", []byte(nb))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || r.Findings[0].Rule != "A101" || r.Findings[0].Cell != "answer" || r.Findings[0].Line != 4 {
		t.Errorf("%s", dump(r))
	}
}

func TestReviewOfCodeThatDoesNotParse(t *testing.T) {
	python, ruff := tools(t)
	r, err := ReviewFile(context.Background(), python, ruff, "a.py", []byte("x = 1\ndef f(:\n"))
	if err != nil || r.Message == "" || r.Line != 2 || len(r.Findings) != 0 {
		t.Errorf("%v %s", err, dump(r))
	}
}

func TestReviewRefusesWhatIsNoNotebook(t *testing.T) {
	for name, data := range map[string]string{"text": "hello", "old": `{"nbformat": 3, "worksheets": []}`, "odd source": `{"nbformat": 4, "cells": [{"cell_type": "code", "source": 7}]}`} {
		if _, _, err := FromNotebook([]byte(data)); err == nil || !strings.HasPrefix(err.Error(), "rubric: notebook: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlainPython(t *testing.T) {
	for _, c := range []struct{ name, cell, want string }{
		{"plain", "x = 1\ny = 2", "x = 1\ny = 2"},
		{"a line magic", "%timeit f()\nx = 1", "pass\nx = 1"},
		{"an indented magic", "if a:\n    %time f()", "if a:\n    pass"},
		{"a shell line", "!ls -l", "pass"},
		{"help", "df.head?\ndf.head??", "pass\npass"},
		{"assigned", "out = !ls\nt = %timeit -o f()", "pass\npass"},
		{"a remainder is no magic", "x = (a\n     % b)", "x = (a\n     % b)"},
		{"text is no magic", "s = '''\n%matplotlib\n!ls\n'''", "s = '''\n%matplotlib\n!ls\n'''"},
		{"a continued line", "x = a \\\n  % b", "x = a \\\n  % b"},
		{"quotes in a comment", "# it's\n%time f()", "# it's\npass"},
		{"a cell of Python", "%%time\nx = 1", "#\nx = 1"},
		{"a cell of tests", "\n%%test\nassert f(1) == 2", "\n#\nassert f(1) == 2"},
		{"a cell of prose", "%%clarify\nMay it be empty?", "#\n#"},
		{"not equal", "x != y", "x != y"},
	} {
		if got := strings.Join(PlainPython(c.cell), "\n"); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

// A source is data: whatever it holds, looking at it ends soon, runs nothing and gives an answer or an error.
func TestHostileSources(t *testing.T) {
	python, ruff := tools(t)
	for name, source := range map[string]string{
		"encoding":        "# -*- coding: rot13 -*-\nx = 1\n",
		"deep brackets":   strings.Repeat("(", 5000) + strings.Repeat(")", 5000),
		"deep lists":      "x = " + strings.Repeat("[", 90) + strings.Repeat("]", 90),
		"deep operators":  "x = " + strings.Repeat("-", 50_000) + "1",
		"long chain":      "x = 1" + strings.Repeat(" + 1", 20_000),
		"deep blocks":     deepBlocks(95),
		"long attributes": "x" + strings.Repeat(".a", 30_000),
		"null byte":       "x = 1\x00\n",
		"no utf-8":        "x = '\xff\xfe'\n",
		"lone surrogate":  "x = '\\ud800'\n",
		"only newlines":   strings.Repeat("\n", 300_000),
		"too long":        strings.Repeat("x = 1\n", 200_000),
		"many functions":  strings.Repeat("def f(a=[]):\n    for i in range(len(a)):\n        a[i] = a[i] + 1\n", 3000),
		"huge number":     "x = " + strings.Repeat("9", 100_000),
		"noqa":            "import os  # noqa\n",
		"star params":     "def f(*, a, b=[], **k): return lambda *x, y={}: (yield)\n",
		"match":           "match x:\n    case [1, *rest] if rest: pass\n    case {'a': b, **c}: pass\n",
		"empty":           "",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			in := Input{Report: graded(), Source: source, EntryPoints: []string{"f"}, Steps: growing("rows"), ReferenceSource: warmup}
			if err := Run(context.Background(), python, ruff, in); err != nil && !strings.HasPrefix(err.Error(), "rubric: ") {
				t.Errorf("error %v", err)
			}
			if _, err := json.Marshal(in.Report); err != nil {
				t.Error(err)
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func deepBlocks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	return b.String() + strings.Repeat(" ", n) + "x\n"
}

func TestRunNeverExecutesTheSource(t *testing.T) {
	python, ruff := tools(t)
	dir := t.TempDir()
	source := fmt.Sprintf("import pathlib\npathlib.Path(%q).write_text('x')\n\n\ndef f(a=pathlib.Path(%q).write_text('x')):\n    return a\n", dir+"/ran", dir+"/ran")
	if err := Run(context.Background(), python, ruff, Input{Report: graded(), Source: source, EntryPoints: []string{"f"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := ReviewFile(context.Background(), python, ruff, "a.py", []byte(source)); err != nil {
		t.Fatal(err)
	}
	if matches := entriesOf(t, dir); len(matches) != 0 {
		t.Errorf("the source ran: %v", matches)
	}
}

func entriesOf(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestACancelledRunEnds(t *testing.T) {
	python, ruff := tools(t)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	in := Input{Report: graded(), Source: warmup, EntryPoints: []string{"pairwise_distances"}}
	if err := Run(ctx, python, ruff, in); err == nil {
		t.Error("no error from a cancelled run")
	}
	if in.Report.Fluency.Points != nil || in.Report.Fluency.Why == "" {
		t.Errorf("%s", dump(in.Report.Fluency))
	}
}

func TestAToolThatIsNotThere(t *testing.T) {
	in := Input{Report: graded(), Source: warmup}
	if err := Run(context.Background(), "/no/such/python", "/no/such/ruff", in); err == nil || strings.Contains(err.Error(), "ruff") {
		t.Errorf("error %v, want one about Python only", err)
	}
	if _, err := ReviewFile(context.Background(), "/no/such/python", "", "a.py", []byte("x = 1")); err == nil {
		t.Error("a review without any tool succeeded")
	}
}

// One line can hold a whole answer, and every hit in it quotes the line: the report stays small all the same.
func TestManyHitsOnAWideLineStaySmall(t *testing.T) {
	if _, ruff := tools(t); ruff == "" {
		t.Skip("no ruff")
	}
	for name, source := range map[string]string{
		"one line":   "def f(a):\n    x = (" + strings.Repeat("a == None, ", 3_000) + ")\n    return a\n",
		"many lines": "def f(a):\n" + strings.Repeat("    x = a == None\n", 3_000) + "    return a\n",
	} {
		r := score(t, Input{Source: source, EntryPoints: []string{"f"}, Steps: flat("rows")})
		b, err := json.Marshal(r)
		if err != nil || len(b) > 200_000 || len(r.Findings) == 0 {
			t.Errorf("%s: %d bytes, %d findings, %v", name, len(b), len(r.Findings), err)
		}
	}
}
