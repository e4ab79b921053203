package companion

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// gated is a bank whose first look-up waits, and then may fail.
type gated struct {
	bank
	fails         bool
	used          atomic.Bool
	opening       sync.Once
	entered, shut chan struct{}
}

func newGated(fails bool) *gated {
	return &gated{fails: fails, entered: make(chan struct{}), shut: make(chan struct{})}
}

func (g *gated) open() { g.opening.Do(func() { close(g.shut) }) }

func (g *gated) Lookup(slug string) (*notebooks.Challenge, bool) {
	if g.used.CompareAndSwap(false, true) {
		close(g.entered)
		<-g.shut
		if g.fails {
			panic("a fault")
		}
	}
	return g.bank.Lookup(slug)
}

// reading starts a companion that knows one session and is about to read it for somebody, who may leave. It returns what
// that one gets.
func reading(t *testing.T, g *gated) (c *Companion, home, id string, leave func(), first chan loaded) {
	t.Helper()
	home = t.TempDir()
	c = start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb", Notebook: "a.ipynb"})
	id = k.welcome().Session
	k.final(k.run("sol", session.RoleSolution, "def pairwise", true))
	k.close()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = start(t, home, func(cfg *Config) { cfg.Bank = g })
	t.Cleanup(g.open)
	ctx, leave := context.WithCancel(t.Context())
	first = load(ctx, c, id)
	<-g.entered
	return c, home, id, leave, first
}

type loaded struct {
	l   *live
	err error
}

func load(ctx context.Context, c *Companion, id string) chan loaded {
	got := make(chan loaded, 1)
	go func() {
		l, err := c.live(ctx, id)
		got <- loaded{l, err}
	}()
	return got
}

// asked waits until somebody who asks for the session in memory has found it there.
func asked(t *testing.T, c *Companion, id string, ask func()) {
	t.Helper()
	used := func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.lives[id].used
	}
	before := used()
	ask()
	eventually(t, "nobody asked for the session", func() bool { return used().After(before) })
}

// Whoever asks while a session is being read waits for it, as long as he likes, and gets what every commit reaches: also
// when the one for whom it was read has left.
func TestSessionIsReadForAll(t *testing.T) {
	g := newGated(false)
	c, home, id, leave, first := reading(t, g)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if l, err := c.live(gone, id); !errors.Is(err, context.Canceled) {
		t.Errorf("one who cannot wait gets %t, %v", l != nil, err)
	}
	var second chan loaded
	asked(t, c, id, func() { second = load(t.Context(), c, id) })
	var k *kernel
	asked(t, c, id, func() { k = connect(t, home, session.Hello{Instance: "nb", Notebook: "a.ipynb"}) })
	select {
	case got := <-second:
		t.Errorf("a session that is not read yet is handed out, %v", got.err)
		second <- got
	default:
	}
	leave()
	g.open()
	one, other := <-first, <-second
	if one.err != nil || other.err != nil || one.l != other.l || c.inMemory(id) != one.l {
		t.Fatalf("not one session for all: %p, %v; %p, %v", one.l, one.err, other.l, other.err)
	}
	if got := k.welcome().Session; got != id {
		t.Fatalf("the kernel came to session %s", got)
	}
	k.final(k.run("sol", session.RoleSolution, "def pairwise", true))
}

// A session that could not be read is read again for those who waited.
func TestSessionIsReadAgainAfterAFault(t *testing.T) {
	g := newGated(true)
	c, _, id, leave, first := reading(t, g)
	defer leave()
	var second chan loaded
	asked(t, c, id, func() { second = load(t.Context(), c, id) })
	g.open()
	if got := <-first; got.err == nil || got.l != nil {
		t.Errorf("the first has %t, %v", got.l != nil, got.err)
	}
	got := <-second
	if got.err != nil || got.l != c.inMemory(id) || len(got.l.state.Verdicts) != 1 {
		t.Errorf("the second has %p, %v", got.l, got.err)
	}
}

// A fold that fails at a commit costs nobody an answer: kernels and pages are sent away and come back.
func TestFaultInAFoldSendsEverybodyBack(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	p := browse(t, c, c.InterviewerURL()).watch(id, 0)
	p.until("header", func(f frame) bool { return f.Session != nil })
	l := c.inMemory(id)
	l.mu.Lock()
	l.asks = nil // the next judged cell finds no map
	l.mu.Unlock()
	k.final(k.run("sol", session.RoleSolution, "def pairwise", true))
	timer := time.AfterFunc(30*time.Second, func() { p.conn.Close(link.CloseNormal, "") })
	defer timer.Stop()
	for {
		var f frame
		if err := p.conn.Read(&f); err != nil {
			if link.Code(err) != link.CloseTooSlow {
				t.Errorf("the page was closed with %v", err)
			}
			break
		}
	}
	if now := c.inMemory(id); now == nil || now == l {
		t.Error("the session was not read again")
	}
	if _, err := l.attach(&agent{}); !errors.Is(err, errDropped) {
		t.Errorf("a kernel joins what no commit reaches: %v", err)
	}
	if err := l.watch(&watcher{}); !errors.Is(err, errDropped) {
		t.Errorf("a page joins what no commit reaches: %v", err)
	}
}

// A verdict reaches the kernel where it is connected when the grading ends, not where it was when it began.
func TestVerdictOfADroppedSession(t *testing.T) {
	home := t.TempDir()
	g := newSignalling()
	c := start(t, home, func(cfg *Config) { cfg.Grader = g })
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	request := k.run("sol", session.RoleSolution, "def pairwise", true)
	<-g.begun
	c.drop(c.inMemory(id))
	k.run("later", "", "x = 1", false) // read after the kernel has asked about what it waits for
	eventually(t, "the kernel did not come back", func() bool { return len(mustFold(t, c, id).Runs) == 2 })
	eventually(t, "the kernel is not connected", func() bool { l := c.inMemory(id); return l != nil && connectedTo(l) == 1 })
	close(g.wait)
	k.final(request)
}

func connectedTo(l *live) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.agents)
}
