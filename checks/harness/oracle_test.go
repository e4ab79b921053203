package harness

import (
	"errors"
	"testing"
	"time"
)

// An author's error knows its file and line, and whether it keeps the challenge from being loaded.
func TestAuthorErrors(t *testing.T) {
	const head = "from assay import *\n"
	p := python(t)
	for _, c := range []struct {
		name, tests, solution string
		imports               []string
		want                  AuthorError
	}{
		{"tests", head + "@basic('x'\n", "", nil, AuthorError{File: "tests.py", Line: 2, Load: true}},
		{"solution", head, "x = 1\ny = z\n", nil, AuthorError{File: "solution.py", Line: 2, Load: true}},
		{"no sentence", head + "\n@contract('')\ndef a(t):\n    yield\n", "", nil, AuthorError{File: "tests.py", Line: 3, Load: true}},
		{"no library", head, "", []string{"no_such_library"}, AuthorError{Load: true}},
		{"when asked", head + "@basic('x')\ndef a(t):\n    x = 1\n    yield x\n", "", nil, AuthorError{File: "tests.py", Line: 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := StartOracle(t.Context(), p, c.tests, c.solution, c.imports)
			if err == nil {
				defer o.Close()
				_, err = o.Ask(OracleRequest{Op: "start", Run: o.NewRun(), Case: "a", Seed: 1}, nil, 10*time.Second)
			}
			var got *AuthorError
			if !errors.As(err, &got) || got.Message == "" {
				t.Fatalf("got %v", err)
			}
			c.want.Message = got.Message
			if *got != c.want {
				t.Errorf("got %+v", *got)
			}
		})
	}
}
