package notebooks

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
)

// scaffolded is the challenge that authors start from, with changed files.
func scaffolded(t *testing.T, change func(map[string]string)) *Challenge {
	t.Helper()
	dir := t.TempDir()
	if err := Scaffold(dir, "my-ch"); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "my-ch")
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	change(files)
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	c, err := Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What the author did wrong is a problem with file and line, said once; other answers are still judged, other proofs go on.
func TestVerifyGoesOnAfterAnAuthorsError(t *testing.T) {
	c := warmUpChallenge(t)
	c.Hints = c.Hints[:2]
	g := grader(func(o checks.Options, source string) (*report.Report, error) {
		if !o.SkipFluency {
			return nil, fmt.Errorf("grade: %w", &checks.AuthorError{Message: "ValueError: no (tests.py line 7)", File: "tests.py", Line: 7})
		}
		r, err := scripted{challenge: c}.Grade(t.Context(), nil, checks.Submission{Cells: []checks.Cell{{Source: source}}}, o)
		if strings.Contains(source, c.Traps[0].Source) {
			r.Status, r.Message = report.StatusLoadError, "NameError"
		}
		return r, err
	})
	v, err := Verify(t.Context(), c, g, VerifyOptions{Seeds: 2, Parallel: 3, Mutants: true})
	if err != nil {
		t.Fatal(err)
	}
	if v.OK || len(v.Problems) != 3 {
		t.Errorf("problems:\n%v", v.Problems)
	}
	wantProblem(t, v, "hints.md:6: 2 hints")
	wantProblem(t, v, "tests.py:7: ValueError: no")
	wantProblem(t, v, c.Traps[0].File+":")
}

// What cannot be loaded is asked for once.
func TestVerifyStopsGradingWhatCannotBeLoaded(t *testing.T) {
	calls := 0
	g := grader(func(checks.Options, string) (*report.Report, error) {
		calls++
		return nil, &checks.AuthorError{Message: "SyntaxError: bad (<tests>, line 5)", File: "tests.py", Line: 5, Load: true}
	})
	v, err := Verify(t.Context(), warmUpChallenge(t), g, VerifyOptions{Seeds: 2})
	if err != nil || calls != 1 || len(v.Problems) != 1 || v.Problems[0].String() != "tests.py:5: SyntaxError: bad" {
		t.Errorf("%d calls, %v, %+v", calls, err, v)
	}
}

// A library that is missing here is not the challenge's fault.
func TestVerifyFailsWithoutALibrary(t *testing.T) {
	missing := &checks.AuthorError{Message: "ModuleNotFoundError: No module named 'torch'", Load: true}
	g := grader(func(checks.Options, string) (*report.Report, error) { return nil, missing })
	if _, err := Verify(t.Context(), warmUpChallenge(t), g, VerifyOptions{Seeds: 1}); !errors.Is(err, missing) {
		t.Errorf("got %v", err)
	}
}

// The text of each mistake, from the real grader.
func TestAuthorsErrorsNameFileAndLine(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	replaced := func(file, old, new string) func(map[string]string) {
		return func(files map[string]string) {
			if !strings.Contains(files[file], old) {
				t.Fatalf("%s lacks %q", file, old)
			}
			files[file] = strings.Replace(files[file], old, new, 1)
		}
	}
	const ordinary = "    X = t.rng.normal(size=(20, 7))"
	tests := []struct {
		name   string
		change func(map[string]string)
		start  string // of the line that is blamed, as it is after the change
		want   string // FILE:LINE: in front
	}{
		{"tests do not parse", replaced("tests.py", ordinary, "    X = = 1"), "    X = = 1", "tests.py:LINE: SyntaxError: invalid syntax"},
		{"no sentence", replaced("tests.py", `@basic("One sum of squares for each row.")`, `@basic("")`), `@basic("")`,
			"tests.py:LINE: TypeError: @basic needs the sentence of the statement that the test guards"},
		{"blank sentence", replaced("tests.py", `@edge("No rows give an empty array.")`, `@edge(" \n")`), `@edge(" `,
			"tests.py:LINE: TypeError: @edge needs the sentence of the statement that the test guards"},
		{"values=False where all must be right", replaced("tests.py", `@edge("No rows give an empty array.")`, `@edge("No rows.", values=False)`),
			`@edge("No rows.`, "tests.py:LINE: TypeError: @edge takes no values=False: it is for @prop and @contract"},
		{"solution does not parse", replaced("solution.py", "    return (X", "    return ((X"), "    return ((X", "solution.py:LINE: SyntaxError: '(' was never closed"},
		{"solution does not load", replaced("solution.py", "import numpy as np\n", "import numpy as np\nprint(unknown)\n"), "print(unknown)",
			"solution.py:LINE: NameError: name 'unknown' is not defined"},
		{"a test breaks", replaced("tests.py", ordinary, "    X = 1 / 0"), "    X = 1 / 0", "tests.py:LINE: ZeroDivisionError: division by zero"},
		{"a yield is no request", replaced("tests.py", `    energy = yield t.call("row_energy", X)`, `    yield 5`), "    yield 5",
			"tests.py:LINE: AuthorError: yields int, not a request of t"},
		{"a measure breaks", replaced("tests.py", `    return t.call("row_energy", t.rng.normal(size=(n, 4)))`, `    return t.hold(n)`),
			"@growth(", "tests.py:LINE: AuthorError: rows: what is measured is the last request"},
		{"the reference fails a test", replaced("tests.py", "for row in X]))", "for row in X]) + 1)"), "def ordinary(",
			"solution.py:1: a right answer must pass everything. seed 1: it fails basic ordinary at tests.py:LINE (fail): "},
		{"the reference raises", replaced("solution.py", "    return (X", "    if len(X) == 20:\n        raise ValueError('no')\n    return (X"), "        raise ValueError",
			"solution.py:LINE: a right answer must pass everything. seed 1: it fails basic ordinary at tests.py:"},
	}
	g := realGrader(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var files map[string]string
			c := scaffolded(t, func(f map[string]string) { tt.change(f); files = f })
			file := "tests.py"
			if strings.HasPrefix(tt.want, "solution.py:LINE") {
				file = "solution.py"
			}
			v, err := Verify(t.Context(), c, g, VerifyOptions{Seeds: 1, Only: []string{"solution.py", "wrong_axis"}})
			if err != nil {
				t.Fatal(err)
			}
			wantProblem(t, v, strings.Replace(tt.want, "LINE", itoa(lineOf(t, files[file], tt.start)), 1))
			if i := slices.IndexFunc(v.Problems, func(p Problem) bool { return p.Line == 0 }); i >= 0 {
				t.Errorf("no line: %v", v.Problems[i])
			}
		})
	}
}
