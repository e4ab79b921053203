package card

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"github.com/assay-kernel/assay/checks/report"
)

// Rating is what one person gave for one part of the rubric.
type Rating struct {
	Part   string // problem_solving, communication, quality_names, quality_split
	By     string
	Points *float64
	Why    string
}

// ScorecardInput is what a scorecard is drawn from. It is for the interviewer, and for the export once the session is over.
type ScorecardInput struct {
	Report  *report.Report // with people's scores in it (rubric.WithScores)
	Ratings []Rating       // each person's own, so that two raters stay two
	Title   string
	Mode    string // practice or interview
	Session string
	Runs    int
	Hints   []string // "step 2 of 3, costs 1 point"
	Note    string   // the interviewer's free note, at most five lines
	Propose string   // what a machine reads from the history about Problem Solving; shown until a person scores it
}

// sheet is a scorecard before it is drawn.
type sheet struct {
	Title, Sub, Total, Range string
	Lines                    []sheetLine
	Ratings                  []sheetRating
	Hints                    []string
	Note                     []string
	Caution                  string
}

type sheetLine struct {
	Name, Points, Available, Band, Confidence, By string
	Value, Of, Low                                float64
	Scored                                        bool
	Facts                                         []string
}

type sheetRating struct{ Part, By, Points, Why string }

//go:embed scorecard.html
var scorecardHTML string

var scorecardTemplate = template.Must(template.New("scorecard").Funcs(template.FuncMap{"num": num}).Parse(scorecardHTML))

// Scorecard draws the whole rubric of one session as HTML (with the same limits as a card) and as Markdown.
func Scorecard(in ScorecardInput) (html, markdown string) {
	s := newSheet(in)
	var b strings.Builder
	if err := scorecardTemplate.Execute(&b, s); err != nil {
		return template.HTMLEscapeString(s.markdown()), s.markdown()
	}
	return squeeze(b.String()), s.markdown()
}

func newSheet(in ScorecardInput) sheet {
	r := in.Report
	s := sheet{Title: oneLine(or(in.Title, r.Challenge), maxTitle), Caution: "One interview is a noisy measure: the same person's results differ between interviewers and days."}
	s.Sub = strings.Join(nonEmpty(r.Challenge, "version "+short(r.ChallengeVersion), "code "+short(r.CodeSHA256), isolation(r.Isolation.Level), sessionName(in.Session), runs(in.Runs), mode(in.Mode)), " · ")
	s.Total = num(r.Total.Points) + " of " + num(r.Total.Of)
	if r.Total.High-r.Total.Low > 0.005 {
		s.Range = fmt.Sprintf("between %s and %s of 100 if what nobody scored were nothing or all", num(r.Total.Low), num(r.Total.High))
	}
	correct := report.Criterion{Points: r.Correctness.Points, Of: r.Correctness.Of, Why: r.Correctness.Why}
	s.Lines = []sheetLine{
		line("Correctness", correct, testFacts(r), "hidden tests"),
		line("Python Fluency", r.Fluency, findingFacts(r, "fluency"), "step counter, clock, linter"),
		line("Code Quality", r.Quality, findingFacts(r, "quality"), qualityBy(r.Quality)),
		line("Problem Solving", r.ProblemSolving, proposal(in), by(r.ProblemSolving)),
		line("Communication", r.Communication, nil, by(r.Communication)),
	}
	for _, g := range in.Ratings {
		if g.Points != nil {
			s.Ratings = append(s.Ratings, sheetRating{partTitle(g.Part), oneLine(or(g.By, "an interviewer"), 60), num(*g.Points), oneLine(g.Why, maxSentence)})
		}
	}
	for _, h := range in.Hints {
		s.Hints = append(s.Hints, oneLine(h, maxSentence))
	}
	for i, l := range strings.Split(clean(in.Note, 1200), "\n") {
		if i < 5 && strings.TrimSpace(l) != "" {
			s.Note = append(s.Note, l)
		}
	}
	return s
}

// proposal is for a person to confirm or change: it gives no points, and is gone once somebody has.
func proposal(in ScorecardInput) []string {
	if in.Propose == "" || in.Report.ProblemSolving.Points != nil {
		return nil
	}
	return []string{"a machine's proposal, not scored, for a person to confirm or change: " + oneLine(in.Propose, maxSentence)}
}

func line(name string, c report.Criterion, facts []string, by string) sheetLine {
	l := sheetLine{Name: name, Points: "not scored", Available: num(c.Of), By: by, Facts: facts, Confidence: "", Of: c.Of}
	if c.Points == nil {
		l.By = or(oneLine(c.Why, maxSentence), "nobody yet")
		return l
	}
	of := c.Of - c.NotScored
	l.Scored, l.Value, l.Of, l.Low = true, *c.Points, of, of/2
	l.Points, l.Available = num(*c.Points), num(of)
	if c.NotScored > 0 {
		l.Available += fmt.Sprintf(" (%s not scored)", num(c.NotScored))
	}
	l.Band = bandWord(*c.Points, of)
	l.Confidence = confidence(name, c)
	for _, p := range c.Parts {
		if p.Points != nil && p.Of > 0 && len(l.Facts) < 3 && *p.Points == p.Of && p.Why != "" {
			l.Facts = append(l.Facts, partName(p.Name)+": "+oneLine(p.Why, maxSentence))
		}
	}
	return l
}

// bandWord is the anchored band 1 to 5 that the points lie in.
func bandWord(points, of float64) string {
	if of <= 0 {
		return ""
	}
	b := 1 + int(4*points/of+0.5)
	return fmt.Sprintf("%d of 5", min(max(b, 1), 5))
}

// confidence follows a rule: high with two kinds of witness, medium with one, low for a proposal.
func confidence(name string, c report.Criterion) string {
	switch name {
	case "Correctness":
		return "high"
	case "Python Fluency":
		for _, p := range c.Parts {
			if strings.Contains(p.Name, "array") && p.Points == nil {
				return "low"
			}
		}
		return "high"
	case "Code Quality":
		if c.NotScored == 0 {
			return "high"
		}
	}
	return "medium"
}

func testFacts(r *report.Report) []string {
	var out []string
	for _, c := range r.Correctness.Classes {
		if c.Name != "public" && c.Total > 0 && len(out) < 4 {
			out = append(out, fmt.Sprintf("%s %d of %d", oneLine(c.Name, 30), c.Passed, c.Total))
		}
	}
	return out
}

// findingFacts are the three most valuable findings of a criterion.
func findingFacts(r *report.Report, criterion string) []string {
	var out []string
	for _, f := range r.Findings {
		if f.Criterion == criterion && f.Severity == report.Costs && f.Points > 0 && len(out) < 3 {
			out = append(out, fmt.Sprintf("−%s %s: %s", num(f.Points), where(f), sentence(oneLine(f.Why, maxSentence)).plain()))
		}
	}
	return out
}

func qualityBy(c report.Criterion) string {
	people := map[string]bool{}
	var names []string
	for _, p := range c.Parts {
		if strings.HasPrefix(p.Name, "quality_") && p.Points != nil && p.By != "" && !people[p.By] {
			people[p.By] = true
			names = append(names, oneLine(p.By, 60))
		}
	}
	return strings.Join(append([]string{"own rules and linter"}, names...), ", ")
}

func by(c report.Criterion) string {
	if len(c.Parts) > 0 && c.Parts[0].By != "" {
		return oneLine(c.Parts[0].By, 120)
	}
	return "an interviewer"
}

func partTitle(part string) string {
	switch part {
	case "problem_solving":
		return "Problem Solving"
	case "communication":
		return "Communication"
	case "quality_names":
		return "Code Quality, names"
	case "quality_split":
		return "Code Quality, split"
	}
	return oneLine(part, 40)
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p = oneLine(p, 80); p != "" && !strings.HasSuffix(p, "version") && p != "code" {
			out = append(out, p)
		}
	}
	return out
}

// limited reports whether an answer was graded where it could reach more of the machine than it should.
func limited(level string) bool { return level != "" && level < "L1" }

// isolation says how well the answer was kept from the rest of the machine; nothing where that is not known.
func isolation(level string) string {
	switch {
	case level == "":
		return ""
	case limited(level):
		return "limited isolation (" + level + ")"
	}
	return "isolation " + level
}

func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}

func sessionName(id string) string {
	if id == "" {
		return ""
	}
	return "session " + short(id)
}

func runs(n int) string {
	if n == 0 {
		return ""
	}
	return plural(n, "run")
}

func mode(m string) string {
	if m == "practice" {
		return "mode: practice, unverified"
	}
	return or(m, "")
}

func (s sheet) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## Scorecard: %s\n\n%s\n\n**%s points**", mdText(s.Title), mdText(s.Sub), mdText(s.Total))
	if s.Range != "" {
		b.WriteString(", " + mdText(s.Range))
	}
	b.WriteString("\n\n| Criterion | Points | Available | Band | Facts | Confidence | Scored by |\n|---|---|---|---|---|---|---|\n")
	for _, l := range s.Lines {
		fmt.Fprintf(&b, "| **%s** | %s | %s | %s | %s | %s | %s |\n", l.Name, l.Points, l.Available, l.Band, mdText(strings.Join(l.Facts, "; ")), l.Confidence, mdText(l.By))
	}
	b.WriteByte('\n')
	for _, g := range s.Ratings {
		fmt.Fprintf(&b, "- %s, %s: %s. %s\n", mdText(g.Part), mdText(g.By), g.Points, mdText(g.Why))
	}
	for _, h := range s.Hints {
		fmt.Fprintf(&b, "- Hint: %s\n", mdText(h))
	}
	for _, n := range s.Note {
		fmt.Fprintf(&b, "\n> %s\n", mdText(n))
	}
	fmt.Fprintf(&b, "\n%s\n", s.Caution)
	return b.String()
}
