package kernel

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/protocol"
)

// A story is a text file in testdata. Its first line says what is proved; blank lines and lines that begin with # mean
// nothing; each other line is a step:
//
//	client NAME                       a client connects and waits until the kernel answers
//	NAME run ID [@ROLE] CODE          it runs a cell; with @ROLE (or @) the cell belongs to a challenge; \n in CODE
//	NAME run ID @{JSON} CODE          the same with JSON, which has no spaces, as all that its metadata says to us
//	NAME send CHANNEL TYPE ID JSON    it sends another request
//	NAME answer TEXT                  it answers an input_request
//	NAME leaves                       it closes its connections
//	NAME sees TYPE ID [TEXT]          the next message on iopub is of TYPE, caused by ID, with TEXT in its content
//	NAME CHANNEL TYPE ID [TEXT]       the same on shell, control or stdin
//	NAME ends ID                      iopub up to the idle of ID is not looked at
//	NAME rest                         what else comes to it is not looked at
//	NAME quiet DURATION               nothing comes to it on iopub and shell
//	welcome [NAME...]                 the companion welcomes the kernel and names the entry points
//	refuse TEXT                       the companion refuses
//	feedback ID final|partial TEXT    the companion has something to show
//	hear KIND ID [TEXT]               the next event that the companion gets, with TEXT in its data
//	nothing heard                     the companion was never called
//	sleep DURATION
//
// Every story runs on the fake child and on a real ipykernel.
func TestStories(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no stories in testdata")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name+"/fake", func(t *testing.T) { tell(t, file, "") })
		t.Run(name+"/ipykernel", func(t *testing.T) { tell(t, file, python(t)) })
	}
}

type story struct {
	*rig
	clients map[string]*client
	where   string
}

func tell(t *testing.T, file, py string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &story{rig: newRig(t, py, func(c *Config) {
		c.holds = holds{judge: time.Second, magic: 1200 * time.Millisecond, reply: time.Second}
	}), clients: map[string]*client{}}
	for i, line := range strings.Split(string(text), "\n") {
		if i == 0 || strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s.where = fmt.Sprintf("%s:%d: %s", filepath.Base(file), i+1, line)
		s.step(line)
	}
	for _, c := range s.clients {
		for _, ch := range []string{protocol.IOPub, protocol.Shell, protocol.Control, protocol.Stdin} {
			if n := len(c.inbox[ch]); n > 0 {
				g := <-c.inbox[ch]
				t.Errorf("%s: the story is over and %s has %d more on %s, first %s %s", filepath.Base(file), c.name, n, ch, g.head.MsgType, g.content())
			}
		}
	}
}

// cut takes the first word off a line.
func cut(line string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimLeft(line, " "), " ")
	return word, rest
}

func (s *story) fatalf(format string, a ...any) {
	s.t.Helper()
	s.t.Fatalf("%s\n\t%s", s.where, fmt.Sprintf(format, a...))
}

func (s *story) step(line string) {
	word, rest := cut(line)
	switch word {
	case "client":
		c := dialClient(s.t, s.file, rest)
		c.ready()
		s.clients[rest] = c
	case "welcome":
		s.link.down <- session.Down{Welcome: &session.Welcome{Session: "s1", EntryPoints: strings.Fields(rest)}}
		time.Sleep(20 * time.Millisecond)
	case "refuse":
		s.link.down <- session.Down{Welcome: &session.Welcome{Error: rest}}
		time.Sleep(20 * time.Millisecond)
	case "feedback":
		id, rest := cut(rest)
		kind, text := cut(rest)
		s.link.down <- session.Down{Feedback: &session.Feedback{Request: strings.Trim(id, `"`), Final: kind == "final", Data: plain(text)}}
	case "hear":
		s.hear(rest)
	case "nothing":
		if len(s.link.hello) > 0 || len(s.link.events) > 0 {
			s.fatalf("the companion was called")
		}
	case "sleep":
		d, _ := time.ParseDuration(rest)
		time.Sleep(d)
	default:
		c := s.clients[word]
		if c == nil {
			s.fatalf("no such step")
		}
		s.act(c, rest)
	}
}

func (s *story) act(c *client, line string) {
	verb, rest := cut(line)
	switch verb {
	case "run":
		s.runCell(c, rest)
	case "send":
		channel, rest := cut(rest)
		msgType, rest := cut(rest)
		id, content := cut(rest)
		c.send(channel, msgType, id, content, nil)
	case "answer":
		c.send(protocol.Stdin, "input_reply", protocol.NewID(), map[string]string{"value": rest}, nil)
	case "ends":
		c.untilIdle(rest)
	case "rest":
		delete(s.clients, c.name)
	case "leaves":
		c.close()
		delete(s.clients, c.name)
	case "quiet":
		d, _ := time.ParseDuration(rest)
		select {
		case g := <-c.inbox[protocol.IOPub]:
			s.fatalf("iopub: %s %s %s", g.head.MsgType, g.parent.MsgID, g.content())
		case g := <-c.inbox[protocol.Shell]:
			s.fatalf("shell: %s %s %s", g.head.MsgType, g.parent.MsgID, g.content())
		case <-time.After(d):
		}
	case "sees":
		s.expect(c, protocol.IOPub, rest)
	default:
		s.expect(c, verb, rest)
	}
}

func (s *story) runCell(c *client, line string) {
	id, code := cut(line)
	var meta any
	if strings.HasPrefix(code, "@{") {
		var own string
		own, code = cut(code)
		meta = map[string]any{"assay": json.RawMessage(own[1:])}
	} else if strings.HasPrefix(code, "@") {
		var role string
		role, code = cut(code)
		own := map[string]string{"challenge": "demo", "instance": "i1"}
		if role != "@" {
			own["role"] = role[1:]
		}
		meta = map[string]any{"cellId": "cell-" + id, "assay": own}
	}
	content := map[string]any{"code": strings.ReplaceAll(code, `\n`, "\n"), "allow_stdin": true}
	c.send(protocol.Shell, "execute_request", id, content, meta)
}

func (s *story) expect(c *client, channel, line string) {
	s.t.Helper()
	msgType, rest := cut(line)
	id, text := cut(rest)
	select {
	case g := <-c.inbox[channel]:
		if g == nil {
			s.fatalf("%s was closed", channel)
		}
		if g.head.MsgType != msgType || g.parent.MsgID != id || !strings.Contains(g.content(), text) {
			s.fatalf("got %s %s %s", g.head.MsgType, g.parent.MsgID, g.content())
		}
	case <-time.After(patience):
		s.fatalf("nothing came")
	}
}

func (s *story) hear(line string) {
	kind, rest := cut(line)
	id, text := cut(rest)
	select {
	case e := <-s.link.events:
		if string(e.Kind) != kind || e.Request != strings.Trim(id, `"`) || !strings.Contains(string(e.Data), text) {
			s.fatalf("heard %s %q %s", e.Kind, e.Request, e.Data)
		}
	case <-time.After(patience):
		s.fatalf("nothing was heard")
	}
}
