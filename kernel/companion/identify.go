package companion

import (
	"context"
	"fmt"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// maxName bounds what a kernel calls itself and its notebook.
const maxName = 4096

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
	c.meet.Lock()
	defer c.meet.Unlock()
	l, err := c.identify(c.ctx, h, ch)
	if err != nil {
		return nil, err
	}
	last, err := c.store.Last(c.ctx, l.id, h.Source)
	if err != nil {
		return nil, err
	}
	a.live = l
	for _, old := range l.attach(a) {
		old.conn.Close(link.CloseReplaced, "another connection took over")
	}
	l.kickWatchers()
	if c.cfg.Grader != nil && ch.Spec != nil {
		c.wg.Go(func() { c.cfg.Grader.Warm(c.ctx, ch.Spec, l.id) })
	}
	return &session.Welcome{
		Session: l.id, LastSrcSeq: last, Title: ch.Title, EntryPoints: ch.EntryPoints, Clock: l.clock(),
	}, nil
}

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
	return c.load(ctx, id, identity)
}
