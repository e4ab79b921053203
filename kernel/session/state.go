package session

import (
	"encoding/json"
	"sort"
	"time"
)

// State is a session as its log tells it: the cells with their latest source and outputs, every run, the verdicts,
// hints, notes and scores, and the clock. Live page, feedback, scorecard and export fold the same records through it.
type State struct {
	Session   string
	Challenge string
	Version   string
	Title     string
	Mode      string
	Policy    string
	Notebook  string
	Python    string
	Started   time.Time // of the first record
	Updated   time.Time
	Seq       uint64 // of the last record
	Head      string // its hash
	Finished  *SessionFinished

	Cells    []*Cell // in order of first run
	Runs     []*Run  // every execution, magics too, in order
	Verdicts []VerdictAt
	Hints    []HintAt
	Notes    []NoteAt
	Scores   map[string]Score // by part; the last word of the interviewers
	Clock    Clock
	Lean     bool // set before the first record: outputs are not kept

	byCell map[string]*Cell
	byRun  map[string]*Run
}

// Cell is one cell of the notebook.
type Cell struct {
	ID     string
	Role   string
	Source string // as it ran last
	Last   *Run
	Runs   int
	good   *Run   // the last run that did not fail to parse
	first  uint64 // seq of its first run that ended well; 0 before
	begun  uint64 // seq of its last run
}

// Run is one execution of a cell, or one of our magics.
type Run struct {
	Request  string
	Cell     string
	Seq      uint64
	At       time.Time
	Role     string
	Code     string
	Magic    *Magic
	Outputs  []json.RawMessage // in nbformat's shape, with clears and updates applied
	Dropped  int64
	Finished *CellFinished
	Clock    ClockNow  // when it ended, or when the magic was run
	Ended    time.Time // on the session's time line; zero before
	ids      []string  // display ids, beside Outputs
}

// VerdictAt is a verdict with its place in the log.
type VerdictAt struct {
	Verdict
	Seq     uint64
	Request string
	Cell    string
	Clock   ClockNow // when the run that it judges had ended, however long the tests took
	At      time.Time
}

// HintAt is a hint with its place in the log.
type HintAt struct {
	Hint
	Seq     uint64
	Request string
	At      time.Time
}

// NoteAt is a note with its place in the log.
type NoteAt struct {
	Note
	Seq uint64
	At  time.Time
}

// Fold reads a whole log.
func Fold(records []Record) *State {
	s := &State{}
	for _, r := range records {
		s.Observe(r)
	}
	return s
}

// Observe takes the next record. It reports whether the clock shows another phase now.
func (s *State) Observe(r Record) bool {
	if s.byCell == nil {
		s.byCell, s.byRun, s.Scores = map[string]*Cell{}, map[string]*Run{}, map[string]Score{}
		s.Started, s.Session = r.Received, r.Session
	}
	s.Seq, s.Head, s.Updated = r.Seq, r.Hash, r.Received
	moved := s.Clock.Observe(r)
	switch r.Kind {
	case KindSessionStarted:
		s.opened(r)
	case KindKernelStarted:
		s.kernelStarted(r)
	case KindCellStarted:
		s.cellStarted(r)
	case KindOutput:
		s.output(r)
	case KindCellFinished:
		s.cellFinished(r)
	case KindMagic:
		s.magic(r)
	default:
		s.judged(r)
	}
	return moved
}

func (s *State) opened(r Record) {
	if d, ok := decode[SessionStarted](r); ok {
		s.Challenge, s.Version, s.Title = d.Challenge, d.Version, d.Title
		s.Mode, s.Policy, s.Notebook = d.Mode, d.Policy, d.Notebook
	}
}

func (s *State) kernelStarted(r Record) {
	d, ok := decode[KernelStarted](r)
	if !ok {
		return
	}
	if d.Notebook != "" {
		s.Notebook = d.Notebook
	}
	if d.Python != "" {
		s.Python = d.Python
	}
}

func (s *State) cellStarted(r Record) {
	d, ok := decode[CellStarted](r)
	if !ok || d.Silent {
		return
	}
	if d.Role == "" {
		d.Role = roleOf(d)
	}
	run := s.run(r)
	run.Role, run.Code = d.Role, d.Code
	key := r.Cell
	if key == "" {
		key = "request:" + r.Request // a front end without cell ids: every execution stands for itself
	}
	c := s.byCell[key]
	if c == nil {
		c = &Cell{ID: r.Cell}
		s.byCell[key] = c
		s.Cells = append(s.Cells, c)
	}
	c.Role, c.Source, c.Last, c.begun = d.Role, d.Code, run, r.Seq
	c.Runs++
}

func (s *State) run(r Record) *Run {
	run := &Run{Request: r.Request, Cell: r.Cell, Seq: r.Seq, At: s.Clock.Last()}
	s.Runs = append(s.Runs, run)
	if r.Request != "" {
		s.byRun[r.Request] = run
	}
	return run
}

func (s *State) magic(r Record) {
	if d, ok := decode[Magic](r); ok {
		run := s.run(r)
		run.Magic, run.Clock, run.Ended = &d, s.Clock.Now(s.Clock.Last()), s.Clock.Last()
	}
}

func (s *State) cellFinished(r Record) {
	d, ok := decode[CellFinished](r)
	run := s.byRun[r.Request]
	if !ok || run == nil {
		return
	}
	run.Finished = &d
	if run.Magic == nil {
		run.Clock, run.Ended = s.Clock.Now(s.Clock.Last()), s.Clock.Last()
	}
	for _, c := range s.Cells {
		if c.Last != run {
			continue
		}
		if d.Status == "ok" && c.first == 0 {
			c.first = c.begun
		}
		if d.EName != "SyntaxError" && d.EName != "IndentationError" && d.EName != "TabError" {
			c.good = run
		}
	}
}

func (s *State) judged(r Record) {
	switch r.Kind {
	case KindVerdict:
		if d, ok := decode[Verdict](r); ok {
			v := VerdictAt{Verdict: d, Seq: r.Seq, Request: r.Request, Cell: r.Cell, At: s.Clock.Last()}
			if run := s.byRun[r.Request]; run != nil {
				v.Clock = run.Clock
			}
			s.Verdicts = append(s.Verdicts, v)
		}
	case KindHint:
		if d, ok := decode[Hint](r); ok {
			s.Hints = append(s.Hints, HintAt{Hint: d, Seq: r.Seq, Request: r.Request, At: s.Clock.Last()})
		}
	case KindNote:
		if d, ok := decode[Note](r); ok {
			s.Notes = append(s.Notes, NoteAt{Note: d, Seq: r.Seq, At: s.Clock.Last()})
		}
	case KindScore:
		if d, ok := decode[Score](r); ok {
			s.score(d)
		}
	case KindSessionFinished:
		if d, ok := decode[SessionFinished](r); ok && s.Finished == nil {
			s.Finished = &d
		}
	}
}

func (s *State) score(d Score) {
	if d.Points == nil {
		delete(s.Scores, d.Part)
		return
	}
	s.Scores[d.Part] = d
}

// LastRun is the number of verdict runs so far.
func (s *State) LastRun() int {
	n := 0
	for _, v := range s.Verdicts {
		n = max(n, v.Run)
	}
	return n
}

// RunOf finds the execution of a request, nil when the log has none.
func (s *State) RunOf(request string) *Run { return s.byRun[request] }

// Submission is what is graded: the latest source of every cell. A live kernel keeps definitions in the order in which
// cells first worked, so that is the order here; running the solution again after a scratch cell does not move it
// behind that cell. A cell that never worked comes where it ran last. Apart from the judged one, a cell that does not
// parse counts with its last source that did.
func (s *State) Submission(judged string) []Cell {
	type placed struct {
		cell Cell
		at   uint64
	}
	var all []placed
	for _, c := range s.Cells {
		cell := *c
		if c.Last.Request != judged && c.Last.Finished != nil && c.good != c.Last {
			if c.good == nil {
				continue
			}
			cell.Source, cell.Role = c.good.Code, c.good.Role
		}
		at := c.first
		if at == 0 {
			at = c.begun
		}
		all = append(all, placed{cell, at})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	out := make([]Cell, len(all))
	for i, p := range all {
		out[i] = p.cell
	}
	return out
}

func decode[T any](r Record) (T, bool) {
	var d T
	err := json.Unmarshal(r.Data, &d)
	return d, err == nil
}
