package kernel

import (
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/protocol"
)

func TestReadOutput(t *testing.T) {
	for _, tc := range []struct {
		kind, content string
		want          string // the output; "" = not kept
		check         func(session.Output) bool
	}{
		{"stream", `{"name":"stdout","text":"é\n"}`, `{"name":"stdout","output_type":"stream","text":"é\n"}`, nil},
		{"display_data", `{"data":{"text/plain":"x"},"metadata":{"a":1},"transient":{"display_id":"d1"}}`,
			`{"data":{"text/plain":"x"},"metadata":{"a":1},"output_type":"display_data"}`,
			func(o session.Output) bool { return o.DisplayID == "d1" && !o.Update }},
		{"update_display_data", `{"data":{},"metadata":{},"transient":{"display_id":"d1"}}`,
			`{"data":{},"metadata":{},"output_type":"display_data"}`,
			func(o session.Output) bool { return o.DisplayID == "d1" && o.Update }},
		{"execute_result", `{"data":{"text/plain":"1"},"metadata":{},"execution_count":3,"transient":{}}`,
			`{"data":{"text/plain":"1"},"execution_count":3,"metadata":{},"output_type":"execute_result"}`, nil},
		{"error", `{"ename":"E","evalue":"v","traceback":["t"],"extra":1}`,
			`{"ename":"E","evalue":"v","output_type":"error","traceback":["t"]}`, nil},
		{"execute_result", `{"data":{"x":NaN},"metadata":{},"execution_count":3}`, "", nil},
		{"stream", `{"name":"stdout","name":"stderr","text":""}`, "", nil},
		{"stream", `[]`, "", nil},
		{"display_data", `{"data":{"text/plain":"` + strings.Repeat("x", maxOutput) + `"},"metadata":{}}`, "", nil},
	} {
		out, _, ok := readOutput(tc.kind, []byte(tc.content))
		if ok != (tc.want != "") || ok && string(out.Output) != tc.want {
			t.Errorf("%s %.80s: got %s", tc.kind, tc.content, out.Output)
		}
		if tc.check != nil && !tc.check(out) {
			t.Errorf("%s %.80s: got %+v", tc.kind, tc.content, out)
		}
	}
}

// Wherever the cut falls, what is kept is the beginning of the text: no rune and no escape is cut in two.
func TestLongTextIsCutBetweenRunes(t *testing.T) {
	for literal, rune := range map[string]string{"é": "é", `\u00e9`: "é", `\ud83d\ude00`: "😀", `\n`: "\n", `\\`: `\`, `\"`: `"`} {
		for shift := range 13 {
			content := `{"name":"stdout","text":"` + strings.Repeat("a", shift) + strings.Repeat(literal, maxOutput/len(literal)+1) + `"}`
			out, kept, ok := readOutput("stream", []byte(content))
			var s protocol.Stream
			if !ok || protocol.Decode(out.Output, &s) != nil || kept >= maxOutput || kept < maxOutput/8 {
				t.Fatalf("%s after %d: kept %d of %d bytes, %v", literal, shift, kept, len(content), ok)
			}
			if s.Name != "stdout" || strings.TrimLeft(strings.TrimPrefix(s.Text, strings.Repeat("a", shift)), rune) != "" {
				t.Errorf("%s after %d: kept %.40q ... %q", literal, shift, s.Text, s.Text[len(s.Text)-8:])
			}
		}
	}
}

func TestFloodIsSeen(t *testing.T) {
	now := time.Now()
	slow, wide, fast := &tally{}, &tally{}, &tally{}
	for i := range 3000 {
		slow.count(now.Add(time.Duration(i)*5*time.Millisecond), 1000)
		fast.count(now.Add(time.Duration(i)*time.Microsecond), 1)
	}
	wide.count(now, floodBytes+1)
	if !slow.flooded.IsZero() || wide.flooded.IsZero() || fast.flooded.IsZero() {
		t.Errorf("slow %v, wide %v, fast %v", slow.flooded, wide.flooded, fast.flooded)
	}
}
