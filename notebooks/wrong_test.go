package notebooks

import (
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
)

// wrongTests is a tests.py whose three tests are at the lines 4, 8 and 14.
const wrongTests = `from assay import *

@contract("Strict.")
def strict(t):
    yield t.call("f")

@prop("Often.", repeat=3)
def often(t):
    yield t.call("f")

# No value here.
@contract("Only raises: values=True is meant.",
          values=False)
def raises(t):
    yield t.raises(ValueError, "f")
`

// outcomes of the cases of wrongTests, in their order.
func outcomes(all string) (cases []report.Case) {
	of := map[rune]report.Outcome{'p': report.Pass, 'f': report.Fail, 'o': report.Form, 'e': report.Error}
	for i, r := range strings.ReplaceAll(all, " ", "") {
		id := []string{"strict", "often[0]", "often[1]", "often[2]", "raises"}[i]
		c := report.Case{ID: id, Class: []string{"contract", "property", "property", "property", "contract"}[i], Outcome: of[r]}
		if c.Outcome == report.Error {
			c.Message = "_WrongValue: a value (line 9)"
		}
		cases = append(cases, c)
	}
	return append(cases, report.Case{ID: "edge", Class: "edge", Outcome: report.Pass})
}

func TestVerifyDemandsRightValues(t *testing.T) {
	tests := []struct{ name, wrong, raising, want string }{
		{"all notice", "f fff p", "e eee p", ""},
		{"one does not", "p fff p", "e eee p",
			"tests.py:4: strict (contract): this test passes with wrong values: compare what each call returns with the right value"},
		{"the form is wrong", "o fff p", "e eee p", "tests.py:4: strict (contract): this test passes with wrong values: compare"},
		{"sometimes", "f fpp p", "e eee p", "tests.py:8: often (property): this test passes with wrong values in 2 of 3 cases: compare"},
		{"values=False and it fails", "f fff f", "e eee f", "tests.py:14: raises (contract): values=False is not true of this test: it fails"},
		{"values=False and a value", "f fff p", "e eee e",
			"tests.py:14: raises (contract): values=False is not true of this test: one of its calls returns a value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := warmUpChallenge(t)
			c.Spec.Tests = wrongTests
			g := scripted{challenge: c, wrong: func(raises bool) []report.Case {
				if raises {
					return outcomes(tt.raising)
				}
				return outcomes(tt.wrong)
			}}
			v, err := Verify(t.Context(), c, g, VerifyOptions{Seeds: 1, Only: []string{"solution.py"}})
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" && len(v.Problems) > 0 || tt.want != "" && len(v.Problems) != 1 {
				t.Errorf("problems:\n%v", v.Problems)
			}
			if tt.want != "" {
				wantProblem(t, v, tt.want)
			}
		})
	}
}

// With other answers alone the reference is not asked; a version of it that is not graded proves nothing.
func TestVerifyGradesWrongValuesOnce(t *testing.T) {
	c := warmUpChallenge(t)
	asked := 0
	g := grader(func(o checks.Options, source string) (*report.Report, error) {
		if strings.Contains(source, "_wrong_entry") {
			asked++
			if o.Seed != 1 || !o.SkipFluency || !strings.HasPrefix(source, c.Solution.Source) {
				t.Errorf("graded with %+v", o)
			}
			return &report.Report{Status: report.StatusLoadError, Message: "NameError"}, nil
		}
		return scripted{challenge: c}.Grade(t.Context(), nil, checks.Submission{Cells: []checks.Cell{{Source: source}}}, o)
	})
	for only, want := range map[string]int{"no_clamp": 0, "solution.py": 1, "solution": 1, "": 1} {
		asked = 0
		o := VerifyOptions{Seeds: 2, Only: []string{only}}
		if only == "" {
			o.Only = nil
		}
		v, err := Verify(t.Context(), c, g, o)
		if err != nil || asked != want {
			t.Errorf("%q: asked %d times, want %d; %v", only, asked, want, err)
		}
		if want > 0 {
			wantProblem(t, v, "solution.py:1: with every value wrong it is not graded (load_error): NameError")
		}
	}
}

func TestDeclaration(t *testing.T) {
	for id, want := range map[string]declared{
		"strict": {line: 4}, "often[2]": {line: 8}, "raises": {line: 14, noValues: true}, "ofte": {}, "none": {},
	} {
		if got := declaration(wrongTests, id); got != want {
			t.Errorf("%s: got %+v", id, got)
		}
	}
}

// A real challenge: tests that look at no value are found, those that do and those that have none are not.
func TestWrongValuesInAChallenge(t *testing.T) {
	if testing.Short() {
		t.Skip("grades answers")
	}
	c := scaffolded(t, func(files map[string]string) {
		files["tests.py"] += `

@prop("Careless.")
def careless(t):
    X = t.rng.normal(size=(3, 2))
    t.same((yield t.call("row_energy", X)), (yield t.call("row_energy", X)))


@contract("Refuses texts.", values=False)
def refused(t):
    yield t.raises(Exception, "row_energy", "no numbers")


@contract("Says that it has no value.", values=False)
def liar(t):
    yield t.call("row_energy", np.ones((2, 2)))
`
	})
	v, err := Verify(t.Context(), c, realGrader(t), VerifyOptions{Seeds: 1, Only: []string{"solution.py"}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range v.Problems {
		lines = append(lines, p.Text)
	}
	want := []string{"careless (property): this test passes with wrong values: compare what each call returns with the right value",
		"liar (contract): values=False is not true of this test: one of its calls returns a value"}
	if !slices.Equal(lines, want) || v.Problems[0].Line != lineOf(t, c.Spec.Tests, "def careless(") {
		t.Errorf("got %v", v.Problems)
	}
}
