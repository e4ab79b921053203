package companion

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

// Whoever speaks in these tests holds the token and knows the source of a kernel: a program on the candidate's machine.

// told is the message that carries event n of a kernel. More is put among the event's fields, after the others.
func told(n any, code, more string) string {
	return fmt.Sprintf(`{"event":{"src_seq":%v,"kind":"cell_started","time":"2026-03-01T10:00:00Z","mono":7,"request":"r%v","cell":"c","data":{"code":%q}%s}}`,
		n, n, code, more)
}

func helloOf(source string) session.Hello {
	return session.Hello{Protocol: session.LinkProtocol, Source: source, Challenge: "warm-up", Instance: "nb", Notebook: "a.ipynb", KernelID: "k1"}
}

// attack is a connection that may say anything.
type attack struct {
	t *testing.T
	*link.Conn
	welcome session.Welcome
}

// enter connects. A connection that is neither answered nor closed in half a minute fails its test.
func enter(t *testing.T, c *Companion) *attack {
	t.Helper()
	a := &attack{t: t, Conn: dialAgent(t, c)}
	end := time.AfterFunc(30*time.Second, func() { a.Close(link.CloseGoing, "") })
	t.Cleanup(func() { end.Stop() })
	return a
}

// intrude connects and says hello.
func intrude(t *testing.T, c *Companion, h session.Hello) *attack {
	t.Helper()
	a := enter(t, c)
	if err := a.Write(session.Up{Hello: &h}); err != nil {
		t.Fatal(err)
	}
	for {
		var d session.Down
		if err := a.Read(&d); err != nil {
			t.Fatal("no welcome: ", err)
		}
		if d.Welcome != nil {
			a.welcome = *d.Welcome
			return a
		}
	}
}

// say sends messages. An error says only that the companion has closed the connection already; why, it is asked next.
func (a *attack) say(messages ...string) {
	for _, m := range messages {
		if a.WriteRaw([]byte(m)) != nil {
			return
		}
	}
}

// acked waits for the acknowledgement of event n.
func (a *attack) acked(n uint64) {
	a.t.Helper()
	for {
		var d session.Down
		if err := a.Read(&d); err != nil {
			a.t.Fatalf("event %d was not acknowledged: %v", n, err)
		}
		if d.Ack >= n {
			return
		}
	}
}

// closed waits for the end of the connection and checks why.
func (a *attack) closed(code int, why string) {
	a.t.Helper()
	for {
		var d session.Down
		if err := a.Read(&d); err != nil {
			if link.Code(err) != code || !strings.Contains(err.Error(), why) {
				a.t.Errorf("closed with %v, want %d %q", err, code, why)
			}
			return
		}
	}
}

// codesOf checks the log of a session and returns the code that a source has in it, in order.
func codesOf(t *testing.T, c *Companion, id, source string) []string {
	t.Helper()
	mustFold(t, c, id)
	log, err := c.store.ReadAll(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, r := range log {
		switch {
		case r.Source == store.Companion && r.SrcSeq == 0:
		case r.Session != id || !r.Kind.FromKernel():
			t.Errorf("%s wrote a %s into %s", r.Source, r.Kind, r.Session)
		case r.Source == source:
			codes = append(codes, string(r.Data))
			if r.SrcSeq != uint64(len(codes)) {
				t.Errorf("event %d of %s is stored where %d is due", r.SrcSeq, source, len(codes))
			}
		}
	}
	return codes
}

func coded(codes ...string) (out []string) {
	for _, c := range codes {
		out = append(out, fmt.Sprintf(`{"code":%q}`, c))
	}
	return out
}

// goesOn is the kernel that comes back: it is told how far it got, and what it says next is stored.
func goesOn(t *testing.T, c *Companion, source string, had []string) {
	t.Helper()
	k := intrude(t, c, helloOf(source))
	last := k.welcome.LastSrcSeq
	if last != uint64(len(had)) {
		t.Errorf("the kernel goes on after event %d, want %d", last, len(had))
	}
	k.say(told(last+1, "honest", ""))
	k.acked(last + 1)
	if got, want := codesOf(t, c, k.welcome.Session, source), append(coded(had...), coded("honest")...); !slices.Equal(got, want) {
		t.Errorf("the log has %s, want %s", got, want)
	}
	k.Close(link.CloseNormal, "")
}

// forgery is what comes in the name of a kernel that has three events in the log.
type forgery struct {
	name string
	send []string
	ack  uint64 // 0: refused
	why  string
}

func forgeries() []forgery {
	forged := func(more string) string { return told(4, "forged", more) }
	return []forgery{
		{"an old message again", []string{told(2, "two", "")}, 2, ""},
		{"everything again", []string{told(1, "one", ""), told(2, "two", ""), told(3, "three", "")}, 3, ""},
		{"an old number, other code", []string{told(2, "forged", "")}, 0, "already stored and says something else: event 2"},
		{"an old number, another time", []string{told(3, "three", `,"mono":8`)}, 0, "already stored and says something else: event 3"},
		{"an old number, no data", []string{`{"event":{"src_seq":1,"kind":"kernel_ended"}}`}, 0, "something else: event 1"},
		{"later before earlier", []string{told(5, "forged", ""), forged("")}, 0, "missing before this one: event 5 after 3"},

		{"number 0", []string{told(0, "forged", "")}, 0, "src_seq is missing or 0"},
		{"number null", []string{told("null", "forged", "")}, 0, "src_seq is missing or 0"},
		{"no number", []string{`{"event":{"kind":"cell_started"}}`}, 0, "src_seq is missing or 0"},
		{"number -1", []string{told(-1, "forged", "")}, 0, "src_seq"},
		{"number 2^53", []string{told(uint64(1<<53), "forged", "")}, 0, "event 9007199254740992 after 3"},
		{"number 2^63", []string{told(uint64(1<<63), "forged", "")}, 0, "event 9223372036854775808 after 3"},
		{"number 2^64-1", []string{told(^uint64(0), "forged", "")}, 0, "event 18446744073709551615 after 3"},
		{"number 2^64", []string{told("18446744073709551616", "forged", "")}, 0, "src_seq"},
		{"number as text", []string{forged(`,"src_seq":"4"`)}, 0, "src_seq"},
		{"number 4.0", []string{told("4.0", "forged", "")}, 0, "src_seq"},
		{"number 4e0", []string{told("4e0", "forged", "")}, 0, "src_seq"},
		{"two numbers", []string{forged(`,"src_seq":6`)}, 0, "event 6 after 3"},
		{"two events", []string{`{"event":` + inner(told(4, "a", "")) + `,"event":` + inner(told(5, "b", "")) + `}`}, 0, "event 5 after 3"},

		{"a verdict in other letters", []string{forged(`,"kind":"Verdict"`)}, 0, `not a kernel's to say: kind "Verdict"`},
		{"a verdict behind a cell", []string{forged(`,"KIND":"verdict"`)}, 0, `not a kernel's to say: kind "verdict"`},
		{"an opened session", []string{forged(`,"kind":"session_started"`)}, 0, `kind "session_started"`},
		{"a note", []string{forged(`,"kind":"note"`)}, 0, `kind "note"`},
		{"a long kind", []string{forged(`,"kind":"` + strings.Repeat("é", 500) + `"`)}, 0, `not a kernel's to say`},

		{"half a message", []string{forged("")[:60]}, 0, "unexpected end of JSON"},
		{"two in one", []string{forged("") + told(5, "b", "")}, 0, "after top-level value"},
		{"nothing", []string{"null"}, 0, "every message is one event"},
		{"hello again", []string{`{"hello":{"protocol":1,"source":"s"}}`}, 0, "every message is one event"},
		{"hello beside an event", []string{`{"hello":{},` + forged("")[1:]}, 0, "every message is one event"},
		{"data of another form", []string{forged(`,"data":[1]`)}, 0, "data of cell_started"},
		{"a year of five digits", []string{forged(`,"time":"9999-12-31T23:59:59-01:00"`)}, 0, "year 10000"},
		{"a year before 0", []string{forged(`,"time":"0000-01-01T00:00:00+01:00"`)}, 0, "year -1"},
		{"no time", []string{forged(`,"time":"yesterday"`)}, 0, "yesterday"},
		{"more than a close frame can quote", []string{forged(`,"time":"` + strings.Repeat("x", 300) + `"`)}, 0, "parsing time"},
		{"mono 2^63", []string{forged(`,"mono":9223372036854775808`)}, 0, "mono"},
	}
}

// saidThree is a kernel that had three events stored and left.
func saidThree(t *testing.T, c *Companion, source string) {
	t.Helper()
	k := intrude(t, c, helloOf(source))
	k.say(told(1, "one", ""), told(2, "two", ""), told(3, "three", ""))
	k.acked(3)
	k.Close(link.CloseNormal, "")
}

// A forgery is acknowledged and changes nothing, or is refused by name; the kernel goes on.
func TestForgedMessages(t *testing.T) {
	c := start(t, t.TempDir(), nil)
	for i, tt := range forgeries() {
		t.Run(tt.name, func(t *testing.T) {
			source := fmt.Sprint("source-", i)
			saidThree(t, c, source)
			a := intrude(t, c, helloOf(source))
			a.say(tt.send...)
			if tt.ack > 0 {
				a.acked(tt.ack)
			} else {
				a.closed(link.CloseRefused, tt.why)
			}
			goesOn(t, c, source, []string{"one", "two", "three"})
		})
	}
}

// inner is the event of a message.
func inner(message string) string {
	return strings.TrimSuffix(strings.TrimPrefix(message, `{"event":`), `}`)
}

// A gap is refused with what shares its commit, and nothing of it was acknowledged.
func TestGapKeepsWhatWasAcknowledged(t *testing.T) {
	c := start(t, t.TempDir(), nil)
	a := intrude(t, c, helloOf("s"))
	a.say(told(1, "one", ""))
	a.acked(1)
	a.say(told(2, "two", ""), told(4, "four", ""))
	a.closed(link.CloseRefused, "event 4 after 2")
	last, err := c.store.Last(t.Context(), a.welcome.Session, "s")
	if err != nil || last < 1 || last > 2 {
		t.Fatalf("the last event is %d, %v", last, err)
	}
	goesOn(t, c, "s", []string{"one", "two"}[:last])
}

// What is read more than one way, or carries what only the companion may fill in, has one meaning: that of the log.
func TestOneReadingOfAnEvent(t *testing.T) {
	c := start(t, t.TempDir(), nil)
	a := intrude(t, c, helloOf("s"))
	id := a.welcome.Session
	a.say(told(9, "forged", `,"src_seq":1,"data":{"code":"x","CODE":"y","code":"one"}`),
		told(2, "two", `,"session":"other","seq":1,"source":"companion","received":"1970-01-01T00:00:00Z","prev_hash":"","hash":"00"`))
	a.acked(2)
	log, err := c.store.ReadAll(t.Context(), id)
	if err != nil || len(log) != 3 {
		t.Fatalf("%d records, %v", len(log), err)
	}
	if r := log[2]; r.Session != id || r.Seq != 3 || r.Source != "s" || r.Received.Year() == 1970 {
		t.Errorf("stored as %s", mustEncode(t, r))
	}
	goesOn(t, c, "s", []string{"one", "two"})
}

// A kernel's clocks run back and jump by centuries: every event keeps what its source said, the phase clock does not
// leave the companion's own time.
func TestClocksOfAKernelThatLies(t *testing.T) {
	began := time.Now()
	c := start(t, t.TempDir(), nil)
	a := intrude(t, c, helloOf("s"))
	lies := []string{`"2099-01-01T00:00:00Z","mono":5`, `"1970-01-01T00:00:00Z","mono":4`, `"0001-01-01T00:00:00Z","mono":-9223372036854775808`,
		`"9999-12-31T23:59:59Z","mono":9223372036854775807`, `"2026-02-28T23:59:59+14:00","mono":0`}
	var codes []string
	for i, lie := range lies {
		code := []string{"%%clarify", "%%plan", "x", "%%test", "y"}[i]
		codes = append(codes, code)
		a.say(told(i+1, code, `,"time":`+lie))
	}
	a.acked(uint64(len(lies)))
	log, err := c.store.ReadAll(t.Context(), a.welcome.Session)
	if err != nil {
		t.Fatal(err)
	}
	var clock session.Clock
	last := began
	for _, r := range log {
		clock.Observe(r)
		if at := clock.Last(); at.Before(last) || at.After(time.Now()) {
			t.Errorf("event %d is placed at %s", r.SrcSeq, at)
		}
		last = clock.Last()
	}
	if first := log[1]; first.Time.Year() != 2099 || first.Mono != 5 {
		t.Errorf("stored as %s", mustEncode(t, first))
	}
	if now := intrude(t, c, helloOf("s")).welcome.Clock; now.TotalMS < 0 || now.InPhaseMS < 0 || now.TotalMS > time.Since(began).Milliseconds() {
		t.Errorf("the clock shows %+v", now)
	}
	goesOn(t, c, "s", codes)
}

// What was acknowledged and graded by one process, sent again to the next, is acknowledged and not graded again.
func TestReplayAfterARestart(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	h := helloOf("s")
	h.Pending = []string{"r1"}
	a := intrude(t, c, h)
	id := a.welcome.Session
	judged := `{"event":{"src_seq":2,"kind":"cell_finished","time":"2026-03-01T10:00:01Z","mono":8,"request":"r1","cell":"c","data":{"status":"ok","duration_ns":1,"judge":true}}}`
	all := []string{told(1, "def pairwise", `,"data":{"code":"def pairwise","role":"solution"}`), judged, told(3, "three", "")}
	a.say(all...)
	a.graded("r1")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = start(t, home, nil)
	a = intrude(t, c, h)
	if a.welcome.Session != id || a.welcome.LastSrcSeq != 3 {
		t.Errorf("welcome %+v", a.welcome)
	}
	a.say(all...)
	a.acked(3)
	if n, err := c.store.Open(t.Context()); n != 0 || err != nil {
		t.Errorf("%d jobs, %v", n, err)
	}
	if s := mustFold(t, c, id); len(s.Verdicts) != 1 || len(s.Runs) != 2 {
		t.Errorf("%d verdicts of %d runs", len(s.Verdicts), len(s.Runs))
	}
	a.say(strings.Replace(judged, `"ok"`, `"error"`, 1))
	a.closed(link.CloseRefused, "something else: event 2")
}

// graded waits for the final feedback to a request.
func (a *attack) graded(request string) {
	a.t.Helper()
	for {
		var d session.Down
		if err := a.Read(&d); err != nil {
			a.t.Fatal(err)
		}
		if d.Feedback != nil && d.Feedback.Request == request && d.Feedback.Final {
			return
		}
	}
}
