package notebooks

import (
	"regexp"
	"strings"
)

// section is a part of a markdown file under a "## " heading.
type section struct {
	Title string
	Text  string
	Line  int // of the heading
}

// sections splits at "## " headings outside of code fences; before is the text above the first one.
func sections(text string) (before string, out []section) {
	var body strings.Builder
	flush := func() {
		if s := strings.TrimSpace(body.String()); len(out) == 0 {
			before = s
		} else {
			out[len(out)-1].Text = s
		}
		body.Reset()
	}
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if title, ok := strings.CutPrefix(line, "## "); ok && !fenced {
			flush()
			out = append(out, section{Title: strings.TrimSpace(title), Line: i + 1})
			continue
		}
		body.WriteString(line + "\n")
	}
	flush()
	return before, out
}

// readPrompt splits prompt.md into the statement and the part under "## Example".
func readPrompt(text string, ps *Problems) (statement, example string) {
	const file = "prompt.md"
	before, secs := sections(text)
	if before == "" {
		ps.add(file, 1, "the statement comes first, before any heading")
	}
	for _, s := range secs {
		switch {
		case s.Title != "Example":
			ps.add(file, s.Line, "heading %q is not known; use \"## Example\"", s.Title)
		case example != "":
			ps.add(file, s.Line, "there is one worked example")
		case s.Text == "":
			ps.add(file, s.Line, "the worked example is empty")
		default:
			example = s.Text
		}
	}
	if len(secs) == 0 {
		ps.add(file, 0, "the worked example is missing: add \"## Example\"")
	}
	return before, example
}

var hintHeading = regexp.MustCompile(`^Hint (\d+) \(([^()]+)\)$`)

// readHints reads "## Hint 1 (cost)" and so on, then "## Follow-up questions" with one list item a question.
func (c *Challenge) readHints(text string, ps *Problems) (hints []Hint, followUps []string) {
	const file = "hints.md"
	before, secs := sections(text)
	if before != "" {
		ps.add(file, 1, "text before the first heading is shown to nobody")
	}
	for _, s := range secs {
		m := hintHeading.FindStringSubmatch(s.Title)
		switch {
		case s.Text == "":
			ps.add(file, s.Line, "%q is empty", s.Title)
		case s.Title == "Follow-up questions":
			followUps = listItems(file, s, ps)
		case m == nil:
			ps.add(file, s.Line, "heading %q is neither \"Hint N (cost)\" nor \"Follow-up questions\"", s.Title)
		case m[1] != itoa(len(hints)+1):
			ps.add(file, s.Line, "hint %s comes where hint %d is due", m[1], len(hints)+1)
		default:
			hints = append(hints, Hint{Text: s.Text, Cost: m[2]})
			c.lines["hint "+m[1]] = s.Line
		}
	}
	return hints, followUps
}

// listItems reads "- " items, which may go on over further lines.
func listItems(file string, s section, ps *Problems) (items []string) {
	for _, line := range strings.Split(s.Text, "\n") {
		item, first := strings.CutPrefix(line, "- ")
		line = strings.TrimSpace(line)
		switch {
		case first:
			items = append(items, strings.TrimSpace(item))
		case line == "":
		case len(items) == 0:
			ps.add(file, s.Line, "under %q each item starts with \"- \"", s.Title)
			return nil
		default:
			items[len(items)-1] += " " + line
		}
	}
	return items
}

// readClarify reads one question a heading, with the answer under it.
func readClarify(text string, ps *Problems) (qas []QA) {
	const file = "clarify.md"
	before, secs := sections(text)
	if before != "" {
		ps.add(file, 1, "text before the first question is shown to nobody")
	}
	for _, s := range secs {
		if s.Text == "" {
			ps.add(file, s.Line, "this question has no answer")
		}
		qas = append(qas, QA{Question: s.Title, Answer: s.Text})
	}
	return qas
}

// words counts as an author would: code blocks are not prose, markup is not a word.
func words(markdown string) (n int) {
	fenced := false
	for _, line := range strings.Split(markdown, "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		if fenced {
			continue
		}
		for _, w := range strings.Fields(line) {
			if strings.ContainsFunc(w, isWordRune) {
				n++
			}
		}
	}
	return n
}
