package link

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

func TestMain(m *testing.M) {
	os.Unsetenv("ASSAY_COMPANION")
	if dir := os.Getenv("ASSAY_TEST_KERNEL"); dir != "" {
		recordUntilKilled(dir)
	}
	before := runtime.NumGoroutine()
	code := m.Run()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); code == 0 && n > before {
		stacks := make([]byte, 1<<18)
		fmt.Fprintf(os.Stderr, "%d goroutines left\n%s\n", n-before, stacks[:runtime.Stack(stacks, true)])
		code = 1
	}
	os.Exit(code)
}

const token = "secret"

// peer is a companion that keeps events in memory and does what a test tells it to do.
type peer struct {
	t      *testing.T
	server *httptest.Server

	mu      sync.Mutex
	events  map[string][]session.Event // by source, in order of arrival
	hellos  []session.Hello
	conns   map[*Conn]bool
	newest  map[string]speaker // by source
	refuse  string             // Welcome.Error
	refuses string             // the challenge that is refused; "" with refuse: every one
	mute    string             // the challenge whose Hello is not answered
	breaks  int                // cut the connection after so many events; 0 = never
	deaf    bool               // take events and acknowledge nothing
	answers map[string]session.Feedback
	wg      sync.WaitGroup
}

func newPeer(t *testing.T) *peer {
	p := &peer{t: t, events: map[string][]session.Event{}, conns: map[*Conn]bool{}, newest: map[string]speaker{}, answers: map[string]session.Feedback{}}
	p.server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(func() {
		p.cut()
		p.server.Close()
		p.wg.Wait()
	})
	return p
}

// home is a folder whose companion.json points here.
func (p *peer) home() string {
	dir := p.t.TempDir()
	p.adopt(dir)
	return dir
}

func (p *peer) adopt(dir string) {
	if err := WriteAddress(dir, Address{URL: p.server.URL, Token: token, PID: os.Getpid()}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == HealthPath {
		fmt.Fprintf(w, `{"assay":"companion","pid":%d}`, os.Getpid())
		return
	}
	conn, err := AcceptAgent(w, r, token, 16<<20)
	if err != nil {
		return
	}
	p.wg.Add(1)
	defer p.wg.Done()
	defer conn.Close(CloseNormal, "")
	p.mu.Lock()
	p.conns[conn] = true
	p.mu.Unlock()
	var up session.Up
	if conn.Read(&up) != nil || up.Hello == nil {
		return
	}
	defer p.takeOver(conn, up.Hello.Source)()
	if !p.greet(conn, *up.Hello) {
		return
	}
	for n := 1; ; n++ {
		var m session.Up
		if conn.Read(&m) != nil || !p.take(conn, up.Hello.Source, *m.Event, n) {
			return
		}
	}
}

// takeOver ends an earlier connection of the same source, as the companion does: what a killed kernel has sent may still be
// on its way when the next one comes. Call what it returns when the connection ends.
func (p *peer) takeOver(conn *Conn, source string) (end func()) {
	mine := speaker{conn, make(chan struct{})}
	p.mu.Lock()
	old, talks := p.newest[source]
	p.newest[source] = mine
	p.mu.Unlock()
	if talks {
		old.conn.Close(CloseReplaced, "")
		<-old.ended
	}
	return func() { close(mine.ended) }
}

// speaker is the newest connection of a source.
type speaker struct {
	conn  *Conn
	ended chan struct{}
}

func (p *peer) greet(conn *Conn, h session.Hello) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hellos = append(p.hellos, h)
	if p.mute != "" && h.Challenge == p.mute {
		return true
	}
	w := &session.Welcome{Session: "s", LastSrcSeq: uint64(len(p.events[h.Source])), Error: p.refuse}
	if p.refuses != "" && h.Challenge == p.refuses {
		w.Error = "no such challenge"
	}
	if conn.Write(session.Down{Welcome: w}) != nil || w.Error != "" {
		return false
	}
	for _, request := range h.Pending {
		if fb, ok := p.answers[request]; ok && conn.Write(session.Down{Feedback: &fb}) != nil {
			return false
		}
	}
	return true
}

func (p *peer) take(conn *Conn, source string, e session.Event, n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if want := uint64(len(p.events[source]) + 1); e.SrcSeq != want {
		p.t.Errorf("%s: event %d came where %d is due", source, e.SrcSeq, want)
		return false
	}
	p.events[source] = append(p.events[source], e)
	if p.breaks > 0 && n >= p.breaks {
		return false // stored and not acknowledged
	}
	return p.deaf || conn.Write(session.Down{Ack: e.SrcSeq}) == nil
}

func (p *peer) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		go c.Close(CloseGoing, "")
	}
	p.conns = map[*Conn]bool{}
}

func (p *peer) count(source string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.events[source])
}

func quiet() *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return slog.New(slog.NewTextHandler(io.Discard, nil))
}

func client(t *testing.T, home string, change func(*Config)) *Client {
	t.Helper()
	cfg := Config{Home: home, Hello: session.Hello{Challenge: "warm-up", Instance: "nb"}, Logger: quiet(), Retry: 50 * time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	c, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, c, 0) })
	return c
}

// shut closes c with a patience.
func shut(t *testing.T, c *Client, patience time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.Close(ctx); err != nil {
		t.Error(err)
	}
}

func record(t *testing.T, c *Client, n int) {
	t.Helper()
	for i := range n {
		e, err := session.NewEvent(session.KindCellStarted, fmt.Sprint("r", i), "", session.CellStarted{Code: fmt.Sprint("x = ", i)})
		if err != nil {
			t.Fatal(err)
		}
		c.Record(e)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: ", what)
		}
	}
}

func spools(t *testing.T, home string) int {
	t.Helper()
	files, err := os.ReadDir(home + "/spool")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// stuckLog is a log that waits until it is free, if what it is to write is of its level.
type stuckLog struct {
	level         slog.Level
	reached, free chan struct{}
}

func newStuckLog(level slog.Level) *stuckLog {
	return &stuckLog{level, make(chan struct{}, 1), make(chan struct{})}
}

func (l *stuckLog) Enabled(_ context.Context, level slog.Level) bool { return level == l.level }
func (l *stuckLog) WithAttrs([]slog.Attr) slog.Handler               { return l }
func (l *stuckLog) WithGroup(string) slog.Handler                    { return l }
func (l *stuckLog) Handle(context.Context, slog.Record) error {
	kick(l.reached)
	<-l.free
	return nil
}
