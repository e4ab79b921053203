// Package session holds what happened in an interview: the events that a kernel reports and the companion stores, the
// phase clock that is computed from them, and the spool that keeps them on disk until the companion has acknowledged
// them.
//
// One ordered log of Records is the only truth. The live page, the feedback card's clock, the scorecard, replay and
// export are readers of it; none of them keeps a second account.
package session

import (
	"encoding/json"
	"time"
)

// Kind names what an Event reports. Kinds marked "companion" are only ever written by the companion: an event of such a
// kind that arrives from a kernel is refused, because whatever a candidate's host says is a claim.
type Kind string

const (
	KindKernelStarted Kind = "kernel_started" // KernelStarted: a kernel process opened the session (again)
	KindKernelEnded   Kind = "kernel_ended"   // KernelEnded: it ended in order
	KindCellStarted   Kind = "cell_started"   // CellStarted: an execute_request arrived
	KindOutput        Kind = "output"         // Output: one nbformat output of that cell
	KindCellFinished  Kind = "cell_finished"  // CellFinished: its execute_reply was seen
	KindMagic         Kind = "magic"          // Magic: one of our own magics was run

	KindSessionStarted  Kind = "session_started"  // companion, SessionStarted
	KindVerdict         Kind = "verdict"          // companion, Verdict
	KindHint            Kind = "hint"             // companion, Hint: a step of the ladder was given
	KindNote            Kind = "note"             // companion, Note: a remark of an interviewer, or of the companion
	KindScore           Kind = "score"            // companion, Score: an interviewer's points
	KindSessionFinished Kind = "session_finished" // companion, SessionFinished
)

// Event is one step of a session as its source reports it.
type Event struct {
	SrcSeq  uint64          `json:"src_seq"` // dense, from 1, per source; the companion's own events have 0
	Kind    Kind            `json:"kind"`
	Time    time.Time       `json:"time"`              // the source's wall clock; shown, never used to order
	Mono    int64           `json:"mono"`              // nanoseconds on the source's monotonic clock since it started
	Request string          `json:"request,omitempty"` // msg_id of the execute_request this belongs to
	Cell    string          `json:"cell,omitempty"`    // the notebook's cell id, where the front end sends one
	Data    json.RawMessage `json:"data,omitempty"`    // the struct named after Kind
}

// Record is an Event as the companion stored it. Seq is dense from 1 within a session; Hash is
// SHA-256(PrevHash || canonical bytes of the record without Hash), hex.
type Record struct {
	Session  string    `json:"session"`
	Seq      uint64    `json:"seq"`
	Source   string    `json:"source"` // random id of the spool; "companion" for its own
	Received time.Time `json:"received"`
	PrevHash string    `json:"prev_hash"`
	Hash     string    `json:"hash"`
	Event
}

// KernelStarted says which kernel process opened the session, and where.
type KernelStarted struct {
	KernelID string `json:"kernel_id,omitempty"`
	Notebook string `json:"notebook,omitempty"` // path as Jupyter gave it
	Python   string `json:"python,omitempty"`
	Banner   string `json:"banner,omitempty"` // implementation and version of the child
}

// KernelEnded says why a kernel process ended.
type KernelEnded struct {
	Why string `json:"why"`
}

// CellStarted is an execute_request at its arrival.
type CellStarted struct {
	Code      string   `json:"code"`
	Role      string   `json:"role,omitempty"`      // metadata.assay.role: see Role constants
	Challenge string   `json:"challenge,omitempty"` // metadata.assay.challenge, or the "# assay: SLUG" line
	Tags      []string `json:"tags,omitempty"`
	Silent    bool     `json:"silent,omitempty"`
}

// Roles of a notebook's cells, in metadata.assay.role.
const (
	RoleStatement = "statement"
	RoleClarify   = "clarify"
	RolePlan      = "plan"
	RoleSolution  = "solution"
	RoleTest      = "test"
	RoleHelp      = "help"
)

// Output is one output of a cell in nbformat's own shape ("output_type" and its exact keys).
type Output struct {
	Output    json.RawMessage `json:"output"`
	DisplayID string          `json:"display_id,omitempty"` // of display_data
	Update    bool            `json:"update,omitempty"`     // it replaces earlier outputs with this DisplayID
	Clear     bool            `json:"clear,omitempty"`      // clear_output: what came before is gone (Output is null)
	Dropped   int64           `json:"dropped,omitempty"`    // bytes of this cell's output that were not recorded
}

// CellFinished is the child's execute_reply.
type CellFinished struct {
	Status         string `json:"status"` // ok, error, aborted
	ExecutionCount int    `json:"execution_count,omitempty"`
	DurationNS     int64  `json:"duration_ns"` // arrival to reply, our monotonic clock
	EName          string `json:"ename,omitempty"`
	EValue         string `json:"evalue,omitempty"`
	Judge          bool   `json:"judge,omitempty"` // a verdict is asked for; the answer is a Feedback for Request
}

// Magic is one of our own magics, answered without the child.
type Magic struct {
	Name   string `json:"name"` // hint, submit, finish, clarify, plan, assay
	Args   string `json:"args,omitempty"`
	Body   string `json:"body,omitempty"`
	Answer bool   `json:"answer,omitempty"` // the kernel waits for a Feedback for Request
}

// SessionStarted opens the log.
type SessionStarted struct {
	Challenge string `json:"challenge"`
	Version   string `json:"version"` // hash of the challenge folder
	Title     string `json:"title"`
	Mode      string `json:"mode"` // practice or interview
	Policy    string `json:"policy"`
	Notebook  string `json:"notebook,omitempty"`
	Minutes   int    `json:"minutes,omitempty"` // the challenge's time limit; the phase budgets follow from it
}

// Verdict is the result of one run of hidden tests. Report is an assay.grade/1 document (checks/report.Report), whole,
// for the interviewer; what a candidate sees is derived from it by policy.
type Verdict struct {
	Run    int             `json:"run"` // counts from 1 within the session
	Report json.RawMessage `json:"report"`
	Final  bool            `json:"final,omitempty"` // made by %submit
}

// Hint is a step of the challenge's ladder that was given to the candidate.
type Hint struct {
	Step int    `json:"step"` // from 1
	Of   int    `json:"of"`
	Text string `json:"text"`
	Cost string `json:"cost,omitempty"`
}

// Note is an interviewer's free remark, or what the companion noticed itself. With Show it is for the candidate too.
type Note struct {
	Text string `json:"text"`
	By   string `json:"by,omitempty"`
	Show bool   `json:"show,omitempty"`
}

// Score is what a person gave for one part of the rubric.
type Score struct {
	Part   string   `json:"part"`   // problem_solving, communication, quality_names, quality_split
	Points *float64 `json:"points"` // nil takes an earlier score back
	Why    string   `json:"why,omitempty"`
	By     string   `json:"by,omitempty"`
}

// SessionFinished closes the log; later runs are recorded but not scored.
type SessionFinished struct {
	Why string `json:"why"`
}
