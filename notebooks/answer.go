package notebooks

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Kind of an Answer: what must happen to it.
type Kind string

// Kinds of answer.
const (
	Right Kind = "right" // passes everything
	Wrong Kind = "wrong" // fails the classes it names
	Weak  Kind = "weak"  // passes everything and ranks below the reference in fluency
)

// Answer is a whole answer to the challenge that an author wrote to prove the tests.
type Answer struct {
	Name   string // without folder and .py
	File   string // inside the challenge folder
	Source string
	Kind   Kind
	Fails  []string // of a wrong answer: hidden classes that must fail, at least these
	Only   bool     // no other class fails: the named one catches what no other does
	Why    string   // one line: the mistake, or what makes this answer unlike the others
	Line   int      // of the header line that says what must happen
}

// HiddenClasses in the order in which they are shown.
var HiddenClasses = []string{"basic", "edge", "property", "contract"}

var (
	answerName  = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*\.py$`)
	answerField = regexp.MustCompile(`^# ([a-z]+): (.*)$`)
)

func (c *Challenge) readAnswers(files map[string]string, ps *Problems) {
	c.Solution = Answer{Name: "solution", File: "solution.py", Source: files["solution.py"], Kind: Right}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch dir, _ := path.Split(name); dir {
		case "accepted/":
			c.Accepted = append(c.Accepted, readAnswer(name, files[name], Right, ps))
		case "traps/":
			c.Traps = append(c.Traps, readAnswer(name, files[name], "", ps))
		}
	}
}

// readAnswer reads the comment lines at the top:
//
//	# trap: wrong            or weak; traps only
//	# fails: edge, property  classes that must fail; wrong ones only; "edge only" when no other class may
//	# why: no clamp before the square root
func readAnswer(file, source string, kind Kind, ps *Problems) Answer {
	a := Answer{Name: strings.TrimSuffix(path.Base(file), ".py"), File: file, Source: source, Kind: kind}
	seen := map[string]int{}
	for i, line := range strings.Split(source, "\n") {
		m := answerField.FindStringSubmatch(line)
		if m == nil {
			break
		}
		if seen[m[1]] != 0 {
			ps.add(file, i+1, "%q is said twice", m[1])
		}
		seen[m[1]] = i + 1
		a.field(m[1], strings.TrimSpace(m[2]), i+1, kind == "", ps)
	}
	if a.Why == "" {
		ps.add(file, 1, "the header lacks \"# why: ...\"")
	}
	switch {
	case a.Kind == "":
		ps.add(file, 1, "the header lacks \"# trap: wrong\" or \"# trap: weak\"")
	case a.Kind == Wrong && len(a.Fails) == 0:
		ps.add(file, 1, "a wrong trap names the classes that catch it: \"# fails: edge\"")
	case a.Kind != Wrong && seen["fails"] != 0:
		ps.add(file, seen["fails"], "only a wrong trap fails a class")
	}
	return a
}

func (a *Answer) field(key, value string, line int, trap bool, ps *Problems) {
	switch {
	case key == "why":
		a.Why = value
	case key == "trap" && trap && (value == "wrong" || value == "weak"):
		a.Kind, a.Line = Kind(value), line
	case key == "trap" && trap:
		ps.add(a.File, line, "a trap is wrong or weak, not %q", value)
	case key == "fails" && trap:
		a.Line = line
		value, a.Only = strings.CutSuffix(value, " only")
		for _, class := range strings.Split(value, ",") {
			class = strings.TrimSpace(class)
			if !slices.Contains(HiddenClasses, class) {
				ps.add(a.File, line, "class %q is none of %s", class, strings.Join(HiddenClasses, ", "))
			}
			a.Fails = append(a.Fails, class)
		}
		if a.Only && len(a.Fails) != 1 {
			ps.add(a.File, line, "\"only\" goes with one class")
		}
	default:
		ps.add(a.File, line, "%q is not known in this header", key)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
