package checks

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

// AuthorError is what Grade returns when tests.py or solution.py is wrong, and not the answer.
type AuthorError = harness.AuthorError

// Spec is a challenge as the grader needs it.
type Spec struct {
	Slug    string
	Title   string
	Version string // hash of the challenge's folder

	EntryPoints []string // functions or classes that the answer defines
	Imports     []string // libraries to load before the answer: numpy, pandas, scipy, sklearn, torch
	Allowed     []string // libraries of the challenge's tool tier; others are remarked, not refused

	Tests    string // source of tests.py
	Solution string // source of solution.py
	Starter  string // source of starter.py

	Axes []Axis

	CaseSeconds  float64 // wall clock of one case; 0: 1
	TotalSeconds float64 // of all cases together; 0: 20
	MemoryMB     int     // of a child, on top of its libraries; 0: 1024
}

// Axis is one size that can grow. A Python loop over a closed axis is unnecessary.
type Axis struct {
	Name   string
	Closed bool
}

// Cell is one executed cell: its latest source, in order of execution.
type Cell struct {
	ID     string
	Source string
	Role   string // metadata.assay.role
}

// Submission is what a candidate hands in.
type Submission struct {
	Cells      []Cell
	InOrder    bool   // the cells stand as on the page, not as they were run
	LiveStatus string // how the candidate's own kernel ended the last cell: ok, error, or "" when unknown
}

// Options of one grading.
type Options struct {
	Seed        uint64 // 0: drawn once the code is frozen
	Session     string // gradings of one session share a warm process; "" shares with nobody
	SkipFluency bool

	// Progress is called with correctness alone, before fluency is measured; and before that with the basic class alone,
	// without points, where the rest takes long. It may be nil.
	Progress func(*report.Report)
}

func (s *Spec) caseLimit() time.Duration  { return seconds(cmp.Or(s.CaseSeconds, 1)) }
func (s *Spec) totalLimit() time.Duration { return seconds(cmp.Or(s.TotalSeconds, 20)) }

// limits of every child that runs an answer.
func (s *Spec) limits() harness.Limits {
	return harness.Limits{CPU: s.totalLimit(), MemoryMB: cmp.Or(s.MemoryMB, 1024)}
}

// environment names the set of libraries that an oracle loads.
func (s *Spec) environment() string { return strings.Join(s.Imports, ",") }

// loadable lists the libraries that a zygote can load beforehand.
var loadable = []string{"numpy", "pandas", "scipy", "sklearn", "torch"}

// with returns the challenge's libraries and those that the answer imports besides. They have to be loaded before the
// fork: a child would spend its own time on them, once per group.
func (s *Spec) with(a *answer) []string {
	out := slices.Clone(s.Imports)
	for _, name := range loadable {
		used := slices.ContainsFunc(a.imports, func(i imported) bool { return i.module == name })
		if used && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// authorKey names what an oracle loads.
func (s *Spec) authorKey() string {
	h := sha256.New()
	for _, part := range []string{s.Tests, s.Solution, s.environment()} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
