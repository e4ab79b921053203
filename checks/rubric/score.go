package rubric

import (
	"context"
	"errors"
	"math"
	"sync"

	"github.com/assay-kernel/assay/checks/report"
)

// Weights of the rubric besides Correctness (35).
const (
	fluencyOf = 25
	qualityOf = 20
	solvingOf = 10
	talkingOf = 10
)

// Names of the parts.
const (
	PartArrays  = "array and frame thinking" // 12
	PartReach   = "library reach"            // 5
	PartIdiom   = "Python idiom"             // 5
	PartSafe    = "safe idiom"               // 3
	PartSize    = "size and complexity"      // 4
	PartDoc     = "docstring"                // 3
	PartHints   = "type hints"               // 2
	PartNaming  = "naming conventions"       // 1
	PartClutter = "no clutter"               // 2
	PartNames   = "quality_names"            // 4, by a person
	PartSplit   = "quality_split"            // 4, by a person
	PartSolving = "problem_solving"
	PartTalking = "communication"
)

// maxFindings caps what a report carries; findings that cost points come first and are never cut.
const maxFindings = 24

// scoring is one run of Score.
type scoring struct {
	in    Input
	r     *report.Report
	facts *facts
	lint  []lintHit
	axes  []axis
	lines []string // of Source
	given map[string]bool

	findings []report.Finding
	spent    map[string]bool // causes that have lost their points
}

// Score fills Fluency, Quality, ProblemSolving, Communication, Findings and Total of in.Report. It is pure: no process, no
// clock, no random number.
func Score(in Input) {
	s := &scoring{in: in, r: in.Report, facts: readFacts(in.Facts), axes: axes(in.Steps), lines: splitLines(in.Source),
		given: starterLines(in.StarterSource), spent: map[string]bool{}}
	for _, h := range readLint(in.RuffJSON) {
		if !s.fromStarter(h.Location.Row) {
			s.lint = append(s.lint, h)
		}
	}
	s.tools()
	if s.r.Status != report.StatusGraded {
		why := unscoredWhy(s.r.Status)
		s.r.Fluency = report.Criterion{Of: fluencyOf, Why: why}
		s.r.Quality = report.Criterion{Of: qualityOf, Why: why}
	} else {
		s.r.Fluency = s.fluency()
		s.r.Quality = s.quality()
	}
	s.r.ProblemSolving = report.Criterion{Of: solvingOf, NotScored: solvingOf, Why: "an interviewer scores this"}
	s.r.Communication = report.Criterion{Of: talkingOf, NotScored: talkingOf, Why: "an interviewer scores this"}
	s.r.Findings = s.sorted()
	s.r.Total = Total(s.r)
}

// Run collects what the tools can say and then calls Score. An error names a tool that failed; the report is scored
// without it all the same.
func Run(ctx context.Context, python, ruff string, in Input) error {
	var err error
	if in.Report.Status == report.StatusGraded {
		err = Gather(ctx, python, ruff, &in)
		if in.RuffJSON != nil {
			setTool(in.Report, "ruff", Version(ctx, ruff))
		}
	}
	Score(in)
	return err
}

// Gather runs the linters that in has nothing from yet, side by side. The error names those that failed; what the others
// said is in in.
func Gather(ctx context.Context, python, ruff string, in *Input) error {
	source := *in // what the tools read while in is written
	var wg sync.WaitGroup
	var lintErr, factErr error
	if in.RuffJSON == nil {
		wg.Go(func() { in.RuffJSON, lintErr = Lint(ctx, ruff, source.Source) })
	}
	if in.Facts == nil {
		wg.Go(func() { in.Facts, factErr = Analyse(ctx, python, source) })
	}
	wg.Wait()
	return errors.Join(factErr, lintErr)
}

// tools notes which linters made this report.
func (s *scoring) tools() {
	if s.r.Status != report.StatusGraded {
		return
	}
	setTool(s.r, "rules", LintRules)
	if s.in.RuffJSON == nil {
		setTool(s.r, "ruff", "absent: own rules alone")
	} else if s.r.Tools["ruff"] == "" {
		setTool(s.r, "ruff", "present")
	}
	if s.facts == nil || s.facts.Error != nil {
		setTool(s.r, "own_rules", "did not run")
	}
}

func setTool(r *report.Report, name, version string) {
	if version == "" {
		return
	}
	if r.Tools == nil {
		r.Tools = map[string]string{}
	}
	r.Tools[name] = version
}

func unscoredWhy(st report.Status) string {
	switch st {
	case report.StatusNotStarted:
		return "nothing to score yet"
	case report.StatusRefused:
		return "grading was refused"
	default:
		return "scored once the code loads"
	}
}

// Total sums the rubric. Of is what was available to whoever scored; Low and High are what the sum would be if all that
// nobody scored were 0 or full.
func Total(r *report.Report) report.Total {
	var t report.Total
	add := func(points *float64, of, notScored float64) {
		if points == nil {
			t.High += of
			return
		}
		t.Points += *points
		t.Of += of - notScored
		t.High += *points + notScored
	}
	add(r.Correctness.Points, r.Correctness.Of, 0)
	for _, c := range []report.Criterion{r.Fluency, r.Quality, r.ProblemSolving, r.Communication} {
		add(c.Points, c.Of, c.NotScored)
	}
	t.Points, t.High = round(t.Points), round(t.High)
	t.Low = t.Points
	return t
}

// round keeps two decimals, so that sums of halves and thirds print the same everywhere.
func round(x float64) float64 { return math.Round(x*100) / 100 }

// sum adds up parts: points, and the share of "of" that has no points.
func sum(parts []report.Part) (points *float64, missing float64) {
	var total float64
	var any bool
	for _, p := range parts {
		if p.Points == nil {
			missing += p.Of
			continue
		}
		any = true
		total += *p.Points
	}
	if !any {
		return nil, missing
	}
	total = round(total)
	return &total, missing
}

func pts(x float64) *float64 { return &x }
