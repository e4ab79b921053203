package rubric

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Step is one thing a candidate did, for Propose.
type Step struct {
	At    time.Duration // since the session began
	Kind  string        // clarify, plan, run, test, submit
	Text  string        // the cell's source
	Error string        // the exception's class when it failed
}

// Proposal is what a machine may say about Problem Solving: a band for a person to confirm or change, never points.
type Proposal struct {
	Band  int      // 1 to 5; 0 = not enough history to say anything
	Facts []string // at most three, dated
}

// String is the proposal in one line.
func (p Proposal) String() string {
	if p.Band == 0 {
		return "no proposal: too little history"
	}
	return fmt.Sprintf("proposed band %d of 5, low confidence: %s", p.Band, strings.Join(p.Facts, "; "))
}

// edges are the words of special cases, with what a test of one looks like in code.
var edges = map[string]*regexp.Regexp{
	"empty":     regexp.MustCompile(`\[\]|\(0, *\w+\)|\(0,\)|DataFrame\(\)|\.iloc\[:0\]|zeros\(0|""|\{\}`),
	"NaN":       regexp.MustCompile(`(?i)nan\b|None`),
	"zero":      regexp.MustCompile(`zeros|\b0(\.0*)?\b`),
	"one row":   regexp.MustCompile(`\(1, *\w+\)|\[\[[^\]]*\]\]|\.iloc\[:1\]`),
	"duplicate": regexp.MustCompile(`(?i)duplic|\.repeat|tile`),
	"negative":  regexp.MustCompile(`-\d`),
}

var edgeWords = map[string]*regexp.Regexp{
	"empty": regexp.MustCompile(`(?i)\bempty|no rows`), "NaN": regexp.MustCompile(`(?i)\bnan\b|missing|null`), "zero": regexp.MustCompile(`(?i)\bzeros?\b`),
	"one row": regexp.MustCompile(`(?i)(one|single) (row|element|value|point)`), "duplicate": regexp.MustCompile(`(?i)duplicat|\bties?\b|equal rows`),
	"negative": regexp.MustCompile(`(?i)negative`),
}

// Propose reads the history for signs of a systematic way of working: a plan, own tests before the first submission, tests of
// cases that the candidate had named, small steps, and faults that were narrowed down. It looks at neither time, nor the
// number of runs or errors, nor the order of phases: those say nothing fair.
func Propose(history []Step) Proposal {
	var runs int
	for _, s := range history {
		if s.Kind == "run" || s.Kind == "test" {
			runs++
		}
	}
	if runs == 0 {
		return Proposal{}
	}
	band, facts := 1, []string{}
	for _, sign := range []func([]Step) (int, string){testedEarly, testedNamedEdge, planned, smallSteps, narrowed} {
		worth, fact := sign(history)
		band += worth
		if fact != "" && len(facts) < 3 {
			facts = append(facts, fact)
		}
	}
	if len(facts) == 0 {
		facts = append(facts, "no plan and no own test in the history")
	}
	return Proposal{Band: min(band/2+1, 5), Facts: facts}
}

func stamp(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

var checks = regexp.MustCompile(`(?m)\bassert\b|assert_allclose|assert_frame_equal|allclose\(|^\s*\w+\(.*\)\s*$|print\(`)

// testedEarly: an own test or example ran before the first submission.
func testedEarly(history []Step) (int, string) {
	for _, s := range history {
		if s.Kind == "submit" {
			return 0, ""
		}
		if s.Kind == "test" && checks.MatchString(s.Text) {
			return 3, "ran an own test at " + stamp(s.At) + ", before any submission"
		}
	}
	return 0, ""
}

// testedNamedEdge: a special case that was named in Clarify or Plan is built in a test later. Matched by value, not by wording.
func testedNamedEdge(history []Step) (int, string) {
	named := map[string]bool{}
	for _, s := range history {
		switch s.Kind {
		case "clarify", "plan":
			for edge, word := range edgeWords {
				if word.MatchString(s.Text) {
					named[edge] = true
				}
			}
		case "test":
			for _, edge := range sortedKeys(named) {
				if edges[edge].MatchString(s.Text) {
					return 2, fmt.Sprintf("tested the case %q at %s, which they had named", edge, stamp(s.At))
				}
			}
		}
	}
	return 0, ""
}

func sortedKeys(m map[string]bool) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// planned: a plan of at least two lines came before or between the code.
func planned(history []Step) (int, string) {
	for _, s := range history {
		if s.Kind == "plan" && strings.Count(strings.TrimSpace(s.Text), "\n") >= 1 {
			return 2, fmt.Sprintf("wrote a plan of %d lines at %s", strings.Count(strings.TrimSpace(s.Text), "\n")+1, stamp(s.At))
		}
	}
	return 0, ""
}

// smallSteps: the code grew over at least three runs, by no more than 15 lines each time.
func smallSteps(history []Step) (int, string) {
	before, grown, largest := 0, 0, 0
	for _, s := range history {
		if s.Kind != "run" {
			continue
		}
		lines := strings.Count(strings.TrimSpace(s.Text), "\n") + 1
		if lines > before {
			grown++
			largest = max(largest, lines-before)
			before = lines
		}
	}
	if grown >= 3 && largest <= 15 {
		return 1, fmt.Sprintf("built the code in %d steps of at most %d lines", grown, largest)
	}
	return 0, ""
}

// narrowed: after a failed run a small change, and the same error does not come back.
func narrowed(history []Step) (int, string) {
	for i, s := range history {
		if s.Error == "" || s.Kind != "run" {
			continue
		}
		for _, next := range history[i+1:] {
			if next.Kind != "run" {
				continue
			}
			if next.Error != s.Error && changed(s.Text, next.Text) <= 5 {
				return 1, "fixed " + s.Error + " at " + stamp(next.At) + " with a small change"
			}
			break
		}
	}
	return 0, ""
}

// changed counts the lines that are new in b.
func changed(a, b string) int {
	old := map[string]int{}
	for _, l := range strings.Split(a, "\n") {
		old[l]++
	}
	n := 0
	for _, l := range strings.Split(b, "\n") {
		if old[l] == 0 {
			n++
		} else {
			old[l]--
		}
	}
	return n
}
