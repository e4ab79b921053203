package session

import (
	"encoding/json"
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

// Summary is one line in a list of sessions. The store keeps it beside the log, in the same transaction.
type Summary struct {
	ID        string    `json:"id"`
	Challenge string    `json:"challenge"`
	Title     string    `json:"title"`
	Notebook  string    `json:"notebook,omitempty"`
	Mode      string    `json:"mode,omitempty"`
	Policy    string    `json:"policy,omitempty"`
	State     string    `json:"state"` // open or finished
	Started   time.Time `json:"started"`
	Updated   time.Time `json:"updated"`
	Seq       uint64    `json:"seq"`
	Head      string    `json:"head"`
	Cells     int       `json:"cells"` // executions
	Runs      int       `json:"runs"`  // verdicts
	Hints     int       `json:"hints"`
	Points    *float64  `json:"points"` // of the last verdict
	Of        float64   `json:"of"`
}

// Observe takes the next record.
func (s *Summary) Observe(r Record) {
	if s.ID == "" {
		s.ID, s.Started, s.State = r.Session, r.Received, "open"
	}
	s.Updated, s.Seq, s.Head = r.Received, r.Seq, r.Hash
	switch r.Kind {
	case KindSessionStarted:
		if d, ok := decode[SessionStarted](r); ok {
			s.Challenge, s.Title, s.Notebook, s.Mode, s.Policy = d.Challenge, d.Title, d.Notebook, d.Mode, d.Policy
		}
	case KindKernelStarted:
		if d, ok := decode[KernelStarted](r); ok && d.Notebook != "" {
			s.Notebook = d.Notebook
		}
	case KindCellStarted:
		s.Cells++
	case KindHint:
		s.Hints++
	case KindVerdict:
		s.verdict(r)
	case KindSessionFinished:
		s.State = "finished"
	}
}

func (s *Summary) verdict(r Record) {
	d, ok := decode[Verdict](r)
	if !ok || d.Run == 0 {
		return
	}
	s.Runs = max(s.Runs, d.Run)
	var rep struct {
		Status report.Status `json:"status"`
		Total  report.Total  `json:"total"`
	}
	if json.Unmarshal(d.Report, &rep) == nil && rep.Status == report.StatusGraded {
		points := rep.Total.Points
		s.Points, s.Of = &points, rep.Total.Of
	}
}
