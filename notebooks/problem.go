package notebooks

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a challenge, and where.
type Problem struct {
	File string `json:"file"`           // inside the challenge folder; "" is the folder itself
	Line int    `json:"line,omitempty"` // from 1; 0 when no line is to blame
	Text string `json:"text"`
}

// String is file:line: text, the form editors and terminals turn into a link.
func (p Problem) String() string {
	switch {
	case p.File == "":
		return p.Text
	case p.Line == 0:
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems is everything that is wrong, as one error: authors want the whole list at once.
type Problems []Problem

// Error has one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps *Problems) add(file string, line int, format string, args ...any) {
	*ps = append(*ps, Problem{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// err is nil when there is no problem; a nil Problems in an error would not be.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}
