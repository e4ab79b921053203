package companion

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// maxName bounds what a kernel calls itself and its notebook.
const maxName = 4096

// takeoverGrace is how long an earlier connection of a kernel may take to end by itself: a kernel that closed it and
// came back at once took nothing over.
const takeoverGrace = 250 * time.Millisecond

// besideGrace is how long an earlier kernel may take to go before a later one of the same notebook is beside it: a kernel
// that is restarted or killed has gone by then.
const besideGrace = time.Second

// welcome finds or opens the session that a Hello belongs to and attaches the connection to it.
func (c *Companion) welcome(a *agent) (*session.Welcome, error) {
	h := a.hello
	if h.Protocol != session.LinkProtocol {
		return &session.Welcome{Error: fmt.Sprintf(
			"This kernel and its companion are of different versions (link %d and %d): install the same assay on both sides.",
			h.Protocol, session.LinkProtocol)}, nil
	}
	if h.Source == "" || h.Source == store.Companion || len(h.Source) > 64 {
		return &session.Welcome{Error: "This kernel did not say who it is; update assay."}, nil
	}
	ch, ok := c.cfg.Bank.Lookup(h.Challenge)
	if !ok {
		return &session.Welcome{Error: fmt.Sprintf(
			"The companion has no challenge %.60q; `assay list` shows what it has.", h.Challenge)}, nil
	}
	for _, field := range []string{h.Instance, h.Notebook, h.KernelID} {
		if len(field) > maxName {
			return &session.Welcome{Error: "This notebook's name or id is too long to record."}, nil
		}
	}
	replaced, err := c.join(a, ch)
	switch {
	case errors.Is(err, errElsewhere):
		return &session.Welcome{Error: "This kernel's record belongs to another notebook or challenge: restart the kernel."}, nil
	case err != nil:
		return nil, err
	}
	l := a.live
	last, err := c.takeOver(a, replaced)
	if err != nil {
		return nil, err
	}
	l.kickWatchers()
	if beside := l.beside(a); len(beside) > 0 {
		c.wg.Go(func() { c.watchBeside(a, beside) })
	}
	if c.cfg.Grader != nil && ch.Spec != nil {
		c.wg.Go(func() { c.cfg.Grader.Warm(c.ctx, ch.Spec, l.id) })
	}
	return &session.Welcome{
		Session: l.id, LastSrcSeq: last, Title: ch.Title, EntryPoints: ch.EntryPoints, Clock: l.clock(),
	}, nil
}

// join finds a's session and attaches a to it. It returns the connections of the same kernel that a replaces.
func (c *Companion) join(a *agent, ch *notebooks.Challenge) (replaced []*agent, err error) {
	c.meet.Lock()
	defer c.meet.Unlock()
	if a.live, err = c.identify(c.ctx, a.hello, ch); err != nil {
		return nil, err
	}
	return a.live.attach(a)
}

// takeOver ends the connections that a replaces and returns the last event of a's source that is stored.
//
// The later connection wins. A kernel whose line broke is back long before this side can tell that the old connection is
// dead, and a kernel that is refused records nothing here meanwhile. But two never write at once: the number is only
// read when nothing more of the earlier ones can be stored, so what is sent after it meets nobody else's events.
//
// A second program that holds the token and knows the source looks the same from here. The kernel then takes the numbers
// of that program's events for its own, so a takeover is a note in the log, where the interviewer sees it. (A kernel that
// was restarted is another source: it replaces nobody, and its records carry its own source.)
func (c *Companion) takeOver(a *agent, replaced []*agent) (last uint64, err error) {
	open := false
	for _, old := range replaced {
		select {
		case <-old.stop: // its peer had closed it
		case <-time.After(takeoverGrace):
			open = true
			old.conn.Close(link.CloseReplaced, "another connection of this kernel took over")
		}
		<-old.done
	}
	if last, err = c.store.Last(c.ctx, a.live.id, a.hello.Source); err != nil || !open {
		return last, err
	}
	c.log.Warn("a kernel's connection was replaced", "session", a.live.id, "source", a.hello.Source, "after", last)
	return last, c.noteTakeover(a.live, last)
}

func (c *Companion) noteTakeover(l *live, last uint64) error {
	return c.noteSeldom(l, &l.takeovers, func(n int64) string {
		return fmt.Sprintf("Takeover %d: after event %d of this kernel another connection said that it is the same kernel, and "+
			"the earlier one was closed. A broken line looks like this, and so does a second program that speaks for the kernel.", n, last)
	})
}

// watchBeside notes that a kernel joined a session whose earlier kernels stay: their cells run in separate processes and
// end up in one record.
func (c *Companion) watchBeside(a *agent, earlier []*agent) {
	grace, cancel := context.WithTimeout(c.ctx, time.Duration(c.besideGrace.Load()))
	defer cancel()
	for _, old := range earlier {
		select {
		case <-old.stop:
		case <-a.stop:
			return
		case <-grace.Done():
		}
		if c.ctx.Err() != nil {
			return
		}
		if old.hasGone() {
			continue
		}
		if err := c.noteSeldom(a.live, &a.live.seconds, func(n int64) string {
			return fmt.Sprintf("Kernel beside kernel, %d: a second kernel of this notebook is connected while an earlier one still "+
				"runs. The cells of both are recorded here. The notebook opened in two windows looks like this: ask which one counts.", n)
		}); err != nil {
			c.log.Error("no note about a second kernel", "session", a.live.id, "err", err)
		}
		return
	}
}

// noteSeldom writes the 1st, 2nd, 4th, 8th... of what happens into the log: two that fight for one session must not bury
// the interviewer's own notes.
func (c *Companion) noteSeldom(l *live, count *atomic.Int64, text func(n int64) string) error {
	n := count.Add(1)
	if n&(n-1) != 0 {
		return nil
	}
	e, err := session.NewEvent(session.KindNote, "", "", session.Note{By: store.Companion, Text: text(n)})
	if err == nil {
		_, err = c.store.Append(c.ctx, *own(l.id, e))
	}
	return err
}

// errElsewhere says that a source wrote to a session of another notebook or challenge.
var errElsewhere = errors.New("the source belongs to another notebook or challenge")

// identify decides which session a kernel continues.
//
// A source that wrote before goes where it wrote. A notebook is known by its instance id, which survives renaming: the
// same kernel id continues, whatever the path; another kernel continues when it is the same path or when nobody is
// connected. A live kernel on another path keeps its session, because then this notebook is a copy, which gets its own.
// Without an instance (a console) the kernel id alone decides.
func (c *Companion) identify(ctx context.Context, h session.Hello, ch *notebooks.Challenge) (*live, error) {
	id, err := c.store.SessionOf(ctx, h.Source)
	if err != nil {
		return nil, err
	}
	identity := store.Identity{Instance: h.Instance, Challenge: h.Challenge, Kernel: h.KernelID, Notebook: h.Notebook}
	if id == "" {
		if id, err = c.match(ctx, h); err != nil {
			return nil, err
		}
	}
	if id == "" {
		return c.begin(ctx, identity, ch)
	}
	l, err := c.live(ctx, id)
	if err != nil || l == nil {
		return nil, fmt.Errorf("session %s: %v", id, err)
	}
	if l.identity.Instance != h.Instance || l.identity.Challenge != h.Challenge {
		return nil, errElsewhere // or a session would be graded by another challenge's tests from the next start on
	}
	if l.identity != identity {
		if _, err := c.store.Append(ctx, store.Batch{Session: id, Source: store.Companion, Identity: &identity}); err != nil {
			return nil, err
		}
		l.identity = identity // under c.meet
	}
	return l, nil
}

func (c *Companion) match(ctx context.Context, h session.Hello) (string, error) {
	known, err := c.store.Instances(ctx, h.Instance, h.Challenge)
	if err != nil {
		return "", err
	}
	free := ""
	for _, k := range known {
		if h.KernelID != "" && k.Kernel == h.KernelID {
			return k.ID, nil
		}
	}
	if h.Instance == "" {
		return "", nil
	}
	for _, k := range known {
		if h.Notebook != "" && k.Identity.Notebook == h.Notebook {
			return k.ID, nil
		}
		if free == "" && !c.inUse(k.ID) {
			free = k.ID
		}
	}
	return free, nil
}

// inUse reports whether a kernel of the session is connected.
func (c *Companion) inUse(id string) bool {
	c.mu.Lock()
	l := c.lives[id]
	c.mu.Unlock()
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for a := range l.agents {
		if !a.ended.Load() {
			return true
		}
	}
	return false
}

// begin opens a new session.
func (c *Companion) begin(ctx context.Context, identity store.Identity, ch *notebooks.Challenge) (*live, error) {
	id := session.NewID()
	e, err := session.NewEvent(session.KindSessionStarted, "", "", session.SessionStarted{
		Challenge: ch.Slug, Version: ch.Version, Title: ch.Title, Minutes: ch.Minutes,
		Mode: c.cfg.Mode, Policy: c.cfg.Policy, Notebook: identity.Notebook,
	})
	if err != nil {
		return nil, err
	}
	if _, err := c.store.Append(ctx, store.Batch{
		Session: id, Source: store.Companion, Identity: &identity, Entries: []store.Entry{{Event: stamp(e)}},
	}); err != nil {
		return nil, err
	}
	return c.live(ctx, id)
}
