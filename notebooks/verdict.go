package notebooks

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
)

// failing has the classes with a case that did not pass, public ones too.
func failing(r *report.Report) []string {
	var names []string
	for _, class := range r.Correctness.Classes {
		if class.Passed < class.Total {
			names = append(names, class.Name)
		}
	}
	if r.Public.Passed < r.Public.Total && !slices.Contains(names, "public") {
		names = append(names, "public")
	}
	return names
}

// add notes one grading, and whether the answer met its fate in it.
func (v *verifier) add(r *AnswerResult, rep *report.Report, seed int) {
	if rep.Status != report.StatusGraded {
		r.note(rep.Line, "seed %d: it is not graded (%s): %s", seed, rep.Status, rep.Message)
		return
	}
	r.cases = map[string]int{}
	for _, class := range rep.Correctness.Classes {
		r.cases[class.Name] = class.Total
	}
	failed := failing(rep)
	for _, class := range failed {
		r.Fails[class]++
	}
	complaint, line := v.complaint(r, rep, failed)
	if complaint == "" {
		r.met++
		return
	}
	r.note(line, "seed %d: %s", seed, complaint)
}

// note keeps the first example of what went wrong, and the line of the answer that it names.
func (r *AnswerResult) note(line int, format string, args ...any) {
	if r.example == "" {
		r.example, r.line = fmt.Sprintf(format, args...), line
	}
}

// complaint says in which way a grading is not what the author said, and at which line of the answer if that is known;
// "" when it is what they said.
func (v *verifier) complaint(r *AnswerResult, rep *report.Report, failed []string) (text string, line int) {
	if r.Kind != Wrong {
		if len(failed) == 0 {
			return unlike(rep), 0
		}
		text, line = v.firstFailure(rep, "")
		return "it fails " + text, line
	}
	for _, class := range r.answer.Fails {
		if !slices.Contains(failed, class) {
			return fmt.Sprintf("it passes class %s", class), 0
		}
	}
	for _, class := range failed {
		if r.answer.Only && class != r.answer.Fails[0] && class != "public" {
			text, _ := v.firstFailure(rep, class)
			return fmt.Sprintf("not only class %s fails, %s does too: it fails %s", r.answer.Fails[0], class, text), 0
		}
	}
	return "", 0
}

// unlike complains of a right answer that is not measured, because its result is not the reference's.
func unlike(r *report.Report) string {
	for _, p := range r.Fluency.Parts {
		if strings.Contains(p.Why, checks.OtherResult) {
			return "its fluency is not scored: " + p.Why + "; if right answers may differ there, give that growth or speed test values=False"
		}
	}
	return ""
}

// lineAtEnd is how a report says where an answer raised.
var lineAtEnd = regexp.MustCompile(` \(line (\d+)\)$`)

// firstFailure says which case failed first, and where its test is; class "" is any. The line is the answer's, if it raised.
func (v *verifier) firstFailure(r *report.Report, class string) (text string, line int) {
	for _, c := range r.Correctness.Cases {
		if c.Outcome == report.Pass || class != "" && c.Class != class {
			continue
		}
		if m := lineAtEnd.FindStringSubmatch(c.Message); m != nil && c.Outcome == report.Error {
			line, _ = strconv.Atoi(m[1])
		}
		name := c.Class + " " + c.ID
		if at := declaration(v.challenge.Spec.Tests, c.ID).line; at > 0 {
			name += fmt.Sprintf(" at tests.py:%d", at)
		}
		return fmt.Sprintf("%s (%s): %s", name, c.Outcome, c.Message), line
	}
	return "a case that the report does not list", 0
}

// judge turns what became of the answers into problems.
func (v *verifier) judge() {
	reference := v.reference()
	for _, r := range v.result.Answers {
		line := max(r.answer.Line, 1)
		if r.Kind != Wrong && r.Rate < 1 {
			line = max(r.line, line)
		}
		bad := func(format string, args ...any) { v.result.Problems.add(r.File, line, format, args...) }
		switch {
		case r.unjudged:
		case r.Kind == Wrong && r.Rate < minTriggerRate:
			bad("this trap is caught on %.0f %% of the seeds; at least %.0f %%. %s", 100*r.Rate, 100*minTriggerRate, r.example)
		case r.Kind != Wrong && r.Rate < 1:
			bad("a %s answer must pass everything. %s", r.Kind, r.example)
		case r.Kind != Weak || reference == nil || r.below(reference):
		case r.Fluency == nil:
			bad("a weak trap must rank below the reference, and its fluency was not scored")
		default:
			bad("a weak trap must rank below the reference: fluency %.1f against %.1f", *r.Fluency, *reference.Fluency)
		}
	}
}

// classes demands of each class of hidden tests that something shows what it is for.
func (v *verifier) classes() {
	cases := v.result.Answers[0].cases // as the reference saw them
	if v.faulty || cases == nil {
		return // what is not graded shows nothing
	}
	for _, name := range HiddenClasses {
		class := ClassResult{Name: name, Cases: cases[name], Alone: []string{}}
		for _, r := range v.result.Answers {
			if r.Kind != Wrong || r.Fails[name] < v.result.Seeds {
				continue
			}
			class.Kills++
			if r.alone(name) {
				class.Alone = append(class.Alone, r.File)
			}
		}
		v.result.Classes = append(v.result.Classes, class)
		line := classLine(v.challenge.Spec.Tests, name)
		switch {
		case class.Cases == 0:
			v.result.Problems.add("tests.py", 1, "class %s has no test", name)
		case class.Kills == 0:
			v.result.Problems.add("tests.py", line, "class %s catches no trap: nothing shows what it is for", name)
		}
	}
}

// alone says whether no other class of hidden tests ever failed.
func (r *AnswerResult) alone(class string) bool {
	for other := range r.Fails {
		if other != class && other != "public" {
			return false
		}
	}
	return true
}

func defines(source, name string) bool {
	form := regexp.MustCompile(`(?m)^(def|class)\s+` + regexp.QuoteMeta(name) + `\b|^` + regexp.QuoteMeta(name) + `\s*=`)
	return form.MatchString(source)
}

// body is the code without comment lines and blank lines.
func body(source string) string {
	var lines []string
	for _, line := range strings.Split(source, "\n") {
		if s := strings.TrimSpace(line); s != "" && !strings.HasPrefix(s, "#") {
			lines = append(lines, strings.TrimRight(line, " "))
		}
	}
	return strings.Join(lines, "\n")
}
