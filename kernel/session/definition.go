package session

import (
	"regexp"
	"strings"
)

// Definition matches code that defines one of names at the start of a line: by def, class or an assignment. It is nil
// without names. Kernel and companion ask the same question, so that neither waits for an answer that the other does not
// give.
func Definition(names []string) *regexp.Regexp {
	if len(names) == 0 {
		return nil
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = regexp.QuoteMeta(n)
	}
	name := "(?:" + strings.Join(quoted, "|") + ")"
	return regexp.MustCompile(`(?m)^(?:(?:async[ \t]+)?def[ \t]+` + name + `\b|class[ \t]+` + name + `\b|` + name + `[ \t]*(?::[^=\n]+)?=[^=])`)
}
