package wire

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// childEnv names the role that this test binary plays as a child process.
const childEnv = "WIRE_TEST_ROLE"

// role starts this binary again to run only the calling test, which then does what the role says.
func role(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	return cmd
}

func openFiles(t *testing.T) int {
	t.Helper()
	e, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc/self/fd here")
	}
	return len(e)
}

// Clients that come and go under traffic leave nothing behind: no goroutine, no file descriptor, no entry in a table.
func TestChurn(t *testing.T) {
	before := openFiles(t)
	var opened, closed, topics atomic.Int64
	count := Handler{
		Open:  func(*Peer) { opened.Add(1) },
		Close: func(*Peer, error) { closed.Add(1) },
		Subscribe: func(_ *Peer, _ []byte, on, _ bool) {
			if on {
				topics.Add(1)
			} else {
				topics.Add(-1)
			}
		},
	}
	pub := listenPub(t, count, Options{})
	echo := count
	echo.Message = func(p *Peer, f Frames) { p.SendFrom(p, f) }
	router := listenRouter(t, echo, Options{})
	stop := make(chan struct{})
	var wg, publisher sync.WaitGroup
	publisher.Go(func() {
		for f := jupyterMessage(); ; pub.Publish(f) {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Microsecond):
			}
		}
	})
	const clients, each = 4, 125 // two connections a round
	for g := range clients {
		wg.Go(func() {
			for i := range each {
				comeAndGo(t, router, pub, fmt.Sprint("client", g), i)
			}
		})
	}
	wg.Wait()
	close(stop)
	publisher.Wait()
	eventually(t, "every peer is gone", func() bool { return router.Peers()+pub.Peers() == 0 && opened.Load() == closed.Load() })
	// Of a client that waits for nothing the connection may end before its handshake, unseen.
	if n := opened.Load(); n < 2*clients*each*8/10 || n > 2*clients*each {
		t.Errorf("%d of %d peers were seen", n, 2*clients*each)
	}
	if n := topics.Load(); n != 0 || len(pub.topics) != 0 || len(router.byID) != 0 || router.Peers()+pub.Peers() != 0 {
		t.Errorf("left: %d topics in the handler, %d in the table, %d identities, %d peers", n, len(pub.topics), len(router.byID), router.Peers()+pub.Peers())
	}
	pub.Close(0)
	router.Close(0)
	if left := leftover(patience); left != "" {
		t.Errorf("goroutines left:\n%s", left)
	}
	eventually(t, "file descriptors are closed", func() bool { return openFiles(t) <= before })
}

// comeAndGo is one client; every third leaves without a word and every fifth while messages are under way.
func comeAndGo(t *testing.T, router, pub *Listener, id string, i int) {
	replies := make(chan Frames, 16)
	d, err := DialDealer(t.Context(), router.Endpoint(), []byte(id), Handler{Message: func(_ *Peer, f Frames) { replies <- f }}, Options{})
	if err != nil {
		t.Error(err)
		return
	}
	got := make(chan struct{}, 1)
	s, err := DialSub(t.Context(), pub.Endpoint(), [][]byte{{}}, Handler{Message: func(*Peer, Frames) {
		select {
		case got <- struct{}{}:
		default:
		}
	}}, Options{})
	if err != nil {
		t.Error(err)
		return
	}
	for range 3 {
		d.Send(jupyterMessage())
	}
	if i%5 != 0 {
		for range 3 {
			<-replies
		}
		<-got
	}
	linger := time.Second
	if i%3 == 0 {
		linger = 0
	}
	d.Close(linger)
	s.Close(linger)
	<-d.Done()
	<-s.Done()
}

// When the process has no file descriptor left, accepting rests instead of burning a core, and goes on afterwards.
func TestNoFileDescriptors(t *testing.T) {
	if os.Getenv(childEnv) == "starved" {
		starve(t)
		return
	}
	cmd := role(t, "starved")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := cmd.StdinPipe()
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	endpoint := ""
	for endpoint == "" && lines.Scan() {
		endpoint, _ = strings.CutPrefix(lines.Text(), "at ")
		if !strings.HasPrefix(endpoint, "tcp://") {
			endpoint = ""
		}
	}
	reply := make(chan Frames, 1)
	p := make(chan *Peer, 1)
	go func() {
		c, err := DialDealer(t.Context(), endpoint, nil, Handler{Message: func(_ *Peer, f Frames) { reply <- f }}, Options{})
		if err != nil {
			t.Error(err)
		}
		p <- c
	}()
	time.Sleep(200 * time.Millisecond)
	fmt.Fprintln(in, "connected")
	c := recv(t, p)
	defer func() { c.Close(0); <-c.Done() }()
	c.Send(Frames{[]byte("hello")})
	recv(t, reply)
	in.Close()
	var rest strings.Builder
	for lines.Scan() {
		rest.WriteString(lines.Text() + "\n")
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v:\n%s", err, rest.String())
	}
}

// starve is the child: it takes all descriptors, measures its idle CPU time, and gives them back.
func starve(t *testing.T) {
	l := listenRouter(t, Handler{Message: func(p *Peer, f Frames) { p.Send(f) }}, Options{})
	stdin := bufio.NewReader(os.Stdin)
	lim := syscall.Rlimit{Cur: 32, Max: 32}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		t.Fatal(err)
	}
	var taken []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		taken = append(taken, f)
	}
	fmt.Println("at " + l.Endpoint())
	stdin.ReadString('\n')
	used := time.Hour
	for end := time.Now().Add(patience); used > 100*time.Millisecond && time.Now().Before(end); { // it may not have come to rest yet
		before := cpu()
		time.Sleep(time.Second)
		used = min(used, cpu()-before)
	}
	if used > 100*time.Millisecond {
		t.Errorf("at least %v of CPU time in 1 s while waiting for file descriptors", used)
	}
	if l.Peers() != 0 {
		t.Error("a peer was accepted without descriptors: the test does not test")
	}
	for _, f := range taken {
		f.Close()
	}
	stdin.ReadString('\n')
}
