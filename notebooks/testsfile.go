package notebooks

import (
	"regexp"
	"strings"
)

// declared is how tests.py declares a test.
type declared struct {
	line     int  // of its def; 0 when it is not found: it may be made in another way
	noValues bool // its decorator says values=False
}

var (
	pythonString = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`)
	saysNoValues = regexp.MustCompile(`\bvalues\s*=\s*False\b`)
)

// declaration finds the function of a case in tests.py; id may be that of one repetition.
func declaration(tests, id string) (d declared) {
	name, _, _ := strings.Cut(id, "[")
	form := regexp.MustCompile(`^def\s+` + regexp.QuoteMeta(name) + `\s*\(`)
	begin := 0 // of the decorators that stand above
	lines := strings.Split(tests, "\n")
	for i, line := range lines {
		switch {
		case form.MatchString(line):
			decorators := pythonString.ReplaceAllString(strings.Join(lines[begin:i], "\n"), `""`)
			return declared{line: i + 1, noValues: saysNoValues.MatchString(decorators)}
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "def "):
			begin = i + 1
		}
	}
	return declared{}
}

// decorators of the classes; where no name is given, class and decorator have the same.
var decorators = map[string]string{"property": "prop"}

// classLine is where the first test of a class is declared, 1 when there is none.
func classLine(tests, class string) int {
	name := class
	if other, ok := decorators[class]; ok {
		name = other
	}
	for i, line := range strings.Split(tests, "\n") {
		if strings.HasPrefix(line, "@"+name+"(") {
			return i + 1
		}
	}
	return 1
}
