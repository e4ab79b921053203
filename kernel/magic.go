package kernel

import (
	"regexp"
	"strings"
)

// magic is a cell that the proxy answers by itself.
type magic struct {
	name, args, body string
}

// Our own magics. %%test is not among them: it is an ordinary cell, and the child knows how to skip its first line.
var (
	lineMagics = map[string]bool{"hint": true, "submit": true, "finish": true, "assay": true}
	cellMagics = map[string]bool{"clarify": true, "plan": true}
)

var (
	markerLine    = regexp.MustCompile(`^#\s*assay:\s*([A-Za-z0-9][A-Za-z0-9_-]*)\s*$`)
	magicWord     = regexp.MustCompile(`^(%%?)([a-z]+)(?:[ \t]+(.*?))?[ \t\r]*$`)
	classicPrompt = regexp.MustCompile(`^[ \t]*(>>>|\.\.\.)( |$)`)
	ipythonPrompt = regexp.MustCompile(`^(((\[nav\]|\[ins\])? )?In \[\d+\]: |[ \t]*\.{3,}: ?)`)
)

// marker returns the challenge that code names in a comment on its first line, for front ends that send no metadata.
func marker(code string) string {
	first, _, _ := strings.Cut(strings.TrimLeft(code, " \t\r\n"), "\n")
	if m := markerLine.FindStringSubmatch(strings.TrimSpace(first)); m != nil {
		return m[1]
	}
	return ""
}

// parseMagic recognises a cell that is one of our magics as a whole: a cell magic on its first line, or a line magic that
// is its only line. Anything else is left to the child, whose stubs explain themselves. IPython's own clean-up comes
// first: leading blank lines, common indent and prompts are dropped. A marker line, and comments around a line magic, do
// not count.
func parseMagic(code string) *magic {
	lines := cleanUp(strings.Split(code, "\n"))
	if len(lines) > 0 && markerLine.MatchString(strings.TrimSpace(lines[0])) {
		lines = cleanUp(lines[1:])
	}
	if len(lines) == 0 {
		return nil
	}
	if m := magicWord.FindStringSubmatch(lines[0]); m != nil && m[1] == "%%" && cellMagics[m[2]] {
		return &magic{name: m[2], args: m[3], body: strings.TrimRight(strings.Join(lines[1:], "\n"), "\n")}
	}
	return lineMagic(lines)
}

func lineMagic(lines []string) *magic {
	var only string
	for _, l := range lines {
		t := strings.TrimSpace(l)
		if t == "" || strings.HasPrefix(t, "#") {
			continue
		}
		if only != "" {
			return nil
		}
		only = t
	}
	if m := magicWord.FindStringSubmatch(only); m != nil && m[1] == "%" && lineMagics[m[2]] {
		return &magic{name: m[2], args: m[3]}
	}
	return nil
}

// cleanUp does what IPython does to a cell before it looks for magics.
func cleanUp(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	lines = dedent(lines)
	if len(lines) == 0 {
		return nil
	}
	for _, prompt := range []*regexp.Regexp{classicPrompt, ipythonPrompt} {
		if !prompt.MatchString(lines[0]) || strings.HasPrefix(lines[0], "...") {
			continue
		}
		out := make([]string, len(lines))
		for i, l := range lines {
			out[i] = prompt.ReplaceAllString(l, "")
		}
		lines = out
	}
	return lines
}

// dedent removes the indent that all lines with text share.
func dedent(lines []string) []string {
	common, seen := "", false
	for _, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		indent := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		if !seen {
			common, seen = indent, true
		}
		for !strings.HasPrefix(indent, common) {
			common = common[:len(common)-1]
		}
	}
	if common == "" {
		return lines
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimPrefix(l, common)
	}
	return out
}
