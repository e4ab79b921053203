package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// MaxEvent is the largest encoded event that travels. What is larger loses its data, never its place in the log.
const MaxEvent = 8 << 20

// Encode writes v as the one JSON form that spool, link, store and hash share: no HTML escapes, no spaces, fields in
// the order of the struct. Everything is compared byte for byte, so nothing in the log may be encoded any other way.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("session: encode: %v", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// NewEvent makes an event of kind with data as its payload; source and times are filled in by whoever records it.
func NewEvent(kind Kind, request, cell string, data any) (Event, error) {
	raw, err := Encode(data)
	if err != nil {
		return Event{}, err
	}
	return Event{Kind: kind, Request: request, Cell: cell, Data: raw}, nil
}

// payloads gives each kind its struct. A kind that is not listed is not an event.
var payloads = map[Kind]func() any{
	KindKernelStarted:   func() any { return new(KernelStarted) },
	KindKernelEnded:     func() any { return new(KernelEnded) },
	KindCellStarted:     func() any { return new(CellStarted) },
	KindOutput:          func() any { return new(Output) },
	KindCellFinished:    func() any { return new(CellFinished) },
	KindMagic:           func() any { return new(Magic) },
	KindSessionStarted:  func() any { return new(SessionStarted) },
	KindVerdict:         func() any { return new(Verdict) },
	KindHint:            func() any { return new(Hint) },
	KindNote:            func() any { return new(Note) },
	KindScore:           func() any { return new(Score) },
	KindSessionFinished: func() any { return new(SessionFinished) },
}

// FromKernel reports whether a kernel may send events of this kind.
func (k Kind) FromKernel() bool {
	switch k {
	case KindKernelStarted, KindKernelEnded, KindCellStarted, KindOutput, KindCellFinished, KindMagic:
		return true
	}
	return false
}

// ErrBad says that something is not an event.
var ErrBad = errors.New("session: not an event")

// Normalize returns e with its data decoded into the struct of its kind and written again by Encode. JSON parsers
// differ about repeated keys and the case of keys; after this there is one reading of every event, the one that the
// grader, the page and the export see. What a cell printed stays as it is, without spaces. Normalizing twice changes
// nothing.
func Normalize(e Event) (Event, error) {
	newPayload, ok := payloads[e.Kind]
	if !ok {
		return e, fmt.Errorf("%w: unknown kind %.40q", ErrBad, e.Kind)
	}
	p := newPayload()
	if len(e.Data) > 0 {
		if err := json.Unmarshal(e.Data, p); err != nil {
			return e, fmt.Errorf("%w: data of %s: %v", ErrBad, e.Kind, err)
		}
	}
	data, err := Encode(p)
	if err != nil {
		return e, fmt.Errorf("%w: %v", ErrBad, err)
	}
	e.Data = bytes.ToValidUTF8(data, []byte("\ufffd")) // a browser closes a websocket that sends anything else
	e.Time = e.Time.Round(0).UTC()
	if y := e.Time.Year(); y < 0 || y > 9999 { // at home it had four digits; in UTC it would not encode
		return e, fmt.Errorf("%w: time: year %d", ErrBad, y)
	}
	e.Request, e.Cell = clip(e.Request), clip(e.Cell)
	return e, nil
}

// clip bounds an id that a candidate's host chose.
func clip(s string) string {
	const most = 200
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= most {
		return s
	}
	for i := most; i > most-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i]
		}
	}
	return s[:most]
}

// Shrink makes an event that is too large to travel small enough: an output is dropped and counted, code and magic
// bodies are cut. It returns e as it is when it fits.
func Shrink(e Event) Event {
	if len(e.Data) <= MaxEvent-1<<16 {
		return e
	}
	var p any
	switch e.Kind {
	case KindOutput:
		var o Output
		_ = json.Unmarshal(e.Data, &o) // the counts are kept where they can be read
		o.Dropped = addClamped(o.Dropped, int64(len(o.Output)))
		o.Output = nil
		p = o
	case KindCellStarted:
		var c CellStarted
		_ = json.Unmarshal(e.Data, &c)
		c.Code = "# this cell was too large to record\n"
		c.Tags = nil
		p = c
	default:
		p = struct{}{}
	}
	if data, err := Encode(p); err == nil {
		e.Data = data
	} else {
		e.Data = nil
	}
	return e
}

func addClamped(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
