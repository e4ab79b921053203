package card

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Caps of what one card shows of anything.
const (
	maxTitle     = 120
	maxParagraph = 4000
	maxSentence  = 400
	maxCodeLine  = 140
	maxCodeLines = 14
	maxRemarks   = 10
)

// tone is the verdict as one of four; it gives the card's left edge and the glyph's colour, never the text's.
type tone string

// Mid tones that keep their contrast on white and on black.
const (
	good  tone = "#2e9e5b"
	warn  tone = "#c77700"
	bad   tone = "#d04437"
	quiet tone = "#888888"
)

// view is a card before it is drawn: three renderers read it and add nothing.
type view struct {
	Tone     tone
	Glyph    string
	Verdict  string
	Plain    bool // a message, not a verdict
	Score    string
	Unscored string
	Meta     string
	Next     spans
	Body     []spans
	Tests    []testRow
	First    []remark // the one or two most valuable fixes
	Heading  string   // of First
	More     []remark
	MoreName string
	Criteria []criterion
	Summary  string // of Criteria, in one line
	Interval string
	Foot     []spans
}

type testRow struct {
	Name, Glyph, Result, Note string
	Bad                       bool
}

// remark is one finding in a candidate's words.
type remark struct {
	Cost   string // "−12", or "" for advice
	Tag    string // "Fluency" ...
	Where  string // "line 7"
	Why    spans
	Code   string
	Better string
	Facts  string
}

// criterion is one line of the rubric.
type criterion struct {
	Name     string
	Scored   bool
	Value    float64
	Of       float64
	Low      float64
	Points   string
	By       string
	Subparts []part
}

type part struct{ Name, Points, Why string }

// spans is text with code in it.
type spans []span

type span struct {
	Code, Bold bool
	Text       string
}

// nextLabel at the start of a text is drawn in bold.
const nextLabel = "**Next:**"

// sentence splits a text at its backticks. A text whose backticks do not pair is shown as it is.
func sentence(text string) spans {
	var out spans
	if rest, ok := strings.CutPrefix(text, nextLabel); ok {
		out, text = spans{{Bold: true, Text: "Next:"}}, rest
	}
	pieces := strings.Split(text, "`")
	if len(pieces)%2 == 0 {
		return append(out, span{Text: text})
	}
	for i, p := range pieces {
		if p != "" {
			out = append(out, span{Code: i%2 == 1, Text: p})
		}
	}
	return out
}

func (s spans) plain() string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.Text)
	}
	return b.String()
}

// clean makes a foreign text fit to be shown: no control characters, no characters that reorder the line, a length.
func clean(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return -1
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u200e', r == '\u200f', r == unicode.ReplacementChar:
			return '?'
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// code makes candidate code fit to be shown.
func code(text string) string {
	lines := strings.Split(strings.TrimRight(clean(text, 20000), "\n"), "\n")
	if len(lines) > maxCodeLines {
		lines = append(lines[:maxCodeLines-1], "…")
	}
	for i, l := range lines {
		lines[i] = clean(l, maxCodeLine)
	}
	return strings.Join(lines, "\n")
}

// oneLine is clean for a text that must not break its line.
func oneLine(text string, limit int) string {
	return clean(strings.Join(strings.Fields(text), " "), limit)
}

func meta(title string, run int, phase string, in, budget time.Duration) string {
	var parts []string
	if title != "" {
		parts = append(parts, oneLine(title, maxTitle))
	}
	if run > 0 {
		parts = append(parts, fmt.Sprintf("run %d", run))
	}
	if p := clock(phase, in, budget); p != "" {
		parts = append(parts, p)
	}
	return strings.Join(parts, " · ")
}

func clock(phase string, in, budget time.Duration) string {
	switch {
	case phase == "":
		return ""
	case phase == "finished":
		return "finished"
	}
	text := oneLine(strings.ToUpper(phase[:1])+phase[1:], 20) + " phase, " + minutes(in)
	if budget > 0 {
		text += " of " + minutes(budget)
		if in > budget {
			text += " (over; it is a guide, not a limit)"
		}
	}
	return text
}

func minutes(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d:%02d", max(s, 0)/60, max(s, 0)%60)
}

// num prints points with one decimal where they have one: 12, 2.5, 30.6.
func num(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
