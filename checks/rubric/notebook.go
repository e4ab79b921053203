package rubric

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// maxFile caps the files that a review reads: notebooks carry outputs.
const maxFile = 64 << 20

// FromNotebook joins the code cells of a notebook file (nbformat 4) into one source, with the place of each line. IPython's
// magics and shell lines become "pass", so that line numbers stay.
func FromNotebook(data []byte) (source string, lines []Line, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("rubric: notebook: %v", err)
		}
	}()
	var nb struct {
		Format int `json:"nbformat"`
		Cells  []struct {
			ID     string          `json:"id"`
			Type   string          `json:"cell_type"`
			Source json.RawMessage `json:"source"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(data, &nb); err != nil {
		return "", nil, fmt.Errorf("not JSON")
	}
	if nb.Format < 4 {
		return "", nil, fmt.Errorf("format %d is too old: save it once with JupyterLab", nb.Format)
	}
	var b strings.Builder
	for i, c := range nb.Cells {
		text, err := cellSource(c.Source)
		if err != nil {
			return "", nil, fmt.Errorf("cell %d: %v", i+1, err)
		}
		if c.Type != "code" || strings.TrimSpace(text) == "" {
			continue
		}
		id := c.ID
		if id == "" {
			id = fmt.Sprintf("cell %d", i+1)
		}
		for n, l := range PlainPython(text) {
			b.WriteString(l + "\n")
			lines = append(lines, Line{Cell: id, Line: n + 1})
		}
	}
	return b.String(), lines, nil
}

// cellSource reads a cell's source, one string or a list of lines.
func cellSource(raw json.RawMessage) (string, error) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return one, nil
	}
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return strings.Join(many, ""), nil
	}
	return "", fmt.Errorf("the source is neither text nor a list of lines")
}

var (
	pythonCellMagic = regexp.MustCompile(`^%%(time|timeit|capture|prun|test|memit|python3?)\b`)
	lineMagic       = regexp.MustCompile(`^\s*([%!?]|[\w.\[\]'"]+\?{1,2}\s*$|[\w, ]+=\s*[%!][a-zA-Z])`)
)

// PlainPython gives the lines of a cell with IPython's own syntax replaced by "pass". A cell for another language gives
// comments.
func PlainPython(cell string) []string {
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(cell, "\r\n", "\n"), "\n"), "\n")
	first := 0
	for first < len(lines) && strings.TrimSpace(lines[first]) == "" {
		first++
	}
	if first < len(lines) && strings.HasPrefix(lines[first], "%%") {
		if !pythonCellMagic.MatchString(lines[first]) {
			for i := range lines {
				lines[i] = "#"
			}
			return lines
		}
		lines[first] = "#"
	}
	var st scan
	for i, l := range lines {
		if st.fresh() && lineMagic.MatchString(l) {
			lines[i] = l[:len(l)-len(strings.TrimLeft(l, " \t"))] + "pass"
			continue
		}
		st.line(l)
	}
	return lines
}

// scan knows just enough of Python's tokens to say whether a line starts a statement.
type scan struct {
	quote     string // the open triple quote
	depth     int
	continued bool
}

func (s *scan) fresh() bool { return s.quote == "" && s.depth <= 0 && !s.continued }

func (s *scan) line(l string) {
	s.continued = false
	for i := 0; i < len(l); i++ {
		rest := l[i:]
		if s.quote != "" {
			if l[i] == '\\' {
				i++
			} else if strings.HasPrefix(rest, s.quote) {
				i += len(s.quote) - 1
				s.quote = ""
			}
			continue
		}
		switch c := l[i]; {
		case c == '#':
			return
		case strings.HasPrefix(rest, `"""`), strings.HasPrefix(rest, "'''"):
			s.quote = rest[:3]
			i += 2
		case c == '"' || c == '\'':
			s.quote = string(c)
		case c == '(' || c == '[' || c == '{':
			s.depth++
		case c == ')' || c == ']' || c == '}':
			s.depth--
		case c == '\\' && i == len(l)-1:
			s.continued = true
		}
	}
	if len(s.quote) == 1 { // a plain string ends with its line
		s.quote = ""
	}
}
