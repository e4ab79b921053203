package companion

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
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

	ready chan struct{} // closed when the log is folded
	err   error         // why it could not be; after ready

	mu       sync.Mutex
	dropped  bool // no commit reaches it any more, nobody may join
	state    session.State
	asks     map[uint64]*ask // by seq: what was asked for since the session was loaded and is not in hand yet
	acts     map[string]bool // ids of what pages sent and the log has
	agents   map[*agent]bool
	watchers map[*watcher]bool
}

// live returns the session id, folded up to what is stored now; nil when there is none. Who asks first folds it, the
// others wait.
func (c *Companion) live(ctx context.Context, id string) (*live, error) {
	for {
		l, first := c.inMemory(id), false
		if l == nil {
			known, ok, err := c.store.Session(ctx, id)
			if err != nil || !ok {
				return nil, err
			}
			l, first = c.enlist(id, known.Identity)
		}
		if first {
			if l.fold(); l.err != nil {
				return nil, l.err
			}
			return l, nil
		}
		select {
		case <-l.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if l.err == nil {
			return l, nil
		}
		// The session is out of memory again, and this may be the one to read it now.
	}
}

func (c *Companion) inMemory(id string) *live {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lives[id]
	if l != nil {
		l.used = time.Now()
	}
	return l
}

// enlist returns the session in memory, and whether the caller is the one to fold it.
func (c *Companion) enlist(id string, identity store.Identity) (_ *live, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lives[id]
	if l == nil {
		c.forget()
		l = &live{c: c, id: id, identity: identity, ready: make(chan struct{}), state: session.State{Lean: true},
			asks: map[uint64]*ask{}, acts: map[string]bool{}, agents: map[*agent]bool{}, watchers: map[*watcher]bool{}}
		c.lives[id], first = l, true
	}
	l.used = time.Now()
	return l, first
}

// fold reads the session's log. Records that are committed meanwhile come through observe, which waits for it.
func (l *live) fold() {
	defer close(l.ready)
	l.mu.Lock()
	l.err = l.readLog()
	l.mu.Unlock()
	if l.err != nil {
		l.c.drop(l)
	}
}

// readLog goes on when the one who asked first has left: others wait for the same reading, and then live with it.
func (l *live) readLog() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("fold failed: %v\n%s", p, debug.Stack())
		}
	}()
	l.challenge, _ = l.c.cfg.Bank.Lookup(l.identity.Challenge)
	l.bucket = newBucket(l.c.cfg.Mode)
	for {
		records, err := l.c.store.ReadFrom(l.c.ctx, l.id, l.state.Seq, 1000)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, r := range records {
			l.take(r)
			if r.Kind == session.KindVerdict && l.state.Verdicts[len(l.state.Verdicts)-1].Run > 0 {
				l.bucket.spent(1) // by an earlier process
			}
		}
	}
}

// errDropped says that a session is out of memory again. Whoever hears it comes back.
var errDropped = errors.New("the session is being read again")

// drop takes a session whose fold failed out of memory. Who is connected to it would hear of no commit any more, so they
// are cut: they come back, and the session is read again for them.
func (c *Companion) drop(l *live) {
	c.mu.Lock()
	if c.lives[l.id] == l {
		delete(c.lives, l.id)
	}
	c.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropped = true
	for a := range l.agents {
		go a.conn.Close(link.CloseTooSlow, errDropped.Error()) // ends when the close is written, a second at most
	}
	for w := range l.watchers {
		go w.conn.Close(link.CloseTooSlow, errDropped.Error())
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
	c.mu.Lock()
	l := c.lives[id]
	c.mu.Unlock()
	if l == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("fold failed", "session", id, "panic", p, "stack", string(debug.Stack()))
			c.drop(l)
		}
	}()
	l.observe(records)
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
func (l *live) attach(a *agent) (replaced []*agent, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dropped {
		return nil, errDropped
	}
	for other := range l.agents {
		if other.hello.Source == a.hello.Source {
			replaced = append(replaced, other)
		}
	}
	l.agents[a] = true
	return replaced, nil
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
	a.Clock = l.state.Clock.Now(time.Now())
	a.Phase = a.Clock.Phase
	a.Watchers = len(l.watchers)
	return a, true, nil
}
