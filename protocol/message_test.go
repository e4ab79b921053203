package protocol

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func frames(s ...string) [][]byte {
	f := [][]byte{}
	for _, x := range s {
		f = append(f, []byte(x))
	}
	return f
}

func TestParse(t *testing.T) {
	many := make([]string, MaxIdentities)
	tests := []struct {
		name       string
		in         [][]byte
		identities int
		buffers    int
		err        string
	}{
		{"plain", frames("id", Delimiter, "s", "h", "p", "m", "c"), 1, 0, ""},
		{"no identity", frames(Delimiter, "s", "h", "p", "m", "c"), 0, 0, ""},
		{"two identities, buffers", frames("a", "b", Delimiter, "s", "h", "p", "m", "c", "", "x"), 2, 2, ""},
		{"delimiter again", frames("a", Delimiter, "s", "h", "p", "m", "c", Delimiter), 1, 1, ""},
		{"as many identities as allowed", append(frames(many...), frames(Delimiter, "s", "h", "p", "m", "c")...), MaxIdentities, 0, ""},
		{"too many", append(frames(many...), frames("x", Delimiter, "s", "h", "p", "m", "c")...), 0, 0, "delimiter"},
		{"nothing", nil, 0, 0, "delimiter"},
		{"no delimiter", frames("a", "s", "h", "p", "m", "c"), 0, 0, "delimiter"},
		{"short", frames("a", Delimiter, "s", "h", "p", "m"), 0, 0, "4 frames"},
		{"long header", frames(Delimiter, "s", strings.Repeat("x", MaxHeader+1), "p", "m", "c"), 0, 0, "header"},
		{"long parent", frames(Delimiter, "s", "h", strings.Repeat("x", MaxHeader+1), "m", "c"), 0, 0, "header"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Parse(tt.in)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want one about %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Identities) != tt.identities || len(m.Buffers) != tt.buffers {
				t.Errorf("%d identities, %d buffers", len(m.Identities), len(m.Buffers))
			}
			if got := m.Frames(); !reflect.DeepEqual(got, tt.in) {
				t.Errorf("Frames gives %q, want %q", got, tt.in)
			}
			if m.Size() != len(bytes.Join(tt.in, nil)) {
				t.Errorf("size %d", m.Size())
			}
		})
	}
}

// Appending to what Parse returned must not write into the frames that were passed in.
func TestParseDoesNotAlias(t *testing.T) {
	in := frames("id", Delimiter, "s", "h", "p", "m", "c", "b", "rest")
	m, err := Parse(in[:8])
	if err != nil {
		t.Fatal(err)
	}
	m.Identities = append(m.Identities, []byte("x"))
	m.Buffers = append(m.Buffers, []byte("x"))
	if string(in[1]) != Delimiter || string(in[8]) != "rest" {
		t.Errorf("frames were overwritten: %q", in)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("id\n<IDS|MSG>\nsig\n{}\n{}\n{}\n{}\nbuffer"))
	f.Add([]byte("<IDS|MSG>\n\n\n\n\n"))
	s, err := NewSigner("", []byte("key"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in := bytes.Split(raw, []byte("\n"))
		m, err := Parse(in)
		if err != nil {
			return
		}
		if out := m.Frames(); !reflect.DeepEqual(out, in) {
			t.Fatalf("%q became %q", in, out)
		}
		if s.Verify(m) == nil {
			t.Fatal("a signature was guessed")
		}
		line := (&Tracer{Redact: true}).Line(Shell, true, m)
		if strings.Contains(line, "\n") || len(line) > 4*len(raw)+200 {
			t.Fatalf("trace line %q", line)
		}
	})
}
