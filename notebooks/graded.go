package notebooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/checks/rubric"
	"github.com/assay-kernel/assay/kernel/session"
)

// Audience of an export.
type Audience string

// Audiences.
const (
	ForCandidate   Audience = "candidate"   // feedback as the session's policy allows, notes that were shown
	ForInterviewer Audience = "interviewer" // everything
)

// ExportOptions for Grade.
type ExportOptions struct {
	Audience Audience  // "" is ForCandidate: the export that shows less
	Notebook *Notebook // the candidate's own file, when it is at hand: it knows the order of cells and their prose
}

// Graded is a whole session, folded for export. Two exports of the same log are the same, byte for byte.
type Graded struct {
	Schema    string         `json:"schema"` // assay.export/1
	Session   string         `json:"session"`
	Challenge string         `json:"challenge"`
	Version   string         `json:"challenge_version"`
	Title     string         `json:"title"`
	Mode      string         `json:"mode"`
	Verified  bool           `json:"verified"` // a signature stands behind it; not in practice, where one person owns all parts
	Policy    string         `json:"policy"`
	Audience  Audience       `json:"audience"`
	Records   uint64         `json:"records"` // length of the log
	Head      string         `json:"head"`    // hash of its last record
	Started   time.Time      `json:"started"`
	Ended     time.Time      `json:"ended"`
	Python    string         `json:"python,omitempty"`
	Cells     []GradedCell   `json:"cells"`
	Timeline  []Entry        `json:"timeline"`
	Hints     []session.Hint `json:"hints"`
	Report    *report.Report `json:"report"` // of the run that counts, with people's points; nil when nothing was graded
	Run       int            `json:"run,omitempty"`

	challenge *Challenge
	state     *session.State
	base      *Notebook
	ratings   []rubric.Given
}

// GradedCell is one cell as the candidate left it.
type GradedCell struct {
	ID       string            `json:"id"`
	Type     string            `json:"cell_type"`
	Role     string            `json:"role,omitempty"`
	Source   string            `json:"source"`
	Outputs  []map[string]any  `json:"outputs,omitempty"`
	Count    *int              `json:"execution_count,omitempty"`
	Seq      uint64            `json:"seq,omitempty"`    // of the record of its last run; 0 when it never ran
	Status   string            `json:"status,omitempty"` // of that run
	Feedback map[string]string `json:"-"`                // our card, as a MIME bundle
	Report   *report.Report    `json:"report,omitempty"`

	metadata    map[string]any
	attachments map[string]any
}

// Grade folds the log of one session for export.
func Grade(c *Challenge, records []session.Record, o ExportOptions) (*Graded, error) {
	if len(records) == 0 {
		return nil, errors.New("exporting a session: its log is empty")
	}
	s := session.Fold(records)
	if s.Challenge != c.Slug {
		return nil, fmt.Errorf("exporting a session: it is of challenge %q, not %q", s.Challenge, c.Slug)
	}
	g := &Graded{
		Schema: "assay.export/1", Session: s.Session, Challenge: s.Challenge, Version: s.Version, Title: s.Title,
		Mode: s.Mode, Policy: s.Policy, Audience: o.Audience, Records: s.Seq, Head: s.Head,
		Started: s.Started.UTC(), Ended: s.Updated.UTC(), Python: s.Python,
		challenge: c, state: s, base: o.Notebook, ratings: ratings(records),
	}
	if g.Audience == "" {
		g.Audience = ForCandidate
	}
	if g.Title == "" {
		g.Title = c.Title
	}
	if g.base == nil {
		g.base = Build(c, "")
	}
	g.pickReport()
	g.placeCells()
	g.tellTimeline()
	return g, nil
}

// pickReport takes the verdict that counts: the submitted one, else the last that was graded, else the last.
func (g *Graded) pickReport() {
	var best *session.VerdictAt
	rank := func(v *session.VerdictAt) int {
		switch {
		case v == nil:
			return -1
		case v.Final:
			return 2
		case statusOf(v) == report.StatusGraded:
			return 1
		}
		return 0
	}
	for i := range g.state.Verdicts {
		if v := &g.state.Verdicts[i]; rank(v) >= rank(best) {
			best = v
		}
	}
	g.Hints = []session.Hint{}
	for _, h := range g.state.Hints {
		g.Hints = append(g.Hints, h.Hint)
	}
	if best == nil {
		return
	}
	r, err := decodeReport(best.Report)
	if err != nil {
		return
	}
	g.Run, g.Report = best.Run, g.reduce(rubric.WithScores(r, g.ratings))
}

// ratings are people's points as the log has them: each person's own, so that two raters stay two.
func ratings(records []session.Record) (all []rubric.Given) {
	for _, r := range records {
		var s session.Score
		if r.Kind == session.KindScore && json.Unmarshal(r.Data, &s) == nil {
			all = append(all, rubric.Given{Part: s.Part, Points: s.Points, Why: s.Why, By: s.By})
		}
	}
	return all
}

// reduce leaves in a report what the audience may see.
func (g *Graded) reduce(r *report.Report) *report.Report {
	if g.Audience == ForInterviewer {
		return r
	}
	return r.ForCandidate(g.Policy)
}

func statusOf(v *session.VerdictAt) report.Status {
	var r struct {
		Status report.Status `json:"status"`
	}
	_ = json.Unmarshal(v.Report, &r) // a report that cannot be read has no status
	return r.Status
}

func decodeReport(raw json.RawMessage) (*report.Report, error) {
	r := &report.Report{}
	if err := json.Unmarshal(raw, r); err != nil {
		return nil, err
	}
	if r.Schema != report.Schema {
		return nil, fmt.Errorf("schema %q is not %s", r.Schema, report.Schema)
	}
	return r, nil
}

// withheld says whether the session's policy keeps the results from this export's audience.
func (g *Graded) withheld() bool {
	return g.Audience != ForInterviewer && g.Policy != report.PolicyFull && g.Policy != report.PolicyCounts
}

// Short is the result in one line.
func (g *Graded) Short() string {
	switch {
	case len(g.state.Verdicts) == 0:
		return "nothing was graded"
	case g.withheld():
		return "the result is with the interviewer"
	case g.Report == nil:
		return "the reports cannot be read"
	}
	return fmt.Sprintf("Run %d: %s", g.Run, inShort(g.Report))
}

// Trust says how far an export can be believed.
func (g *Graded) Trust() string {
	if g.Verified {
		return g.Mode
	}
	return g.Mode + ", unverified"
}
