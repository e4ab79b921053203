package protocol

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDecodeMindsCase(t *testing.T) {
	r, err := DecodeExecuteRequest([]byte(`{"code":"1","CODE":"import os","Silent":true,"user_expressions":{"a":"b"},"extra":[NaN]}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != "1" || r.Silent || !r.StoreHistory || !r.AllowStdin || !r.StopOnError {
		t.Errorf("got %+v", r)
	}
	if s, ok := r.UserExpressions.String("a"); s != "b" || !ok {
		t.Errorf("user expression %q, %v", s, ok)
	}
	if r, _ := DecodeExecuteRequest([]byte(`{"code":"1","silent":true,"store_history":true}`)); r.StoreHistory {
		t.Error("a silent request is in the history")
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, in := range []string{`{"code":"1","code":"2"}`, `{"code":1}`, `{"silent":"yes"}`, `{"user_expressions":[]}`, `[]`, ``, `{"code":"1"`} {
		if _, err := DecodeExecuteRequest([]byte(in)); err == nil {
			t.Errorf("%s was accepted", in)
		}
	}
}

func TestEncode(t *testing.T) {
	n := 3
	tests := []struct {
		in   any
		want string
	}{
		{Status{"busy"}, `{"execution_state":"busy"}`},
		{ExecuteReply{Status: "aborted"}, `{"status":"aborted"}`},
		{ExecuteReply{Status: "ok", ExecutionCount: &n, Payload: json.RawMessage("[]"), UserExpressions: Object{}},
			`{"status":"ok","execution_count":3,"payload":[],"user_expressions":{}}`},
		{DisplayData{Data: Strings(map[string]string{"text/plain": "a<b", "text/html": "<b>"})},
			`{"data":{"text/html":"<b>","text/plain":"a<b"},"metadata":{}}`},
		{Error{EName: "E"}, `{"ename":"E","evalue":"","traceback":[]}`},
		{Comm{CommID: "1"}, `{"comm_id":"1","data":null}`},
		{DisplayData{Data: Object{"application/json": []byte(`{"x": NaN}`)}}, `{"data":{"application/json":{"x": NaN}},"metadata":{}}`},
		{ShutdownRequest{Restart: true}, `{"restart":true}`},
	}
	for _, tt := range tests {
		if got := string(Encode(tt.in)); got != tt.want {
			t.Errorf("%T: got %s, want %s", tt.in, got, tt.want)
		}
	}
	if got := string(Encode(&Stream{"stdout", "x\n"})); got != `{"name":"stdout","text":"x\n"}` {
		t.Errorf("pointer: %s", got)
	}
}

// What was decoded and encoded again has lost nothing that the struct knows.
func TestRoundTrip(t *testing.T) {
	in := `{"data":{"text/plain":"1"},"metadata":{"a":{"b":NaN}},"transient":{"display_id":"d"}}`
	var d DisplayData
	if err := Decode([]byte(in), &d); err != nil {
		t.Fatal(err)
	}
	if got := string(Encode(d)); got != in {
		t.Errorf("got %s", got)
	}
	if id, _ := d.Transient.String("display_id"); id != "d" {
		t.Errorf("display id %q", id)
	}
	if o := d.Metadata.Object("a"); string(o["b"]) != "NaN" {
		t.Errorf("nested object %v", o)
	}
	if o := d.Data.Object("text/plain"); o != nil {
		t.Errorf("a string is the object %v", o)
	}
}

func TestManyKeys(t *testing.T) {
	o := Object{}
	for i := range 100 {
		o[strings.Repeat("k", i+1)] = []byte("1")
	}
	back, err := ParseObject(o.Encode())
	if err != nil || len(back) != 100 {
		t.Fatalf("%d keys, %v", len(back), err)
	}
	twice := strings.TrimSuffix(string(o.Encode()), "}") + `,"kkkk":2}`
	if _, err := ParseObject([]byte(twice)); err == nil {
		t.Error("a key twice among many was accepted")
	}
}

func BenchmarkDecodeHeader(b *testing.B) {
	raw := NewHeader("execute_request", NewID(), "username").Encode()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeHeader(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyAndSign(b *testing.B) {
	s, err := NewSigner("", []byte("0123456789abcdef"))
	if err != nil {
		b.Fatal(err)
	}
	h := NewHeader("stream", NewID(), "username")
	m := New(h, h.Encode(), Encode(Stream{"stdout", strings.Repeat("x", 80)}))
	s.SignMessage(m)
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Verify(m); err != nil {
			b.Fatal(err)
		}
		s.SignMessage(m)
	}
}
