package kernel

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/protocol"
)

// What is recorded of a cell's output. More than this is counted, not kept; the front ends get all of it.
const (
	maxOutput     = 1 << 20
	maxCellOutput = 8 << 20
	maxTallies    = 4096 // cells whose late outputs can still be attributed
)

// tally is how much of a cell's output has been recorded.
type tally struct {
	cell    string
	bytes   int
	dropped int64
	clear   bool // a clear_output that waits for the next output

	since   time.Time // beginning of the stretch of time that the next two count
	late    int       // bytes
	lately  int       // messages
	flooded time.Time // when there was too much for the server
}

// Jupyter's server drops outputs while a kernel says more than a thousand messages or a million bytes a second, over
// three seconds, and begins to count anew at an idle. This is a bit less.
const (
	floodTime     = 3 * time.Second
	floodBytes    = 2_400_000
	floodMessages = 2_400
)

// count notes how much a cell says.
func (t *tally) count(now time.Time, size int) {
	if now.Sub(t.since) > floodTime {
		t.since, t.late, t.lately = now, 0, 0
	}
	t.late += size
	t.lately++
	if t.late > floodBytes || t.lately > floodMessages {
		t.flooded = now
	}
}

// flooding reports whether the server may still be dropping what a cell says. It serves front ends that name their
// cells; the others read the sockets themselves.
func (f *flight) flooding(q *request) bool {
	t := f.tallies[q.head.MsgID]
	return t != nil && t.cell != "" && time.Since(t.flooded) < 2*floodTime
}

// noteArrival records a cell that a person ran.
func (f *flight) noteArrival(q *request) {
	c := q.cell
	if c == nil || !f.belongs(c) || c.silent || c.magic != nil {
		return
	}
	f.startTally(q)
	f.tell.add(session.KindCellStarted, q.head.MsgID, c.id, session.CellStarted{
		Code: c.code, Role: c.role, Challenge: c.challenge, Tags: c.tags,
	})
}

// noteMagic records one of our magics, which asks the companion.
func (f *flight) noteMagic(q *request) {
	f.startTally(q)
	m := q.cell.magic
	f.tell.add(session.KindMagic, q.head.MsgID, q.cell.id, session.Magic{
		Name: m.name, Args: m.args, Body: m.body, Answer: true,
	})
}

func (f *flight) startTally(q *request) {
	if len(f.tallies) >= maxTallies {
		clear(f.tallies)
	}
	f.tallies[q.head.MsgID] = &tally{cell: q.cell.id}
}

// noteFinish records how a cell ended, after all of its output.
func (f *flight) noteFinish(q *request) {
	t := f.tallies[q.head.MsgID]
	if t == nil {
		return
	}
	if t.dropped > 0 {
		f.tell.add(session.KindOutput, q.head.MsgID, t.cell, session.Output{Dropped: t.dropped})
		t.dropped = 0
	}
	ended := q.replied
	if ended.IsZero() {
		ended = time.Now()
	}
	f.tell.add(session.KindCellFinished, q.head.MsgID, t.cell, session.CellFinished{
		Status: q.status, ExecutionCount: q.count, DurationNS: int64(ended.Sub(q.arrived)),
		EName: q.ename, EValue: q.evalue, Judge: q.judge,
	})
}

// tee records an output of the child that has been passed on already.
func (f *flight) tee(msgType, parent string, msg *protocol.Message) {
	defer func() {
		if p := recover(); p != nil {
			f.log.Error("output not recorded", "panic", p)
		}
	}()
	size := len(msg.Content)
	if !f.hasRoom(parent, size) {
		return
	}
	out, kept, ok := readOutput(msgType, msg.Content)
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.tallies[parent]
	switch {
	case t == nil:
	case !ok:
		t.dropped += int64(size)
	case msgType == "clear_output" && !out.Clear:
		t.clear = true
	default:
		if t.clear || out.Clear {
			f.tell.add(session.KindOutput, parent, t.cell, session.Output{Clear: true})
			t.clear = false
		}
		if !out.Clear {
			f.tell.add(session.KindOutput, parent, t.cell, out)
		}
		t.bytes += kept
		t.dropped += int64(size - kept)
	}
}

// hasRoom reports whether more of a cell's output is kept, before anything is spent on reading it.
func (f *flight) hasRoom(parent string, size int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.tallies[parent]
	if t == nil {
		return false
	}
	t.count(time.Now(), size)
	if t.bytes >= maxCellOutput {
		t.dropped += int64(size)
		return false
	}
	return true
}

// isOutput reports whether a message of this type leaves something in the notebook.
func isOutput(msgType string) bool {
	switch msgType {
	case "stream", "display_data", "update_display_data", "execute_result", "error", "clear_output":
		return true
	}
	return false
}

// outputKeys are nbformat's keys of each output type; it allows no others.
var outputKeys = map[string][]string{
	"stream":         {"name", "text"},
	"display_data":   {"data", "metadata"},
	"execute_result": {"data", "metadata", "execution_count"},
	"error":          {"ename", "evalue", "traceback"},
}

// readOutput turns a message's content into what a notebook would store, and says how many bytes of it that keeps. Text
// that is too long is cut; any other output that is too long is left out. Of clear_output, Clear says whether it acts at
// once.
func readOutput(msgType string, content []byte) (out session.Output, kept int, ok bool) {
	if len(content) > maxOutput {
		if msgType != "stream" {
			return out, 0, false
		}
		content = cutStream(content)
	}
	o, err := protocol.ParseObject(content)
	if err != nil {
		return out, 0, false
	}
	if msgType == "clear_output" {
		return session.Output{Clear: string(o["wait"]) != "true"}, len(content), true
	}
	kind := msgType
	if msgType == "update_display_data" {
		kind, out.Update = "display_data", true
	}
	shape := map[string]json.RawMessage{"output_type": json.RawMessage(`"` + kind + `"`)}
	for _, key := range outputKeys[kind] {
		if v := o[key]; len(v) > 0 {
			shape[key] = v
		}
	}
	if kind == "display_data" {
		out.DisplayID, _ = o.Object("transient").String("display_id")
	}
	if out.Output, err = session.Encode(shape); err != nil {
		return out, 0, false // NaN, which JSON has not
	}
	return out, len(content), true
}

// cutStream shortens a stream's text to half of what may be kept of one output. Of a very long text only the part that is
// kept is decoded.
func cutStream(content []byte) []byte {
	o, err := protocol.ParseObject(content)
	if err != nil {
		return nil
	}
	name, _ := o.String("name")
	text, ok := protocol.Object{"text": cutLiteral(o["text"], maxOutput/2)}.String("text")
	if !ok {
		return nil
	}
	return encode(protocol.Stream{Name: name, Text: strings.TrimRight(strings.ToValidUTF8(text, ""), "\uFFFD")})
}

// cutLiteral shortens a JSON string to at most limit bytes before its last quote, without cutting an escape in two.
func cutLiteral(v []byte, limit int) []byte {
	if len(v) <= limit {
		return v
	}
	end := 0
	for next := 1; next <= limit; {
		end = next
		switch {
		case v[next] != '\\':
			next++
		case v[next+1] == 'u':
			next += 6
		default:
			next += 2
		}
	}
	return append(v[:end:end], '"')
}
