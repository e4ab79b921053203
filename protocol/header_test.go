package protocol

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestDecodeHeader(t *testing.T) {
	tests := []struct {
		name, in string
		want     Header
		err      string
	}{
		{"plain", `{"msg_id":"1","msg_type":"status","session":"s","username":"u","date":"d","version":"5.3"}`,
			Header{MsgID: "1", MsgType: "status", Session: "s", Username: "u", Date: "d", Version: "5.3"}, ""},
		{"spaces", " {\n\"msg_id\" : \"1\" ,\t\"msg_type\":\"x\" } ", Header{MsgID: "1", MsgType: "x"}, ""},
		{"subshell", `{"msg_id":"1","msg_type":"x","subshell_id":"q"}`, Header{MsgID: "1", MsgType: "x", SubshellID: "q"}, ""},
		{"null subshell", `{"msg_id":"1","msg_type":"x","subshell_id":null}`, Header{MsgID: "1", MsgType: "x"}, ""},
		{"escapes", `{"msg_id":"a\u0062\"","msg_type":"\\"}`, Header{MsgID: `ab"`, MsgType: `\`}, ""},
		{"escaped key", `{"msg\u005fid":"1","msg_type":"x"}`, Header{MsgID: "1", MsgType: "x"}, ""},
		{"unknown keys", `{"msg_id":"1","msg_type":"x","new":{"a":[1,{"b":"}"}]},"n":NaN}`, Header{MsgID: "1", MsgType: "x"}, ""},
		{"other case is another key", `{"msg_id":"1","msg_type":"stream","MSG_TYPE":"proxy_score"}`, Header{MsgID: "1", MsgType: "stream"}, ""},
		{"twice", `{"msg_id":"1","msg_type":"x","msg_type":"y"}`, Header{}, "twice"},
		{"twice by escape", `{"msg_id":"1","msg_type":"x","msg\u005ftype":"y"}`, Header{}, "twice"},
		{"twice unknown", `{"msg_id":"1","msg_type":"x","a":1,"a":2}`, Header{}, "twice"},
		{"not a string", `{"msg_id":1,"msg_type":"x"}`, Header{}, "not a string"},
		{"no id", `{"msg_type":"x"}`, Header{}, "without"},
		{"empty", `{}`, Header{}, "without"},
		{"nothing", ``, Header{}, "not a JSON object"},
		{"array", `[]`, Header{}, "not a JSON object"},
		{"trailing", `{"msg_id":"1","msg_type":"x"}{}`, Header{}, "malformed"},
		{"trailing comma", `{"msg_id":"1","msg_type":"x",}`, Header{}, "malformed"},
		{"no comma", `{"msg_id":"1" "msg_type":"x"}`, Header{}, "malformed"},
		{"open string", `{"msg_id":"1\"}`, Header{}, "malformed"},
		{"bad escape", `{"msg_id":"\q","msg_type":"x"}`, Header{}, "malformed"},
		{"line break in string", "{\"msg_id\":\"a\nb\",\"msg_type\":\"x\"}", Header{}, "malformed"},
		{"deep", `{"msg_id":"1","msg_type":"x","a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, Header{}, "malformed"},
		{"unbalanced", `{"msg_id":"1","msg_type":"x","a":[}`, Header{}, "malformed"},
		{"long", `{"msg_id":"` + strings.Repeat("x", MaxHeader) + `","msg_type":"x"}`, Header{}, "bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := DecodeHeader([]byte(tt.in))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want one about %q", err, tt.err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestNewHeader(t *testing.T) {
	h := NewHeader("status", "s", "u")
	got, err := DecodeHeader(h.Encode())
	if err != nil || got != h {
		t.Errorf("%+v came back as %+v, %v", h, got, err)
	}
	if NewHeader("status", "s", "u").MsgID == h.MsgID {
		t.Error("two messages with one id")
	}
	if got := Date(time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)); got != "2026-01-02T03:04:05.000006Z" {
		t.Errorf("date %s", got)
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte(`{"msg_id":"1","msg_type":"x","a":[1,2.5e3,true,null,{"b":"\u00e9"}]}`))
	f.Add([]byte(`{"msg\u005fid":"1","MSG_ID":"2"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := DecodeParent(raw)
		if err != nil {
			return
		}
		if n := len(h.MsgID) + len(h.Session) + len(h.Username) + len(h.Date) + len(h.MsgType); n > 3*len(raw) {
			t.Fatalf("%d bytes grew to %d", len(raw), n)
		}
		back, err := DecodeParent(h.Encode())
		if err != nil || back != h {
			t.Fatalf("%+v came back as %+v, %v", h, back, err)
		}
		agrees(t, raw, h)
	})
}

// agrees compares with encoding/json, which minds the case of map keys, on what both accept.
func agrees(t *testing.T, raw []byte, h Header) {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return // ours is more lenient with NaN and with what stands in values it skips
	}
	for key, got := range map[string]string{"msg_id": h.MsgID, "msg_type": h.MsgType, "session": h.Session} {
		var want string
		if v := m[key]; v != nil && json.Unmarshal(v, &want) == nil && want != got {
			t.Fatalf("%s is %q, encoding/json says %q", key, got, want)
		}
	}
}
