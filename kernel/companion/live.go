package companion

import (
	"context"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// live is a session in memory: the state folded from its log, and who is connected. It is made when somebody needs it.
type live struct {
	c         *Companion
	id        string
	identity  store.Identity
	challenge *notebooks.Challenge // nil: the bank does not have it any more
	bucket    bucket
	used      time.Time  // last asked for, under Companion.mu
	acting    sync.Mutex // held while something is decided and stored: two requests never take the same hint
	takeovers atomic.Int64
	seconds   atomic.Int64 // kernels that joined while another was there

	mu       sync.Mutex
	state    session.State
	asks     map[uint64]*ask // by seq: what was asked for since the session was loaded and is not in hand yet
	acts     map[string]bool // ids of what pages sent and the log has
	agents   map[*agent]bool
	watchers map[*watcher]bool
}

// live returns the session id, folded up to what is stored now; nil when there is none.
func (c *Companion) live(ctx context.Context, id string) (*live, error) {
	c.mu.Lock()
	l := c.lives[id]
	if l != nil {
		l.used = time.Now()
	}
	c.mu.Unlock()
	if l != nil {
		return l, nil
	}
	known, ok, err := c.store.Session(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	return c.load(ctx, id, known.Identity)
}

// load folds a session's log. Records that are committed meanwhile come through observe, which waits for the fold.
func (c *Companion) load(ctx context.Context, id string, identity store.Identity) (*live, error) {
	l := &live{c: c, id: id, identity: identity, asks: map[uint64]*ask{}, acts: map[string]bool{}, agents: map[*agent]bool{}, watchers: map[*watcher]bool{}}
	l.challenge, _ = c.cfg.Bank.Lookup(identity.Challenge)
	l.bucket = newBucket(c.cfg.Mode)
	l.state.Lean = true
	l.mu.Lock()
	defer l.mu.Unlock()
	c.mu.Lock()
	if other := c.lives[id]; other != nil {
		c.mu.Unlock()
		return other, nil
	}
	c.forget()
	l.used = time.Now()
	c.lives[id] = l
	c.mu.Unlock()
	for {
		records, err := c.store.ReadFrom(ctx, id, l.state.Seq, 1000)
		if err != nil {
			c.mu.Lock()
			delete(c.lives, id)
			c.mu.Unlock()
			return nil, err
		}
		if len(records) == 0 {
			return l, nil
		}
		for _, r := range records {
			l.take(r)
			if r.Kind == session.KindVerdict && l.state.Verdicts[len(l.state.Verdicts)-1].Run > 0 {
				l.bucket.spent(1) // by an earlier process
			}
		}
	}
}

// keep is how long a session stays in memory that nobody is connected to. It is far longer than anything holds one
// without being connected.
const keep = 15 * time.Minute

// forget drops what nobody needs. The caller holds c.mu.
func (c *Companion) forget() {
	for id, l := range c.lives {
		if time.Since(l.used) < keep || !l.mu.TryLock() {
			continue
		}
		if len(l.agents) == 0 && len(l.watchers) == 0 && len(l.asks) == 0 {
			delete(c.lives, id)
		}
		l.mu.Unlock()
	}
}

// committed is called by the store's writer after each commit. A fault in a fold must not end the writer, on which
// every session hangs: the session is read again when it is next needed.
func (c *Companion) committed(id string, records []session.Record) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("fold failed", "session", id, "panic", p, "stack", string(debug.Stack()))
			c.mu.Lock()
			delete(c.lives, id)
			c.mu.Unlock()
		}
	}()
	c.mu.Lock()
	l := c.lives[id]
	c.mu.Unlock()
	if l != nil {
		l.observe(records)
	}
}

// observe folds what was committed and tells everybody who is connected. It never waits for any of them.
func (l *live) observe(records []session.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	moved := false
	for _, r := range records {
		if r.Seq != l.state.Seq+1 { // the fold of load has it
			continue
		}
		moved = l.take(r) || moved
		if r.SrcSeq > 0 && entryOf(r.Event).Job == jobGrade {
			l.asks[r.Seq] = newAsk(&l.state, r.Request)
		}
	}
	if moved {
		now := l.state.Clock.Now(time.Now())
		for a := range l.agents {
			a.send(session.Down{Clock: &now})
		}
	}
	for w := range l.watchers {
		w.kick()
	}
}

func (l *live) take(r session.Record) bool {
	if r.Source == store.Companion && r.Request != "" {
		l.acts[r.Request] = true
	}
	return l.state.Observe(r)
}

// with runs f on the folded state. f must be quick and keep nothing.
func (l *live) with(f func(s *session.State)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.state)
}

func (l *live) clock() (now session.ClockNow) {
	l.with(func(s *session.State) { now = s.Clock.Now(time.Now()) })
	return now
}

// send hands a message to every connected kernel of the session.
func (l *live) send(d session.Down) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for a := range l.agents {
		a.send(d)
	}
}

// kickWatchers makes watchers look again, for what is not in the log: who is connected.
func (l *live) kickWatchers() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.watchers {
		w.kick()
	}
}

// attach adds a kernel's connection and returns the ones that it replaces: of the same source, which came back.
func (l *live) attach(a *agent) (replaced []*agent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other := range l.agents {
		if other.hello.Source == a.hello.Source {
			replaced = append(replaced, other)
		}
	}
	l.agents[a] = true
	return replaced
}

// beside has the connections of other kernels that have not said that they end.
func (l *live) beside(a *agent) (others []*agent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other := range l.agents {
		if other.hello.Source != a.hello.Source && !other.hasGone() {
			others = append(others, other)
		}
	}
	return others
}

func (l *live) detach(a *agent) {
	l.mu.Lock()
	delete(l.agents, a)
	l.mu.Unlock()
	l.kickWatchers()
}

// about is what the page's header and the list of sessions show beyond the log.
type about struct {
	session.Summary
	Connected bool             `json:"connected"`
	Sources   bool             `json:"source_connected"`
	Clock     session.ClockNow `json:"clock"`
	Phase     string           `json:"phase"`
	Watchers  int              `json:"watchers,omitempty"`
}

func (c *Companion) about(ctx context.Context, id string) (about, bool, error) {
	known, ok, err := c.store.Session(ctx, id)
	if err != nil || !ok {
		return about{}, false, err
	}
	a := about{Summary: known.Summary}
	l, err := c.live(ctx, id)
	if err != nil {
		return a, false, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Connected = len(l.agents) > 0
	a.Sources = a.Connected
	a.Clock = l.state.Clock.Now(time.Now())
	a.Phase = a.Clock.Phase
	a.Watchers = len(l.watchers)
	return a, true, nil
}
