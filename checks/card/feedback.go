package card

import (
	"fmt"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// feedback decides what one card says.
func feedback(in Input) view {
	r := in.Report
	if r == nil {
		r = &report.Report{Status: report.StatusRefused}
	}
	v := view{Meta: meta(in.Title, in.Run, in.Phase, in.InPhase, in.Budget)}
	if in.Late {
		v.Meta += " · came late, the checks took longer than the cell"
	}
	if limited(r.Isolation.Level) {
		v.Meta = strings.TrimPrefix(v.Meta+" · "+isolation(r.Isolation.Level), " · ")
	}
	if in.Policy == report.PolicyNone || in.Policy == "" && nothingShown(r) {
		return recorded(v, in, r)
	}
	if r.Status != report.StatusGraded {
		return ungraded(v, in, r)
	}
	t := tally(r)
	v.verdict(t)
	v.tests(r, in.Previous, in.Run)
	if in.Running {
		return running(v, t, r.Correctness.Points == nil)
	}
	v.Next = sentence(next(r, t, in))
	v.Body = append(said(publicMessage(r, t)), cleanRun(r)...)
	if in.Policy != report.PolicyCounts {
		v.findings(r, in.Cell, !t.works)
		v.points(r, t, in.Final)
	}
	v.foot(t, in)
	return v
}

// points shows the rubric's lines, once there is something right to give points for.
func (v *view) points(r *report.Report, t counts, final bool) {
	switch {
	case t.works:
		v.score(r)
	case final:
		v.Foot = []spans{sentence("No basic test passes, so no points are shown here.")}
	default:
		v.Foot = []spans{sentence("Points and remarks on style come once a basic test passes.")}
	}
}

// cleanRun says when only what the candidate's kernel still holds makes the code work.
func cleanRun(r *report.Report) []spans {
	if r.CleanRun == nil || r.CleanRun.OK || r.CleanRun.Note == "" {
		return nil
	}
	return []spans{sentence("Your cells were checked in a fresh process: " + oneLine(r.CleanRun.Note, maxSentence) + ".")}
}

// running is a card that a later one replaces: only what cannot change any more is said. It may know a part of the tests.
func running(v view, t counts, partly bool) view {
	if t.public+t.hidden == 0 {
		v.Tone, v.Glyph, v.Verdict = quiet, "…", "Checking your code, nothing has failed so far"
	}
	if partly {
		v.Next = sentence("More tests are still running. This card is replaced by itself.")
		return v
	}
	v.Next = sentence("Fluency and quality are still being looked at. This card is replaced by itself.")
	return v
}

// nothingShown reports whether the report was reduced to the fact that there was a run.
func nothingShown(r *report.Report) bool {
	return r.Status == report.StatusGraded && r.Public.Total == 0 && len(r.Correctness.Classes) == 0 && r.Correctness.Points == nil
}

// recorded is all that policy none shows, but an answer that does not load is worth saying: the candidate sees that anyway.
func recorded(v view, in Input, r *report.Report) view {
	if r.Status == report.StatusSyntaxError {
		return ungraded(v, in, r)
	}
	v.Tone, v.Glyph, v.Verdict = quiet, "•", "Run recorded"
	if in.Final {
		v.Verdict = "Answer handed in"
	}
	v.Next = sentence("In this session results are shown to the interviewer only.")
	return v
}

// ungraded says why there are no results, and the next step.
func ungraded(v view, in Input, r *report.Report) view {
	where := ""
	if r.Line > 0 {
		where = fmt.Sprintf(", line %d", r.Line)
	}
	message := oneLine(r.Message, maxSentence)
	switch r.Status {
	case report.StatusSyntaxError:
		v.Tone, v.Glyph, v.Verdict = bad, "✗", "Python cannot read this code"+where
		v.Next = sentence(nextLabel + " fix " + spot(r) + " and run the cell again.")
		v.Body = said(message)
		v.Foot = []spans{sentence("Nothing was tested in this run, and nothing is lost by it.")}
	case report.StatusLoadError:
		v.Tone, v.Glyph, v.Verdict = bad, "✗", "The code does not run in a fresh process"+where
		v.Next = sentence(nextLabel + " restart the kernel, run all cells, and fix " + spot(r) + ".")
		v.Body = said(message)
		v.Foot = []spans{sentence("Checks take what your answer needs out of your cells and run it in a new process, without what your kernel has in memory. A name that only an earlier or deleted cell defined is missing there.")}
	case report.StatusNotStarted:
		v.Tone, v.Glyph, v.Verdict = quiet, "•", "Nothing to check yet"
		v.Next = sentence(nextLabel + " " + or(message, "write the function that the statement asks for and run its cell."))
		if in.magics() {
			v.Foot = []spans{sentence("Stuck? `%hint` shows the next hint and says first what it costs.")}
		}
	default:
		v.Tone, v.Glyph, v.Verdict = quiet, "!", "The checks did not run"
		v.Next = sentence(or(message, "This is not about your code. Go on working, and run the cell again in a while."))
	}
	return v
}

// spot names the line to look at.
func spot(r *report.Report) string {
	if r.Line > 0 {
		return fmt.Sprintf("line %d", r.Line)
	}
	return "the first cell that fails"
}

// said is Python's own message, as code.
func said(message string) []spans {
	if message == "" {
		return nil
	}
	return []spans{{{Code: true, Text: message}}}
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// counts is how the cases ended.
type counts struct {
	public, hidden, publicAll, hiddenAll int // failed, of
	basicBad                             bool
	works                                bool // some basic test passes; without basic tests, any test
	timeouts, killed, errors, forms      int  // of the failed ones
}

func tally(r *report.Report) counts {
	var t counts
	basics, basicsPassed := 0, 0
	for _, c := range r.Correctness.Classes {
		if c.Name == "public" {
			continue
		}
		t.hidden += c.Total - c.Passed
		t.hiddenAll += c.Total
		if c.Name == "basic" {
			basics, basicsPassed = c.Total, c.Passed
			t.basicBad = 2*c.Passed < c.Total
		}
	}
	t.public, t.publicAll = r.Public.Total-r.Public.Passed, r.Public.Total
	failed, all := t.public+t.hidden, t.publicAll+t.hiddenAll
	t.works = basicsPassed > 0 || basics == 0 && (failed < all || all == 0)
	for _, c := range r.Correctness.Cases {
		switch c.Outcome {
		case report.Timeout:
			t.timeouts++
		case report.Killed:
			t.killed++
		case report.Error:
			t.errors++
		case report.Form:
			t.forms++
		}
	}
	return t
}

// verdict is the line that is read in two seconds.
func (v *view) verdict(t counts) {
	failed := t.public + t.hidden
	switch {
	case t.publicAll+t.hiddenAll == 0:
		v.Tone, v.Glyph, v.Verdict = quiet, "•", "No test has run"
	case failed == 0:
		v.Tone, v.Glyph, v.Verdict = good, "✓", "All tests pass"
	case t.public > 0 && t.public == t.publicAll && t.hidden == t.hiddenAll:
		v.Tone, v.Glyph, v.Verdict = bad, "✗", "No test passes yet"
	case t.public > 0:
		v.Tone, v.Glyph, v.Verdict = bad, "✗", fmt.Sprintf("%d of %s", t.public, fails(t.publicAll, t.public, "public test"))
	default:
		v.Tone, v.Glyph, v.Verdict = warn, "✗", fmt.Sprintf("%d of %s", t.hidden, fails(t.hiddenAll, t.hidden, "hidden test"))
		if t.basicBad {
			v.Tone = bad
		}
	}
	if failed > 0 && t.timeouts >= failed {
		v.Verdict = "Too slow, or it does not end: " + plural(t.timeouts, "test") + " ran out of time"
	} else if failed > 0 && t.killed >= failed {
		v.Verdict = "The process was ended in " + plural(t.killed, "test")
	}
}

// fails says "6 hidden tests fail" with the verb for n of them.
func fails(of, n int, what string) string {
	if n == 1 {
		return plural(of, what) + " fails"
	}
	return plural(of, what) + " fail"
}

var classNames = map[string]string{"public": "Public", "basic": "Hidden, basic", "edge": "Hidden, edge cases", "property": "Hidden, properties", "contract": "Hidden, contract"}

func (v *view) tests(r, previous *report.Report, run int) {
	if r.Public.Total > 0 {
		v.Tests = append(v.Tests, row("public", r.Public.Passed, r.Public.Total, before(previous, "public"), run))
	}
	for _, c := range r.Correctness.Classes {
		if c.Name != "public" && c.Total > 0 {
			v.Tests = append(v.Tests, row(c.Name, c.Passed, c.Total, before(previous, c.Name), run))
		}
	}
}

func row(class string, passed, total int, was *report.Count, run int) testRow {
	name, ok := classNames[class]
	if !ok {
		name = "Hidden, " + oneLine(class, 30)
	}
	t := testRow{Name: name, Glyph: "✓", Result: fmt.Sprintf("%d of %d", passed, total), Bad: passed < total}
	if t.Bad {
		t.Glyph = "✗"
	}
	if was != nil && was.Total > 0 && (was.Passed != passed || was.Total != total) {
		t.Note = fmt.Sprintf("was %d of %d in run %d", was.Passed, was.Total, run-1)
	}
	return t
}

// before is a class's count in the run before, when that one was graded.
func before(previous *report.Report, class string) *report.Count {
	if previous == nil || previous.Status != report.StatusGraded {
		return nil
	}
	if class == "public" {
		return &previous.Public
	}
	for _, c := range previous.Correctness.Classes {
		if c.Name == class {
			return &report.Count{Passed: c.Passed, Total: c.Total}
		}
	}
	return nil
}

// foot tells of our magics, where there is an interview to use them in.
func (v *view) foot(t counts, in Input) {
	switch {
	case !in.magics():
	case in.Final:
		v.Foot = append(v.Foot, sentence("This was your final run. `%finish` closes the session."))
	case t.public+t.hidden > 0:
		v.Foot = append(v.Foot, sentence("Stuck? `%hint` shows the next hint and says first what it costs. Done? `%submit` hands in this answer."))
	default:
		v.Foot = append(v.Foot, sentence("Done? `%submit` hands in this answer."))
	}
}

// magics reports whether %hint and %submit mean anything where this card is shown.
func (in Input) magics() bool { return in.Phase != "" && in.Phase != "finished" }

// joinWith is "a", "a and b", "a, b and c".
func joinWith(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}
