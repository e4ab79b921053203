package card

import (
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

// Input is what one feedback card is drawn from.
type Input struct {
	Report   *report.Report // already reduced by ForCandidate
	Run      int            // counts from 1 within the session
	Title    string         // of the challenge
	Phase    string         // clarify, plan, code, test, finished; "" hides the clock
	InPhase  time.Duration
	Budget   time.Duration  // of the phase; 0 = none
	Previous *report.Report // the run before, reduced in the same way; nil for the first
	Late     bool           // the verdict came after the cell had answered
	Running  bool           // grading goes on: the report holds what is known so far
	Final    bool           // made by %submit
	Cell     string         // id of the cell that the card stands under; "" when unknown
	Policy   string         // full, counts or none; "" shows what the report still holds
}

// Render draws the feedback for one run as a MIME bundle: text/html, text/markdown and text/plain.
func Render(in Input) map[string]string {
	return bundle(feedback(in))
}

// Placeholder stands under a cell whose verdict is not there yet; Render's bundle replaces it.
func Placeholder(title string, run int) map[string]string {
	return bundle(view{Tone: quiet, Glyph: "…", Verdict: "Checking your code", Meta: meta(title, run, "", 0, 0),
		Next: sentence("The result appears here by itself. You can go on working.")})
}

// Message is a short text of the product for the candidate: a hint, a notice, an answer to a magic. Backticks in a
// paragraph make code.
func Message(title string, paragraphs ...string) map[string]string {
	v := view{Tone: quiet, Verdict: clean(title, maxTitle), Plain: true}
	for _, p := range paragraphs {
		v.Body = append(v.Body, sentence(clean(p, maxParagraph)))
	}
	return bundle(v)
}

func bundle(v view) map[string]string {
	return map[string]string{"text/html": v.html(), "text/markdown": v.markdown(), "text/plain": v.text()}
}
