package companion

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

// Two connections of one kernel: the later one wins, the earlier one is told, what it still says is not stored, and the
// log says that it happened.
func TestSecondConnectionTakesOver(t *testing.T) {
	c := start(t, t.TempDir(), nil)
	first := intrude(t, c, helloOf("s"))
	first.say(told(1, "one", ""), told(2, "two", ""))
	first.acked(2)
	second := intrude(t, c, helloOf("s"))
	if second.welcome.LastSrcSeq != 2 || second.welcome.Session != first.welcome.Session {
		t.Errorf("welcome %+v", second.welcome)
	}
	first.say(told(3, "too late", ""))
	first.closed(link.CloseReplaced, "another connection of this kernel took over")
	second.say(told(3, "three", ""))
	second.acked(3)
	notes := mustFold(t, c, second.welcome.Session).Notes
	if len(notes) != 1 || notes[0].By != store.Companion || notes[0].Show || !strings.HasPrefix(notes[0].Text, "Takeover 1: after event 2 ") {
		t.Errorf("notes %+v", notes)
	}
	second.Close(link.CloseNormal, "")
	goesOn(t, c, "s", []string{"one", "two", "three"})
	for range 20 { // who hangs up and comes back has taken nothing over
		intrude(t, c, helloOf("s")).Close(link.CloseNormal, "")
	}
	if n := len(mustFold(t, c, second.welcome.Session).Notes); n != 1 {
		t.Errorf("%d notes about one takeover", n)
	}
}

// A kernel that was replaced comes back by itself, loses nothing and gets its answers.
func TestReplacedKernelComesBack(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k1"})
	id := k.welcome().Session
	k.final(k.run("sol", session.RoleSolution, "def pairwise: one", true))
	a := intrude(t, c, helloOf(k.Source()))
	request := k.run("sol", session.RoleSolution, "def pairwise: two", true)
	a.closed(link.CloseReplaced, "took over")
	k.final(request)
	if s := mustFold(t, c, id); len(s.Runs) != 2 || len(s.Verdicts) != 2 || len(s.Notes) != 2 {
		t.Errorf("%d runs, %d verdicts, %d notes", len(s.Runs), len(s.Verdicts), len(s.Notes))
	}
}

// Two that fight for one kernel never write at once: whoever is told a number finds it still the last one when it
// speaks, however much of the other was on its way. Their notes do not bury the interviewer's.
func TestTwoThatFight(t *testing.T) {
	c := start(t, t.TempDir(), nil)
	a := intrude(t, c, helloOf("s"))
	id := a.welcome.Session
	const rounds = 9
	for round := range rounds {
		flood := make(chan struct{})
		go func() {
			defer close(flood)
			for n := a.welcome.LastSrcSeq + 1; a.WriteRaw([]byte(told(n, fmt.Sprint("round ", round), ""))) == nil; n++ {
			}
		}()
		a.acked(a.welcome.LastSrcSeq + 1)
		b := intrude(t, c, helloOf("s"))
		if last, err := c.store.Last(t.Context(), id, "s"); err != nil || last != b.welcome.LastSrcSeq {
			t.Fatalf("round %d: told %d, stored %d, %v", round, b.welcome.LastSrcSeq, last, err)
		}
		a.Close(link.CloseNormal, "")
		<-flood
		a = b
	}
	next := a.welcome.LastSrcSeq + 1
	a.say(told(next, "end", ""))
	a.acked(next)
	if got := codesOf(t, c, id, "s"); uint64(len(got)) != next {
		t.Errorf("%d events, want %d", len(got), next)
	}
	if n := len(mustFold(t, c, id).Notes); n != 4 { // takeovers 1, 2, 4 and 8
		t.Errorf("%d notes about %d takeovers", n, rounds)
	}
}

// A second kernel of the same notebook writes beside the first, under its own name: neither can take a number of the
// other's, and the log says who said what.
func TestSecondKernelWritesUnderItsOwnName(t *testing.T) {
	c := start(t, t.TempDir(), nil)
	c.besideGrace.Store(int64(10 * time.Millisecond))
	first, other := intrude(t, c, helloOf("s")), helloOf("other")
	other.KernelID = "k2"
	second := intrude(t, c, other)
	if second.welcome.Session != first.welcome.Session || second.welcome.LastSrcSeq != 0 {
		t.Fatalf("welcome %+v", second.welcome)
	}
	first.say(told(1, "one", ""))
	first.acked(1)
	second.say(told(1, "forged", ""))
	second.acked(1)
	first.say(told(2, "two", ""))
	first.acked(2)
	var notes []session.NoteAt // for the interviewer, once it is clear that the first stays
	eventually(t, "no note", func() bool {
		notes = mustFold(t, c, first.welcome.Session).Notes
		return len(notes) > 0
	})
	if len(notes) != 1 {
		t.Fatalf("%d notes", len(notes))
	}
	if n := notes[0]; n.By != store.Companion || n.Show || !strings.HasPrefix(n.Text, "Kernel beside kernel, 1: ") {
		t.Errorf("note %+v", n)
	}
	second.say(told(3, "forged", ""))
	second.closed(link.CloseRefused, "event 3 after 1 of other")
	if got := codesOf(t, c, first.welcome.Session, "other"); len(got) != 1 {
		t.Errorf("the second kernel has %s", got)
	}
	first.say(told(3, "three", ""))
	first.acked(3)
	goesOn(t, c, "s", []string{"one", "two", "three"})
}

// A kernel that comes after another has gone, or has said that it goes, is not beside it.
func TestNextKernelIsNotBesideTheLast(t *testing.T) {
	c := start(t, t.TempDir(), nil)
	c.besideGrace.Store(int64(time.Hour)) // the first two have time to go, on any machine
	gone, ending := intrude(t, c, helloOf("s1")), intrude(t, c, helloOf("s2"))
	l := c.inMemory(gone.welcome.Session)
	earlier := []*agent{agentOf(l, "s1"), agentOf(l, "s2")}
	gone.Close(link.CloseNormal, "")
	ending.say(`{"event":{"src_seq":1,"kind":"kernel_ended","data":{}}}`)
	ending.acked(1)
	if !earlier[1].hasGone() {
		t.Error("a kernel that has said that it ends counts as there")
	}
	intrude(t, c, helloOf("s3"))
	next := agentOf(l, "s3")
	eventually(t, "an earlier kernel stays beside the next", func() bool { return len(l.beside(next)) == 0 })
	c.besideGrace.Store(int64(10 * time.Millisecond))
	c.watchBeside(next, earlier) // as for one that came before they had gone
	if n := mustFold(t, c, l.id).Notes; len(n) != 0 {
		t.Errorf("notes %+v", n)
	}
	intrude(t, c, helloOf("s4")) // it does see one that stays
	eventually(t, "no note about a kernel that stays", func() bool { return len(mustFold(t, c, l.id).Notes) == 1 })
}

func agentOf(l *live, source string) *agent {
	l.mu.Lock()
	defer l.mu.Unlock()
	for a := range l.agents {
		if a.hello.Source == source {
			return a
		}
	}
	return nil
}

// A hello cannot name a session, and cannot move one to another notebook or challenge.
func TestHelloCannotMoveASession(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := intrude(t, c, helloOf("s"))
	k.say(told(1, "one", ""))
	k.acked(1)
	id := k.welcome.Session
	foreign, easier := helloOf("s"), helloOf("s")
	foreign.Instance, easier.Challenge = "another notebook", "other"
	for _, h := range []session.Hello{foreign, easier} {
		if w := intrude(t, c, h).welcome; !strings.Contains(w.Error, "restart the kernel") || w.Session != "" {
			t.Errorf("%+v is welcomed with %+v", h, w)
		}
	}
	a := enter(t, c)
	if err := a.WriteRaw([]byte(`{"hello":{"protocol":1,"source":"x","challenge":"warm-up","instance":"x","session":"` + id + `"}}`)); err != nil {
		t.Fatal(err)
	}
	var d session.Down
	if err := a.Read(&d); err != nil || d.Welcome == nil || d.Welcome.Session == id || d.Welcome.Error != "" {
		t.Errorf("naming a session: %+v, %v", d.Welcome, err)
	}
	k.say(told(2, "two", "")) // was never disturbed
	k.acked(2)
	known, _, err := c.store.Session(t.Context(), id)
	want := store.Identity{Instance: "nb", Challenge: "warm-up", Kernel: "k1", Notebook: "a.ipynb"}
	if err != nil || known.Identity != want {
		t.Errorf("the session is known by %+v, %v", known.Identity, err)
	}
	goesOn(t, c, "s", []string{"one", "two"})
}

func TestHelloThatIsNone(t *testing.T) {
	c := start(t, t.TempDir(), nil)
	for message, why := range map[string]string{
		told(1, "one", ""): "say hello first",
		`{"hello":{"protocol":1,"source":"s","challenge":"warm-up"},` + told(1, "one", "")[1:]: "and nothing else",
		`{"hello":{"protocol":1`:                  "unexpected end of JSON",
		`{"hello":{"protocol":1,"source":["s"]}}`: "source",
	} {
		a := enter(t, c)
		a.say(message)
		a.closed(link.CloseRefused, why)
	}
	if all, err := c.store.Sessions(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d sessions were opened, %v", len(all), err)
	}
}

// A hello asks about a thousand requests and no more: each is looked up before the first event is read.
func TestHelloThatAsksTooMuch(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k1"})
	request := k.run("sol", session.RoleSolution, "def pairwise", true)
	k.final(request)
	k.close()
	h := helloOf(k.Source())
	h.Pending = append(make([]string, maxPending-1), request)
	intrude(t, c, h).graded(request)
	h.Pending = append(make([]string, maxPending), request)
	a := intrude(t, c, h)
	for n := a.welcome.LastSrcSeq + 1; n <= a.welcome.LastSrcSeq+2; n++ { // what it hears goes out before the second
		a.say(told(n, "x", ""))
		for d := (session.Down{}); d.Ack < n; {
			if d = (session.Down{}); a.Read(&d) != nil || d.Feedback != nil {
				t.Fatalf("heard %+v", d)
			}
		}
	}
}
