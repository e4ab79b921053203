package wiretest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/protocol"
)

// Story lets a client act out a text, line by line:
//
//	# what is proved
//	> shell execute_request as a {"code":"print hi"}     the client sends; "as a" names the request, by default it is "it"
//	< iopub status of a {"execution_state":"busy"}       the next message there must be this, with that parent
//	< iopub iopub_welcome of - {}                        of nothing; without "of" it is of the newest request
//	quiet iopub 100ms                                    nothing comes there for so long
//	skip iopub idle                                      drops messages until that type, or that execution_state
//	wait 50ms
//	ping                                                 the heartbeat must be echoed
//	! verb argument                                      calls Verbs[verb]
//
// Of the content only the keys in the story are compared. A string "*" stands for any value, one that begins with "~" is
// a regular expression. A line that begins with white space continues the previous one.
type Story struct {
	Client  *Client
	Verbs   map[string]func(arg string) error
	Timeout time.Duration // for one message; 5 s if zero

	ids   map[string]string // msg_id by name
	trace protocol.Tracer
	seen  []string // what came, for the error message
}

// RunStories runs each testdata/*.txt of the package as a subtest, on the story that start returns.
func RunStories(t *testing.T, glob string, start func(t *testing.T) *Story) {
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in %s: %v", glob, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := start(t).Run(string(text)); err != nil {
				t.Errorf("%s:%v", file, err)
			}
		})
	}
}

// Run acts out the text and returns an error that begins with the number of the line that did not come true.
func (s *Story) Run(text string) error {
	s.ids = map[string]string{"-": ""}
	if s.Timeout == 0 {
		s.Timeout = 5 * time.Second
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		number, line := i+1, lines[i]
		for i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" && strings.ContainsAny(lines[i+1][:1], " \t") {
			i++
			line += " " + strings.TrimSpace(lines[i])
		}
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := s.line(line); err != nil {
			s.readRest()
			return fmt.Errorf("%d: %s: %w\ncame so far, and was left:\n%s", number, line, err, strings.Join(s.seen, "\n"))
		}
	}
	return nil
}

// readRest notes what nobody asked for: it often says why the story did not come true.
func (s *Story) readRest() {
	s.seen = append(s.seen, "--")
	for ch := range s.Client.boxes {
		for len(s.seen) < 200 {
			if _, _, err := s.recv(ch, 0); err != nil {
				break
			}
		}
	}
}

func (s *Story) line(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	first, arg, _ := strings.Cut(rest, " ")
	switch verb {
	case ">":
		return s.send(first, arg)
	case "<":
		return s.expect(first, arg)
	case "quiet":
		return s.quiet(first, arg)
	case "skip":
		return s.skip(first, arg)
	case "wait":
		d, err := time.ParseDuration(rest)
		time.Sleep(d)
		return err
	case "ping":
		return s.Client.Ping(s.Timeout)
	case "!":
		if f := s.Verbs[first]; f != nil {
			return f(arg)
		}
	}
	return fmt.Errorf("unknown verb")
}

// words cuts "TYPE [as NAME|of NAME] JSON".
func words(arg, preposition string) (msgType, name string, content []byte, err error) {
	msgType, rest, _ := strings.Cut(arg, " ")
	if after, ok := strings.CutPrefix(rest, preposition+" "); ok {
		name, rest, _ = strings.Cut(after, " ")
	}
	if rest = strings.TrimSpace(rest); rest == "" {
		rest = "{}"
	}
	if !json.Valid([]byte(rest)) {
		err = fmt.Errorf("not JSON: %s", rest)
	}
	return msgType, name, []byte(rest), err
}

func (s *Story) send(channel, arg string) error {
	msgType, name, content, err := words(arg, "as")
	if err != nil || s.Client.boxes[channel] == nil {
		return fmt.Errorf("want CHANNEL TYPE [as NAME] JSON (%v)", err)
	}
	m := s.Client.Send(channel, msgType, content)
	s.seen = append(s.seen, s.trace.Line(channel, true, m))
	h, err := protocol.DecodeHeader(m.Header)
	s.ids["it"] = h.MsgID
	if name != "" {
		s.ids[name] = h.MsgID
	}
	return err
}

func (s *Story) recv(channel string, timeout time.Duration) (protocol.Header, *protocol.Message, error) {
	if s.Client.boxes[channel] == nil {
		return protocol.Header{}, nil, fmt.Errorf("no channel %q", channel)
	}
	m, err := s.Client.Recv(channel, timeout)
	if err != nil {
		return protocol.Header{}, nil, err
	}
	s.seen = append(s.seen, s.trace.Line(channel, false, m))
	h, err := protocol.DecodeHeader(m.Header)
	return h, m, err
}

func (s *Story) expect(channel, arg string) error {
	msgType, name, want, err := words(arg, "of")
	if err != nil {
		return err
	}
	h, m, err := s.recv(channel, s.Timeout)
	if err != nil {
		return err
	}
	if h.MsgType != msgType {
		return fmt.Errorf("got %s %s", h.MsgType, m.Content)
	}
	if name == "" {
		name = "it"
	}
	parent, err := protocol.DecodeParent(m.Parent)
	if id, known := s.ids[name]; err != nil || name != "*" && (!known || parent.MsgID != id) {
		return fmt.Errorf("parent is %s (%v)", m.Parent, err)
	}
	return matchJSON(want, m.Content)
}

func (s *Story) quiet(channel, arg string) error {
	d, err := time.ParseDuration(arg)
	if err != nil {
		return err
	}
	if h, m, err := s.recv(channel, d); m != nil {
		return fmt.Errorf("got %s %s (%v)", h.MsgType, m.Content, err)
	}
	return nil
}

func (s *Story) skip(channel, until string) error {
	for {
		h, m, err := s.recv(channel, s.Timeout)
		if err != nil {
			return err
		}
		var st protocol.Status
		if h.MsgType == until || h.MsgType == "status" && protocol.Decode(m.Content, &st) == nil && st.ExecutionState == until {
			return nil
		}
	}
}

// matchJSON tells where got does not have what want asks for.
func matchJSON(want, got []byte) error {
	var w, g any
	if err := json.Unmarshal(want, &w); err != nil {
		return err
	}
	if err := json.Unmarshal(got, &g); err != nil {
		return fmt.Errorf("content is not JSON: %s", got)
	}
	if !match(w, g) {
		return fmt.Errorf("content is %s", got)
	}
	return nil
}

func match(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		for k, v := range want {
			if sub, has := g[k]; !has || !match(v, sub) {
				return false
			}
		}
		return ok
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return false
		}
		for i := range want {
			if !match(want[i], g[i]) {
				return false
			}
		}
		return true
	case string:
		return matchString(want, got)
	}
	return want == got
}

func matchString(want string, got any) bool {
	if want == "*" {
		return true
	}
	s, ok := got.(string)
	if pattern, is := strings.CutPrefix(want, "~"); is {
		re, err := regexp.Compile(pattern)
		return err == nil && ok && re.MatchString(s)
	}
	return ok && s == want
}
