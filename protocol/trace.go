package protocol

import (
	"fmt"
	"strings"
	"sync"
)

// maxTraced bounds the text of one value in a trace.
const maxTraced = 120

// Tracer writes messages as one line each:
//
//	shell < execute_request #1 {"code":"1+1","silent":false}
//	iopub > status #2 of #1 {"execution_state":"busy"}
//
// Numbers stand for message ids in order of appearance. With Redact set, values that differ from run to run are replaced,
// and the lines of a conversation can be compared with a file.
type Tracer struct {
	Redact bool

	mu  sync.Mutex
	ids map[string]int
}

// redacted are the keys of contents whose values change from run to run.
var redacted = []string{"traceback", "started", "engine", "banner", "implementation_version", "language_info", "comm_id"}

// Line describes a message on a channel; in tells the direction, seen from the kernel.
func (t *Tracer) Line(channel string, in bool, m *Message) string {
	arrow := ">"
	if in {
		arrow = "<"
	}
	h, err := DecodeHeader(m.Header)
	if err != nil {
		return fmt.Sprintf("%s %s unreadable: %v", channel, arrow, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s", channel, arrow, short(h.MsgType), t.id(h.MsgID))
	if p, err := DecodeParent(m.Parent); err == nil && p.MsgID != "" {
		fmt.Fprintf(&b, " of %s", t.id(p.MsgID))
	}
	b.WriteString(" " + t.content(m.Content))
	if len(m.Buffers) > 0 {
		fmt.Fprintf(&b, " +%d buffers", len(m.Buffers))
	}
	return b.String()
}

func (t *Tracer) id(id string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ids == nil {
		t.ids = map[string]int{}
	}
	n, ok := t.ids[id]
	if !ok {
		n = len(t.ids) + 1
		if !t.Redact && n > 1<<16 { // a trace that runs for days starts to count anew
			clear(t.ids)
			n = 1
		}
		t.ids[id] = n
	}
	return fmt.Sprintf("#%d", n)
}

func (t *Tracer) content(raw []byte) string {
	o, err := ParseObject(raw)
	if err != nil {
		return short(string(raw))
	}
	if t.Redact {
		for _, k := range redacted {
			if o[k] != nil {
				o[k] = []byte(`"…"`)
			}
		}
	}
	for k, v := range o {
		o[k] = []byte(short(string(v)))
	}
	return string(o.Encode())
}

// short cuts long values and keeps a message on one line.
func short(s string) string {
	if len(s) > maxTraced {
		s = strings.ToValidUTF8(s[:maxTraced], "") + "…"
	}
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(s)
}
