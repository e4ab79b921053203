package notebooks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Terms says what every statement has to fix and the challenge's header knows: which libraries may be used, and up to which
// sizes an answer has to work.
func (c *Challenge) Terms() string {
	names, sizes := []string{"the standard library"}, []string{}
	for _, lib := range libraries {
		if lib.always || slices.Contains(c.Spec.Allowed, lib.module) {
			names = append(names, lib.name)
		}
	}
	for _, axis := range c.Axes {
		if axis.Max > 0 {
			sizes = append(sizes, fmt.Sprintf("%s %s", thousands(axis.Max), axis.Name))
		}
	}
	terms := "Use " + and(names) + "; ask before anything else."
	if len(sizes) > 0 {
		terms += " It has to work for up to " + and(sizes) + "."
	}
	return terms
}

// libraries by the names that people know, in the order of the lesson's tiers; the first may always be used.
var libraries = []struct {
	module, name string
	always       bool
}{
	{"numpy", "NumPy", true}, {"pandas", "pandas", true}, {"scipy", "SciPy", false}, {"sklearn", "scikit-learn", false}, {"torch", "PyTorch", false},
}

// and lists words as a sentence does.
func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// thousands groups the digits of a positive number.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
