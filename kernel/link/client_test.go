package link

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

func TestEverythingIsDeliveredAndTheSpoolGoes(t *testing.T) {
	p := newPeer(t)
	home := p.home()
	c := client(t, home, nil)
	record(t, c, 1000)
	shut(t, c, time.Minute)
	if n := p.count(c.Source()); n != 1000 {
		t.Errorf("%d events arrived", n)
	}
	if n := spools(t, home); n != 0 {
		t.Errorf("%d spools left", n)
	}
	if _, ok := <-drain(c); ok {
		t.Error("Events is open after Close")
	}
}

func drain(c *Client) <-chan session.Down {
	for range c.Events() {
	}
	return c.Events()
}

func TestBrokenConnectionsLoseAndRepeatNothing(t *testing.T) {
	p := newPeer(t)
	p.breaks = 37
	c := client(t, p.home(), nil)
	record(t, c, 500)
	eventually(t, "500 events", func() bool { return p.count(c.Source()) == 500 }) // take checks the order
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.hellos) < 500/37 {
		t.Errorf("only %d connections", len(p.hellos))
	}
}

func TestNoCompanionLosesNothing(t *testing.T) {
	home := t.TempDir()
	c := client(t, home, nil)
	record(t, c, 50)
	shut(t, c, 50*time.Millisecond)
	if n := spools(t, home); n != 1 {
		t.Fatalf("%d spools kept, want 1", n)
	}
	p := newPeer(t) // a companion comes, and another kernel of the notebook
	p.adopt(home)
	next := client(t, home, nil)
	record(t, next, 1)
	eventually(t, "both kernels' events", func() bool { return p.count(c.Source()) == 50 && p.count(next.Source()) == 1 })
	p.mu.Lock()
	first := p.hellos[0].Source
	p.mu.Unlock()
	if first != c.Source() {
		t.Error("the earlier kernel's events came after the later one's")
	}
	eventually(t, "the old spool gone", func() bool { return spools(t, home) == 1 })
}

func TestEmptyAndRefusedSpoolsAreNotKeptForEver(t *testing.T) {
	home := t.TempDir()
	left := func(challenge string, events int, age time.Duration) string {
		s, err := session.CreateSpool(home+"/spool", session.Hello{Challenge: challenge, Protocol: session.LinkProtocol}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range events {
			if _, err := s.Append(session.Event{Kind: session.KindKernelEnded}); err != nil {
				t.Fatal(err)
			}
		}
		path := home + "/spool/" + s.Source + ".jsonl"
		then := time.Now().Add(-age)
		if err := errors.Join(s.Close(), os.Chtimes(path, then, then)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty, old, recent := left("gone", 0, 0), left("gone", 2, 60*24*time.Hour), left("gone", 2, time.Hour)
	p := newPeer(t)
	p.refuses = "gone"
	p.adopt(home)
	client(t, home, nil)
	exists := func(path string) bool { _, err := os.Stat(path); return err == nil }
	eventually(t, "two spools deleted", func() bool { return !exists(empty) && !exists(old) })
	if !exists(recent) {
		t.Error("a spool of an hour ago was deleted unread")
	}
}

func TestPendingFeedbackIsAskedForAgain(t *testing.T) {
	p := newPeer(t)
	c := client(t, p.home(), nil)
	e, err := session.NewEvent(session.KindCellFinished, "judged", "", session.CellFinished{Status: "ok", Judge: true})
	if err != nil {
		t.Fatal(err)
	}
	c.Record(e)
	eventually(t, "the event", func() bool { return p.count(c.Source()) == 1 })
	p.mu.Lock()
	p.answers["judged"] = session.Feedback{Request: "judged", Final: true}
	p.mu.Unlock()
	p.cut()
	for d := range c.Events() {
		if d.Feedback != nil && d.Feedback.Request == "judged" {
			break
		}
	}
	p.cut()
	eventually(t, "a third connection", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.hellos) >= 3 && len(p.hellos[len(p.hellos)-1].Pending) == 0
	})
}

func TestRefusedSessionEndsQuietly(t *testing.T) {
	p := newPeer(t)
	p.refuse = "no such challenge"
	home := p.home()
	c := client(t, home, nil)
	if d := <-c.Events(); d.Welcome == nil || d.Welcome.Error != "no such challenge" {
		t.Errorf("heard %+v", d)
	}
	record(t, c, 3)
	began := time.Now()
	shut(t, c, time.Minute)
	if time.Since(began) > 30*time.Second {
		t.Error("Close waited for a companion that will never acknowledge")
	}
	if n := spools(t, home); n != 0 {
		t.Errorf("%d spools left", n)
	}
}

// A program that spoke in the kernel's name has taken the numbers of its next events. They are not counted as delivered.
func TestTakenNumbersLoseNothing(t *testing.T) {
	p := newPeer(t)
	home := p.home()
	c := client(t, home, nil)
	record(t, c, 3)
	eventually(t, "three events", func() bool { return p.count(c.Source()) == 3 })
	p.mu.Lock()
	p.events[c.Source()] = append(p.events[c.Source()], make([]session.Event, 5)...)
	p.mu.Unlock()
	p.cut()
	for d := range c.Events() {
		if d.Welcome != nil && strings.Contains(d.Welcome.Error, "restart the kernel") {
			break
		}
	}
	record(t, c, 2)
	shut(t, c, 100*time.Millisecond)
	if n := spools(t, home); n != 1 || p.count(c.Source()) != 8 {
		t.Errorf("%d spools are left, the companion has %d events", n, p.count(c.Source()))
	}
}

func TestStartIsCalledByOneKernel(t *testing.T) {
	home := t.TempDir()
	p := newPeer(t)
	var starts atomic.Int32
	begin := func(cfg *Config) {
		cfg.Start = func(context.Context) error {
			starts.Add(1)
			time.Sleep(100 * time.Millisecond)
			p.adopt(home)
			return nil
		}
	}
	var all []*Client
	for range 5 {
		c := client(t, home, begin)
		record(t, c, 1)
		all = append(all, c)
	}
	eventually(t, "five deliveries", func() bool {
		for _, c := range all {
			if p.count(c.Source()) != 1 {
				return false
			}
		}
		return true
	})
	if n := starts.Load(); n != 1 {
		t.Errorf("started %d times", n)
	}
}

func TestAForeignPortIsNoCompanion(t *testing.T) {
	stranger := httptest.NewServer(http.NotFoundHandler())
	defer stranger.Close()
	home := t.TempDir()
	if err := WriteAddress(home, Address{URL: stranger.URL, Token: token, PID: 1}); err != nil {
		t.Fatal(err)
	}
	p := newPeer(t)
	c := client(t, home, func(cfg *Config) {
		cfg.Start = func(context.Context) error { p.adopt(home); return nil }
	})
	record(t, c, 1)
	eventually(t, "the event at the new companion", func() bool { return p.count(c.Source()) == 1 })
}

func TestEnvironmentNamesTheCompanion(t *testing.T) {
	p := newPeer(t)
	t.Setenv("ASSAY_COMPANION", strings.TrimPrefix(p.server.URL, "http://"))
	t.Setenv("ASSAY_TOKEN", token)
	c := client(t, t.TempDir(), nil)
	record(t, c, 1)
	eventually(t, "the event", func() bool { return p.count(c.Source()) == 1 })
}

func TestRecordDoesNotWait(t *testing.T) {
	p := newPeer(t)
	p.deaf = true
	log := newStuckLog(slog.LevelError)
	c := client(t, p.home(), func(cfg *Config) { cfg.Logger = slog.New(log) })
	c.Record(session.Event{Kind: "nonsense"}) // the spooler logs that it drops it, and is stuck there
	<-log.reached
	big := session.CellStarted{Code: strings.Repeat("x", 200<<10)}
	e, err := session.NewEvent(session.KindCellStarted, "r", "", big)
	if err != nil {
		t.Fatal(err)
	}
	recorded := make(chan bool)
	go func() {
		defer close(recorded)
		for range 60 {
			c.Record(e)
		}
	}()
	select {
	case <-recorded:
	case <-time.After(30 * time.Second):
		t.Error("Record waits for the disk")
	}
	if n := c.spool.Len(); n != 0 {
		t.Errorf("%d events were spooled: the test does not test", n)
	}
	close(log.free)
	<-recorded
	eventually(t, "a full window", func() bool { return p.count(c.Source()) >= 40 })
	time.Sleep(50 * time.Millisecond)
	if n := p.count(c.Source()); n > 42 {
		t.Errorf("%d events of 200 KiB were sent without an acknowledgement", n)
	}
}

// recordUntilKilled is the child of TestKilledKernelsEventsArrive.
func recordUntilKilled(home string) {
	c, err := Open(Config{Home: home, Hello: session.Hello{Challenge: "warm-up", Instance: "nb"},
		Logger: slog.New(slog.DiscardHandler), Retry: 50 * time.Millisecond})
	if err != nil {
		panic(err)
	}
	fmt.Println("source", c.Source())
	for i := 0; ; i++ {
		e, _ := session.NewEvent(session.KindCellStarted, fmt.Sprint("r", i), "", session.CellStarted{Code: strings.Repeat("y", i%500)})
		c.Record(e)
		if i%20 == 19 {
			time.Sleep(time.Millisecond)
		}
		if n := c.spool.Len(); i%100 == 99 {
			fmt.Println("spooled", n)
		}
	}
}

func TestKilledKernelsEventsArrive(t *testing.T) {
	p := newPeer(t)
	home := p.home()
	spooled := map[string]int{}
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "ASSAY_TEST_KERNEL="+home)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		source, n := "", 0
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if source == "" { // it has started
				time.AfterFunc(300*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
			if s, ok := strings.CutPrefix(lines.Text(), "source "); ok {
				source = s
			}
			_, _ = fmt.Sscanf(lines.Text(), "spooled %d", &n) // other lines keep n
		}
		_ = cmd.Wait() // killed
		spooled[source] = n
	}
	last := client(t, home, nil) // delivers what is left
	record(t, last, 1)
	eventually(t, "no spool but our own", func() bool { return spools(t, home) == 1 })
	for source, n := range spooled {
		if got := p.count(source); source == "" || got < n {
			t.Errorf("%s: %d spooled, %d arrived", source, n, got)
		}
	}
}

func TestConnLimits(t *testing.T) {
	var got error
	done := make(chan struct{})
	p := newPeer(t)
	p.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		conn, err := AcceptAgent(w, r, token, 1000)
		if err != nil {
			got = err
			return
		}
		defer conn.Close(CloseNormal, "")
		var v any
		got = conn.Read(&v)
	})
	conn, err := Dial(t.Context(), strings.Replace(p.server.URL, "http", "ws", 1)+"/k", token, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(CloseNormal, "")
	_ = conn.Write(strings.Repeat("z", 5000)) // the peer may have closed by the end of it
	<-done
	if !errors.Is(got, ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", got)
	}
}

func TestAgentURL(t *testing.T) {
	tests := []struct{ in, want string }{
		{"127.0.0.1:8799", "ws://127.0.0.1:8799/k"},
		{"http://127.0.0.1:8799", "ws://127.0.0.1:8799/k"},
		{"https://hub.example/services/assay/", "wss://hub.example/services/assay/k"},
		{"ftp://x", ""}, {"", ""}, {"http://", ""},
	}
	for _, tt := range tests {
		got, err := agentURL(tt.in)
		if got != tt.want || (tt.want == "") != (err != nil) {
			t.Errorf("%q gives %q, %v", tt.in, got, err)
		}
	}
}
