package mutate

import (
	_ "embed"
	"strings"
)

//go:embed wrong.py
var wrongScript string

// WrongValues returns source with entry points that give another value wherever they gave one: numbers + 1, bools turned
// round, texts longer, times a day later, and so in arrays, tables and containers. What they return that is no value, what
// they raise and what they do to their arguments stays; so do the values that they give each other.
func WrongValues(source string, entryPoints []string) string {
	return wrapped(source, wrongScript, entryPoints)
}

// NoValues returns source with entry points that raise wherever WrongValues gives another value.
func NoValues(source string, entryPoints []string) string {
	return wrapped(source, wrongScript+"\n\n_wrong_raises = True\n", entryPoints)
}

func wrapped(source, script string, entryPoints []string) string {
	var b strings.Builder
	b.WriteString(strings.TrimRight(source, "\n") + "\n\n\n" + script)
	for _, name := range entryPoints {
		b.WriteString("\n\n" + name + " = _wrong_entry(" + name + ")\n")
	}
	return b.String()
}
