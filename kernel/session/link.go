package session

// The messages between a kernel and its companion: JSON, one object a websocket message. Up is what a kernel sends,
// Down what the companion answers; exactly one field of either is set.

// LinkProtocol is the version of these messages; a companion refuses another.
const LinkProtocol = 1

// Up is a message from a kernel.
type Up struct {
	Hello *Hello `json:"hello,omitempty"` // first, once per connection
	Event *Event `json:"event,omitempty"` // in order of SrcSeq, starting after Welcome.LastSrcSeq
}

// Down is a message from the companion.
type Down struct {
	Welcome  *Welcome  `json:"welcome,omitempty"`
	Ack      uint64    `json:"ack,omitempty"` // every event of this source up to here is durable
	Feedback *Feedback `json:"feedback,omitempty"`
	Clock    *ClockNow `json:"clock,omitempty"` // after each change of phase
}

// Hello opens (or re-opens) a session.
type Hello struct {
	Protocol  int      `json:"protocol"`
	Source    string   `json:"source"`              // random id of this kernel's spool
	Challenge string   `json:"challenge"`           // slug
	Instance  string   `json:"instance,omitempty"`  // metadata.assay.instance: the notebook's own id, survives renames
	Notebook  string   `json:"notebook,omitempty"`  // path as Jupyter gave it
	KernelID  string   `json:"kernel_id,omitempty"` // survives a restart of the kernel
	Pending   []string `json:"pending,omitempty"`   // requests whose final Feedback has not come yet
}

// Welcome answers Hello. With Error set nothing else is, and the session is not recorded.
type Welcome struct {
	Session     string   `json:"session,omitempty"`
	LastSrcSeq  uint64   `json:"last_src_seq"` // of this source; the kernel continues after it
	Title       string   `json:"title,omitempty"`
	EntryPoints []string `json:"entry_points,omitempty"` // a cell that defines one of these names is judged
	Clock       ClockNow `json:"clock"`
	Error       string   `json:"error,omitempty"` // one line for the candidate that names the next step
}

// Feedback is what to show under the cell of Request. A Feedback that is not Final is replaced by a later one.
type Feedback struct {
	Request string            `json:"request"` // "": from the interviewer, to show under the cell that ran last
	Final   bool              `json:"final"`
	Data    map[string]string `json:"data"` // MIME bundle: text/html, text/markdown, text/plain
}

// ClockNow is the phase clock at one moment.
type ClockNow struct {
	Phase     string `json:"phase"`       // clarify, plan, code, test, finished; "" before the first run
	InPhaseMS int64  `json:"in_phase_ms"` // spent in this phase so far, all visits
	BudgetMS  int64  `json:"budget_ms"`   // of this phase; 0 = none
	TotalMS   int64  `json:"total_ms"`
}
