package link

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// recovery delivers the spools that killed kernels left behind: those of our own notebook before our own events, so
// that the log stays in order, the others in the background.
type recovery struct {
	c    *Client
	once [2]sync.Once
	wg   sync.WaitGroup
}

// first delivers what belongs to our session.
func (r *recovery) first(ctx context.Context, a Address) {
	r.once[0].Do(func() {
		ctx, cancel := context.WithTimeout(ctx, orphanTimeout)
		defer cancel()
		r.each(ctx, a, func(h session.Hello) bool { return r.ours(h) })
	})
}

func (r *recovery) ours(h session.Hello) bool {
	own := r.c.cfg.Hello
	return h.Challenge == own.Challenge && h.Instance == own.Instance && h.Notebook == own.Notebook
}

// rest delivers everything else, once, until ctx ends.
func (r *recovery) rest(ctx context.Context, a Address) {
	r.once[1].Do(func() {
		r.wg.Go(func() { r.each(ctx, a, func(session.Hello) bool { return true }) })
	})
}

func (r *recovery) wait() { r.wg.Wait() }

func (r *recovery) each(ctx context.Context, a Address, want func(session.Hello) bool) {
	paths, err := filepath.Glob(filepath.Join(r.c.cfg.Home, "spool", "*.jsonl"))
	if err != nil {
		return
	}
	for _, path := range paths {
		if ctx.Err() != nil {
			return
		}
		s, err := session.OpenSpool(path)
		if err != nil {
			if !errors.Is(err, session.ErrInUse) {
				r.c.log.Warn("spool left as it is", "path", path, "err", err)
			}
			continue
		}
		switch {
		case s.Len() == 0: // its process ended before anything happened
			err = s.Remove()
		case !want(s.Hello):
			err = s.Close()
		default:
			err = r.deliver(ctx, a, s, path)
		}
		if err != nil {
			r.c.log.Warn("an earlier kernel's events wait", "path", path, "err", err)
		}
	}
}

// deliver sends a whole spool and deletes it; what could not be sent waits for the next kernel. A companion that refuses
// it may be the wrong one, so it is kept for a while.
func (r *recovery) deliver(ctx context.Context, a Address, s *session.Spool, path string) error {
	conn, err := open(ctx, a)
	if err == nil {
		defer conn.Close(CloseNormal, "")
		d := &delivery{conn: conn, spool: s, hello: s.Hello, ack: func(uint64) {}, hear: func(session.Down) {},
			welcome: func(session.Welcome) {}}
		err = d.run(ctx)
	}
	switch {
	case err == nil:
		return s.Remove()
	case errors.Is(err, errRefused) && olderThan(path, keepRefused):
		r.c.log.Warn("a spool that no companion wanted is deleted", "path", path)
		return s.Remove()
	}
	return errors.Join(err, s.Close())
}

const keepRefused = 30 * 24 * time.Hour

func olderThan(path string, age time.Duration) bool {
	info, err := os.Stat(path)
	return err == nil && time.Since(info.ModTime()) > age
}
