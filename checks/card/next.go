package card

import (
	"fmt"

	"github.com/assay-kernel/assay/checks/report"
)

// next is the one thing to do now, first on the card.
func next(r *report.Report, t counts, in Input) string {
	if t.public+t.hidden == 0 {
		return improve(r, in)
	}
	c, ok := firstFailed(r, t)
	if !ok {
		if t.public > 0 {
			return nextLabel + " work through the example of the statement by hand and compare."
		}
		return nextLabel + " reread what the statement says about " + weakest(r) + "."
	}
	label := nextLabel
	if !t.works {
		label += " fix first what fails:"
	}
	return label + " " + fmt.Sprintf(advice(c), testName(c.Class)) + guards(c, in.Policy)
}

// testName says which kind of test, as the rows above it do.
func testName(class string) string {
	switch class {
	case "public":
		return "a public test"
	case "edge":
		return "a hidden test of an edge case"
	case "property":
		return "a hidden test of a property"
	case "contract":
		return "a hidden test of the contract"
	}
	return "a hidden test"
}

// publicMessage is what a public test found, for its candidate to read.
func publicMessage(r *report.Report, t counts) string {
	if c, ok := firstFailed(r, t); ok && c.Class == "public" {
		return oneLine(c.Message, maxSentence)
	}
	return ""
}

func advice(c report.Case) string {
	switch c.Outcome {
	case report.Timeout:
		return "%s ran out of time. Look for a loop that does not end, or for work per element that array operations would do at once."
	case report.Killed:
		return "the process was ended while %s ran: a crash, too much memory, or something that is not allowed here."
	case report.Error:
		if name := c.Exception(); name != "" {
			return "%s makes the code raise `" + name + "`."
		}
		return "%s makes the code raise an exception."
	case report.Form:
		return "%s gets the right values in the wrong form: index, columns, shape or type."
	case report.NotRun:
		return "%s could not run, because an earlier one had ended the process."
	}
	return "%s gets a wrong result."
}

// guards adds the rule of the statement that a failed case guards; a public test's is an example of it, not a rule. Under
// policy counts it stays out.
func guards(c report.Case, policy string) string {
	if c.Guards == "" || policy == report.PolicyCounts {
		return ""
	}
	if c.Class == "public" {
		return " " + oneLine(c.Guards, maxSentence)
	}
	return " The statement's rule: " + oneLine(c.Guards, maxSentence)
}

// firstFailed is the failed case to start with: public first, then by what its class is worth.
func firstFailed(r *report.Report, t counts) (report.Case, bool) {
	order := []string{"public", "basic", "edge", "property", "contract"}
	if t.public == 0 {
		order = order[1:]
	}
	for _, class := range order {
		for _, c := range r.Correctness.Cases {
			if c.Class == class && c.Outcome != report.Pass && c.Outcome != report.NotRun {
				return c, true
			}
		}
	}
	return report.Case{}, false
}

// weakest names the class with the most failures in words.
func weakest(r *report.Report) string {
	most, name := 0, "its examples"
	words := map[string]string{"basic": "the result itself", "edge": "special cases: empty, one row, ties, missing values, zeros",
		"property": "inputs in general: order, scale and shape", "contract": "the input that must not change, the type and the shape of the result"}
	for _, c := range r.Correctness.Classes {
		if failed := c.Total - c.Passed; failed > most && words[c.Name] != "" {
			most, name = failed, words[c.Name]
		}
	}
	return name
}

// improve is the next step when every test passes.
func improve(r *report.Report, in Input) string {
	submit := "."
	if in.magics() && !in.Final {
		submit = ", then `%submit`."
	}
	if in.Policy == report.PolicyCounts {
		return nextLabel + " read your code once more as a colleague would" + submit
	}
	for _, f := range r.Findings {
		if f.Severity == report.Costs && f.Points > 0 {
			return nextLabel + fmt.Sprintf(" %s of %s can still be won in %s, see below.", num(f.Points), pointWord(f.Points), criterionName(f.Criterion))
		}
	}
	return nextLabel + " nothing costs points. Say aloud why it works" + submit
}

func pointWord(points float64) string {
	if points == 1 {
		return "a point"
	}
	return "the points"
}

func criterionName(c string) string {
	switch c {
	case "quality":
		return "Code Quality"
	case "fluency":
		return "Python Fluency"
	}
	return "Correctness"
}
