package notebooks

import (
	"errors"
	"regexp"
	"slices"

	"github.com/assay-kernel/assay/checks"
)

// placeAtEnd is where an author's error says its place; a Problem has it in front.
var placeAtEnd = regexp.MustCompile(` \((?:tests\.py|solution\.py|<tests>|<solution>),? line \d+\)`)

// authors notes what the author did wrong, once, and reports whether err is such a thing. What lies with neither of the
// author's files, such as a library that is missing here, is no problem of the challenge.
func (v *verifier) authors(err error) bool {
	var author *checks.AuthorError
	if !errors.As(err, &author) || author.File == "" {
		return false
	}
	p := Problem{File: author.File, Line: author.Line, Text: placeAtEnd.ReplaceAllString(author.Message, "")}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stopped = v.stopped || author.Load
	v.faulty = true
	if !slices.Contains(v.result.Problems, p) {
		v.result.Problems = append(v.result.Problems, p)
	}
	return true
}
