package notebooks

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
)

// counting is a scripted grader that notes what it grades, and may wait with it.
type counting struct {
	read func() *Challenge
	hold func(context.Context, string)

	mu     sync.Mutex
	graded []string // first lines
}

func (g *counting) Grade(ctx context.Context, s *checks.Spec, sub checks.Submission, o checks.Options) (*report.Report, error) {
	source := sub.Cells[0].Source
	if g.hold != nil {
		g.hold(ctx, source)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	g.graded = append(g.graded, source)
	g.mu.Unlock()
	return scripted{challenge: g.read()}.Grade(ctx, s, sub, o)
}

// take returns what was graded since.
func (g *counting) take() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer func() { g.graded = nil }()
	return g.graded
}

type shown struct {
	problems Problems
	result   *VerifyResult
}

// watched is a folder that Watch looks at.
type watched struct {
	t      *testing.T
	dir    string
	grader *counting
	shown  chan shown
}

func startWatch(t *testing.T, hold func(context.Context, string)) *watched {
	t.Helper()
	w := &watched{t: t, dir: filepath.Join(t.TempDir(), warmUp), shown: make(chan shown, 100)}
	for name, f := range warmUpFiles(t) {
		w.write(name, string(f.Data))
	}
	w.grader = &counting{hold: hold, read: func() *Challenge {
		c, err := Read(os.DirFS(w.dir))
		if err != nil {
			t.Error(err)
		}
		return c
	}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { // ends with the test
		done <- Watch(ctx, w.dir, w.grader, WatchOptions{Verify: VerifyOptions{Seeds: 1}, Every: 20 * time.Millisecond,
			Show: func(ps Problems, r *VerifyResult) { w.shown <- shown{ps, r} }})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Watch ended with %v", err)
		}
	})
	return w
}

func (w *watched) write(name, text string) {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// append adds text to a file.
func (w *watched) append(name, text string) {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	w.write(name, string(b)+text)
}

// next is what is shown next.
func (w *watched) next() shown {
	w.t.Helper()
	select {
	case s := <-w.shown:
		return s
	case <-time.After(20 * time.Second):
		w.t.Fatal("nothing is shown")
		panic("unreachable")
	}
}

// verified waits for a result.
func (w *watched) verified() *VerifyResult {
	w.t.Helper()
	for {
		if s := w.next(); s.result != nil {
			return s.result
		}
	}
}

// besides the answers the starter is graded, and the reference with wrong values.
const besides = 2

func TestWatchGradesWhatChanged(t *testing.T) {
	w := startWatch(t, nil)
	if s := w.next(); s.result != nil || len(s.problems) != 0 {
		t.Fatalf("shown at once: %+v", s)
	}
	first := w.verified()
	if all := len(w.grader.take()); !first.OK || all != besides+len(first.Answers) {
		t.Fatalf("%d gradings, ok %v\n%v", all, first.OK, first.Problems)
	}

	w.append("traps/no_clamp.py", "# edited\n")
	r := w.verified()
	if got := w.grader.take(); len(got) != 1 || !strings.HasSuffix(got[0], "# edited\n") {
		t.Errorf("after the edit of a trap %d answers are graded", len(got))
	}
	if !r.OK || len(r.Answers) != len(first.Answers) || !slices.EqualFunc(r.Classes, first.Classes,
		func(a, b ClassResult) bool { return a.Kills == b.Kills && a.Cases == b.Cases }) {
		t.Errorf("the result is not whole: %+v\n%v", r.Classes, r.Problems)
	}

	w.append("design.md", "\nMore.\n")
	w.verified()
	if got := w.grader.take(); len(got) != 0 {
		t.Errorf("after the edit of design.md %d answers are graded", len(got))
	}

	w.append("tests.py", "# edited\n")
	w.verified()
	if got := w.grader.take(); len(got) != besides+len(first.Answers) {
		t.Errorf("after the edit of tests.py %d answers are graded", len(got))
	}
}

func TestWatchShowsWhatIsMissing(t *testing.T) {
	w := startWatch(t, nil)
	w.verified()
	w.append("prompt.md", "")
	w.write(".prompt.md.swp", "of an editor")
	if err := os.Remove(filepath.Join(w.dir, "clarify.md")); err != nil {
		t.Fatal(err)
	}
	for {
		s := w.next()
		if len(s.problems) == 0 {
			continue // of the first write
		}
		if s.result != nil || s.problems.Error() != "clarify.md: this file is missing" {
			t.Errorf("shown: %+v", s)
		}
		return
	}
}

func TestWatchStartsAgainWhenAFileChangesMeanwhile(t *testing.T) {
	reached := make(chan struct{})
	var once sync.Once
	w := startWatch(t, func(ctx context.Context, source string) {
		if strings.Contains(source, "# slow") {
			once.Do(func() { close(reached) })
			<-ctx.Done()
		}
	})
	w.verified()
	w.grader.take()
	trap, err := os.ReadFile(filepath.Join(w.dir, "traps/no_clamp.py"))
	if err != nil {
		t.Fatal(err)
	}
	w.append("traps/no_clamp.py", "# slow\n")
	select {
	case <-reached:
	case <-time.After(20 * time.Second):
		t.Fatal("the edited trap is not graded")
	}
	w.write("traps/no_clamp.py", string(trap)+"# quick\n")
	if r := w.verified(); !r.OK {
		t.Errorf("problems:\n%v", r.Problems)
	}
	if got := w.grader.take(); len(got) != 1 || !strings.HasSuffix(got[0], "# quick\n") {
		t.Errorf("%d answers are graded", len(got))
	}
}

func TestWatchWithoutFolder(t *testing.T) {
	err := Watch(t.Context(), filepath.Join(t.TempDir(), "none"), scripted{}, WatchOptions{})
	if err == nil || !strings.HasPrefix(err.Error(), "watching ") {
		t.Errorf("got %v", err)
	}
}
