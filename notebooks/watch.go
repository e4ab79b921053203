package notebooks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/assay-kernel/assay/checks"
)

// WatchOptions for Watch.
type WatchOptions struct {
	Verify VerifyOptions
	Every  time.Duration // how often to look at the files; 0 is half a second

	// Show gets what is wrong: first, without a result, what reading the folder shows at once, then all of it.
	Show func(Problems, *VerifyResult)
}

var errChanged = errors.New("a file has changed")

// Watch verifies the challenge in dir again whenever one of its files changes, and grades only what the change may have
// touched. It ends, with nil, when ctx does.
func Watch(ctx context.Context, dir string, g Grader, o WatchOptions) error {
	o.Every = cmp.Or(o.Every, 500*time.Millisecond)
	w := &watcher{dir: dir, grader: g, options: o}
	w.options.Verify.memory = &memory{}
	for ctx.Err() == nil {
		seen, err := w.settled(ctx)
		if err != nil {
			return fmt.Errorf("watching %s: %v", dir, err)
		}
		if w.look(ctx, seen) {
			w.changed(ctx, seen)
		}
	}
	return nil
}

type watcher struct {
	dir     string
	grader  Grader
	options WatchOptions
}

// look verifies once; false when a file changed meanwhile.
func (w *watcher) look(ctx context.Context, seen string) bool {
	show := w.options.Show
	c, err := w.read()
	var ps Problems
	if err != nil {
		if !errors.As(err, &ps) {
			ps.add("", 0, "%v", err)
		}
		show(ps, nil)
		return true
	}
	at := &verifier{challenge: c, result: &VerifyResult{}}
	at.material()
	show(at.result.Problems, nil)
	w.options.Verify.memory.judge(c.Spec)
	r, err := w.verify(ctx, c, seen)
	switch {
	case errors.Is(err, errChanged):
		return false
	case ctx.Err() != nil:
		return true
	case err != nil:
		ps.add("", 0, "%v", err)
		show(ps, nil)
	default:
		show(r.Problems, r)
	}
	return true
}

func (w *watcher) read() (*Challenge, error) {
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return Read(root.FS())
}

// verify stops with errChanged as soon as a file changes: what is graded by then is remembered.
func (w *watcher) verify(ctx context.Context, c *Challenge, seen string) (*VerifyResult, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { // ends at a change, or when the verification is over
		if w.changed(ctx, seen) {
			cancel(errChanged)
		}
	})
	r, err := Verify(ctx, c, w.grader, w.options.Verify)
	cancel(nil)
	wg.Wait()
	if err != nil && context.Cause(ctx) == errChanged {
		return nil, errChanged
	}
	return r, err
}

// changed waits until the folder is not as it was seen; false when ctx ends first.
func (w *watcher) changed(ctx context.Context, seen string) bool {
	tick := time.NewTicker(w.options.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
		if now, err := w.stamp(); err != nil || now != seen {
			return true
		}
	}
}

// settled waits until the folder stays the same for a moment: editors write a file in several steps.
func (w *watcher) settled(ctx context.Context) (string, error) {
	before, err := w.stamp()
	for err == nil {
		select {
		case <-ctx.Done():
			return before, nil
		case <-time.After(w.options.Every / 5):
		}
		var now string
		if now, err = w.stamp(); now == before {
			break
		}
		before = now
	}
	return before, err
}

// stamp is another text whenever a file is.
func (w *watcher) stamp() (string, error) {
	var b strings.Builder
	err := fs.WalkDir(os.DirFS(w.dir), ".", func(name string, d fs.DirEntry, err error) error {
		if name == "." {
			return err
		}
		if err != nil {
			return nil // it has just gone
		}
		if strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			fmt.Fprintln(&b, name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String(), err
}

// memory keeps what became of answers, for as long as they are judged by the same tests. A nil memory keeps nothing.
type memory struct {
	spec    checks.Spec
	answers map[string]AnswerResult // by file
}

// judge forgets everything when s is not what the answers were judged by.
func (m *memory) judge(s *checks.Spec) {
	spec := *s
	spec.Version = "" // changes with every file
	if m.answers == nil || !reflect.DeepEqual(spec, m.spec) {
		m.spec, m.answers = spec, map[string]AnswerResult{}
	}
}

func (m *memory) knows(file string) bool {
	if m == nil {
		return false
	}
	_, ok := m.answers[file]
	return ok
}

func (m *memory) keep(r AnswerResult) {
	if m != nil {
		m.answers[r.File] = r
	}
}

// recall fills in what became of an answer that has not changed since.
func (m *memory) recall(r *AnswerResult) bool {
	if !m.knows(r.File) || m.answers[r.File].answer.Source != r.answer.Source {
		return false
	}
	*r = m.answers[r.File]
	return true
}
