// Package report is what a grading says: the assay.grade/1 document that `assay grade --json` prints, that the log
// keeps with every verdict and that cards, pages and exports are drawn from.
//
// Within schema number 1 fields are only ever added.
package report

import "encoding/json"

// Schema is the value of Report.Schema.
const Schema = "assay.grade/1"

// Outcome of one test case.
type Outcome string

const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Form    Outcome = "form"    // right values, wrong index, columns or dtype: half credit
	Error   Outcome = "error"   // the answer raised
	Timeout Outcome = "timeout" // the case's own limit
	Killed  Outcome = "killed"  // the process was ended: memory, output, a forbidden call, a lost frame
	NotRun  Outcome = "not_run"
)

// Status says how far grading came before cases could speak.
type Status string

const (
	StatusGraded      Status = "graded"
	StatusNotStarted  Status = "not_started"  // no entry point is defined yet, or it is still the starter
	StatusSyntaxError Status = "syntax_error" // a cell does not parse
	StatusLoadError   Status = "load_error"   // the collected code does not load in a fresh process
	StatusRefused     Status = "refused"      // the grader declined: isolation too low, over quota
)

// Report is the assay.grade/1 document.
type Report struct {
	Schema           string      `json:"schema"`
	Challenge        string      `json:"challenge"`
	ChallengeVersion string      `json:"challenge_version"`
	CodeSHA256       string      `json:"code_sha256"` // of the collected source, exact bytes
	Seed             uint64      `json:"seed"`        // below 2^53
	Status           Status      `json:"status"`
	Message          string      `json:"message,omitempty"` // one line for the candidate when Status is not graded
	Line             int         `json:"line,omitempty"`    // where, for syntax and load errors: line in Cell
	Cell             string      `json:"cell,omitempty"`
	Isolation        Isolation   `json:"isolation"`
	Public           Count       `json:"public"`
	Correctness      Correctness `json:"correctness"`
	Fluency          Criterion   `json:"fluency"`
	Quality          Criterion   `json:"quality"`
	ProblemSolving   Criterion   `json:"problem_solving"`
	Communication    Criterion   `json:"communication"`
	Findings         []Finding   `json:"findings"`
	CleanRun         *CleanRun   `json:"clean_run,omitempty"`
	Total            Total       `json:"total"`

	TimingsMS map[string]float64 `json:"timings_ms"`
	Tools     map[string]string  `json:"tools,omitempty"` // python, numpy, ruff, ...: versions that made this report
}

// Isolation is the level that held while candidate code ran, with its layers by name.
type Isolation struct {
	Level  string   `json:"level"` // L0, L1, L2
	Layers []string `json:"layers"`
}

// Count is n of m.
type Count struct {
	Passed int `json:"passed"`
	Total  int `json:"total"`
}

// Correctness is the part that hidden tests give.
type Correctness struct {
	Points  *float64 `json:"points"`
	Of      float64  `json:"of"`
	Why     string   `json:"why,omitempty"` // a cap that applied
	Classes []Class  `json:"classes"`
	Cases   []Case   `json:"cases"`
}

// Class is one class of hidden tests: basic, edge, property, contract; and public.
type Class struct {
	Name   string  `json:"name"`
	Passed int     `json:"passed"` // full passes
	Total  int     `json:"total"`
	Share  float64 `json:"share"` // of Correctness, 0..1; 0 for public
}

// Case is one test case. Message is for the interviewer and the author; Guards is the author's sentence (the rule of
// the statement that the case guards), which a candidate may see.
type Case struct {
	ID      string  `json:"id"`
	Class   string  `json:"class"`
	Outcome Outcome `json:"outcome"`
	Message string  `json:"message"`
	Raised  string  `json:"raised,omitempty"` // the well-known class of the exception, when Outcome is error: see Case.Exception
	Guards  string  `json:"guards,omitempty"`
	MS      float64 `json:"ms,omitempty"`

	// InputsSHA256 is of all that the answer was given, as it was sent. It shows whether grading again with the same seed
	// asked the same questions, even where another version of a library draws or lays out inputs in another way.
	InputsSHA256 string `json:"inputs_sha256,omitempty"`
}

// Criterion is one line of the rubric. Points is nil when nobody scored it: that is "not scored", never zero.
type Criterion struct {
	Points    *float64 `json:"points"`
	Of        float64  `json:"of"`
	NotScored float64  `json:"not_scored"` // of Of: points that only a person can give and nobody gave yet
	Why       string   `json:"why,omitempty"`
	Parts     []Part   `json:"parts"`
}

// MarshalJSON writes no parts as an empty list: readers of the document loop over it.
func (c Criterion) MarshalJSON() ([]byte, error) {
	type plain Criterion
	if c.Parts == nil {
		c.Parts = []Part{}
	}
	return json.Marshal(plain(c))
}

// Part of a criterion.
type Part struct {
	Name   string   `json:"name"`
	Points *float64 `json:"points"`
	Of     float64  `json:"of"`
	Why    string   `json:"why,omitempty"`
	By     string   `json:"by,omitempty"` // who or what scored it
}

// Severity of a finding.
type Severity string

const (
	Costs  Severity = "costs"  // it lost points, so it has two witnesses
	Advice Severity = "advice" // a suspicion alone: no points
)

// Finding is one remark on the code.
type Finding struct {
	Rule      string   `json:"rule"` // ruff's code, or ours: A001...
	Severity  Severity `json:"severity"`
	Criterion string   `json:"criterion"` // fluency or quality
	Cell      string   `json:"cell,omitempty"`
	Line      int      `json:"line"` // in Cell (or in the file), from 1
	EndLine   int      `json:"end_line"`
	Code      string   `json:"code"`
	Why       string   `json:"why"`
	Better    string   `json:"better"` // one better form, as code
	Witnesses []string `json:"witnesses"`
	Points    float64  `json:"points"` // lost; 0 for advice
}

// CleanRun compares the candidate's live kernel with a fresh process.
type CleanRun struct {
	OK   bool   `json:"ok"`
	Note string `json:"note,omitempty"`
}

// Total is the sum over the rubric and the interval it would span if what nobody scored were 0 or full.
type Total struct {
	Points float64 `json:"points"`
	Of     float64 `json:"of"` // points that were available to whoever scored
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}
