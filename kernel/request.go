package kernel

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/assay-kernel/assay/protocol"
)

// request is one message on the main shell channel, from its arrival to its end.
type request struct {
	head    protocol.Header
	msg     *protocol.Message
	from    *mirror
	arrived time.Time
	cell    *cell // nil: not an execute_request
	connect bool  // a connect_request, which the proxy answers

	// While it waits.
	aborted bool // a cell before it failed: answer "aborted", do not run it

	// While the child has it.
	judge     bool              // hold reply and idle for a verdict
	replied   time.Time         // zero: not yet
	idled     bool              //
	status    string            // of the reply
	count     int               // execution_count of the reply
	ename     string            // of an error reply
	evalue    string            //
	reply     *protocol.Message // held back
	replyTo   *mirror           // where it is to go
	idle      *protocol.Message // held back
	lostReply *time.Timer       // gives up on a reply that does not come
}

// cell is what the proxy reads of an execute_request.
type cell struct {
	code      string
	silent    bool
	history   bool // store_history
	stop      bool // stop_on_error
	batch     bool // no allow_stdin: nobody sits before it
	id        string
	tags      []string
	challenge string
	role      string
	instance  string
	flaw      string // what is broken in our part of the metadata
	magic     *magic
}

// local reports whether the proxy answers the request itself.
func (q *request) local() bool {
	return q.connect || q.cell != nil && (q.aborted || q.cell.magic != nil)
}

// cellID is the notebook's id of the cell, if there is one.
func (q *request) cellID() string {
	if q.cell == nil {
		return ""
	}
	return q.cell.id
}

// readCell decodes an execute_request. It returns nil when the child would not take it for a cell either, or would take
// it for something that only Python understands: such a message is passed on and not looked at.
func readCell(m *protocol.Message) *cell {
	content, err := protocol.ParseObject(m.Content)
	if err != nil {
		return nil
	}
	if _, ok := content.String("code"); !ok {
		return nil
	}
	req, err := protocol.DecodeExecuteRequest(m.Content)
	if err != nil {
		return nil
	}
	meta, err := protocol.ParseObject(m.Metadata)
	if err != nil {
		return nil
	}
	c := &cell{code: req.Code, silent: req.Silent, history: req.StoreHistory, stop: req.StopOnError, batch: !req.AllowStdin}
	// What follows decides nothing for the child; a value of another type counts as absent.
	c.id, _ = meta.String("cellId")
	json.Unmarshal(meta["tags"], &c.tags)
	c.readOwn(meta)
	if c.challenge == "" {
		c.challenge = marker(c.code)
	}
	return c
}

// scored reports whether the cell counts: it is one that a person ran and that leaves a trace in the notebook.
func (c *cell) scored() bool {
	return !c.silent && c.history && strings.TrimSpace(c.code) != ""
}

// verdictWanted reports whether a solution cell that has replied is to be judged. One that raised is: a syntax error or
// a failing check below the definition deserves an answer too. One that was stopped is not: the person wants it over.
func (q *request) verdictWanted() bool {
	return q.status == "ok" || q.status == "error" && q.ename != "KeyboardInterrupt"
}

// readReply takes over what an execute_reply says.
func (q *request) readReply(content []byte) {
	var r protocol.ExecuteReply
	if err := protocol.Decode(content, &r); err != nil && r.Status == "" {
		r.Status = "unreadable"
	}
	q.status, q.ename, q.evalue = r.Status, r.EName, r.EValue
	if r.ExecutionCount != nil {
		q.count = *r.ExecutionCount
	}
}
