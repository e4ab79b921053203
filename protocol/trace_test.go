package protocol

import (
	"strings"
	"testing"
)

func TestTrace(t *testing.T) {
	tr := Tracer{Redact: true}
	req := NewHeader("execute_request", "s", "u")
	busy := NewHeader("status", "s", "u")
	long := New(NewHeader("stream", "s", "u"), req.Encode(), Encode(Stream{"stdout", strings.Repeat("é\n", 100)}))
	long.Buffers = frames("a", "b")
	got := []string{
		tr.Line(Shell, true, New(req, nil, []byte(`{"code":"a\nb"}`))),
		tr.Line(IOPub, false, New(busy, req.Encode(), []byte(`{"execution_state":"busy"}`))),
		tr.Line(Shell, false, New(NewHeader("execute_reply", "s", "u"), req.Encode(), []byte(`{"status":"ok","started":"2026"}`))),
		tr.Line(IOPub, false, &Message{Header: []byte("{}")}),
		tr.Line(IOPub, false, New(busy, nil, []byte("not\nJSON"))),
	}
	want := []string{
		`shell < execute_request #1 {"code":"a\nb"}`,
		`iopub > status #2 of #1 {"execution_state":"busy"}`,
		`shell > execute_reply #3 of #1 {"started":"…","status":"ok"}`,
		`iopub > unreadable: header without msg_id or msg_type`,
		`iopub > status #2 not JSON`,
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
	if s := tr.Line(IOPub, false, long); len(s) > 250 || !strings.HasSuffix(s, "+2 buffers") || strings.Contains(s, "\n") {
		t.Errorf("long message: %s", s)
	}
}
