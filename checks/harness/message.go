package harness

// Request encodes a request of our own to a child: an operation of driver.py with plain arguments.
func Request(op string, args ...any) []byte {
	empty := &Tagged{"dict", nil}
	return (&Doc{Root: &Tagged{"req", []any{op, nil, nil, args, empty, empty}}}).Bytes()
}

// Message returns the protocol message that a document is; a document that is none gives an empty one.
func (d *Doc) Message() *Tagged {
	if t, ok := d.Root.(*Tagged); ok {
		return t
	}
	return &Tagged{}
}

// Failure is an exception as a child describes it.
type Failure struct {
	Names   []string // of its classes, most special first
	Message string
	Line    int // of the collected source; 0 when unknown
}

// Failure reads an "err" message; ok is false for any other.
func (t *Tagged) Failure() (f Failure, ok bool) {
	if t.Tag != "err" {
		return f, false
	}
	for _, n := range List(t.Fields[0]) {
		if s, ok := n.(string); ok {
			f.Names = append(f.Names, s[:min(len(s), 100)])
		}
	}
	f.Message, _ = t.Fields[1].(string)
	line, _ := t.Fields[2].(int64)
	f.Line = int(line)
	return f, len(f.Names) > 0
}

// String returns the last line of the traceback that Python would print.
func (f Failure) String() string {
	if len(f.Names) == 0 {
		return "an unknown failure"
	}
	if f.Message == "" {
		return f.Names[0]
	}
	return f.Names[0] + ": " + f.Message
}

// Dict reads a dict with string keys; other keys are left out.
func Dict(v any) map[string]any {
	out := map[string]any{}
	t, ok := v.(*Tagged)
	if !ok || t.Tag != "dict" || len(t.Fields)%2 != 0 {
		return out
	}
	for i := 0; i < len(t.Fields); i += 2 {
		if k, ok := t.Fields[i].(string); ok {
			out[k] = t.Fields[i+1]
		}
	}
	return out
}

// List reads a list; anything else gives none.
func List(v any) []any {
	l, _ := v.([]any)
	return l
}
