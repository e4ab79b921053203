package wire

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// resident reads a value in bytes, VmRSS or VmHWM, of this process.
func resident(t *testing.T, name string) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc/self/status here")
	}
	_, after, _ := strings.Cut(string(b), name+":")
	kb := 0
	if _, err := fmt.Sscan(after, &kb); err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

// A 200 MB message is held once while it is relayed, a second one reuses its memory, and afterwards it is given back.
// The relay runs in a process of its own, the ends of the conversation in this one.
func TestLargeMessageMemory(t *testing.T) {
	const size = 200 << 20
	if raceDetector {
		t.Skip("the race detector's own memory is several times that of the program")
	}
	if os.Getenv(childEnv) == "relay" {
		relayLarge(t, size)
		return
	}
	cmd := role(t, "relay")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		if strings.Contains(line, "MB") {
			t.Log(strings.TrimSpace(line))
		}
	}
}

// relayLarge relays from a publisher to a subscriber that are raw connections and hold nothing.
func relayLarge(t *testing.T, size int) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); ReleaseMemory(ctx) }()
	in := newInbox()
	pub := listenPub(t, in.handler(), Options{})
	queued := func() (n int64) {
		pub.mu.RLock()
		defer pub.mu.RUnlock()
		for p := range pub.peers {
			n += p.Queued()
		}
		return n
	}
	router := listenRouter(t, Handler{Message: func(p *Peer, f Frames) { pub.PublishFrom(p, f) }}, Options{})
	sink := rawPeer(t, pub, zmq4.Sub, "")
	sink.Write([]byte{0, 1, 1})
	recv(t, in.topics)
	src := rawPeer(t, router, zmq4.Dealer, "src")
	runtime.GC()
	base := resident(t, "VmRSS")
	block := make([]byte, 1<<20)
	for round := range 5 {
		finished := make(chan error, 1)
		go func() {
			buf := make([]byte, 1<<20)
			for got := 0; got < size+9; {
				n, err := sink.Read(buf)
				if got += n; err != nil {
					finished <- err
					return
				}
			}
			finished <- nil
		}()
		src.Write(long(0, uint64(size)))
		for range size / len(block) {
			src.Write(block)
		}
		if err := <-finished; err != nil {
			t.Fatal(err)
		}
		eventually(t, "the message is let go", func() bool { return queued() == 0 })
		peak := resident(t, "VmHWM") - base
		t.Logf("after message %d: peak %d MB over the start, %.2f messages", round+1, peak>>20, float64(peak)/float64(size))
		if limit := size + size/10; peak > limit {
			t.Errorf("message %d: peak of %d MB, at most %d wanted", round+1, peak>>20, limit>>20)
		}
	}
	eventually(t, "the memory is given back", func() bool { return resident(t, "VmRSS")-base < 40<<20 })
	t.Logf("%d MB over the start at the end", (resident(t, "VmRSS")-base)>>20)
	cancel()
	<-done
}

// An announced length costs nothing until the bytes come.
func TestClaimedLength(t *testing.T) {
	in := newInbox()
	l := listenRouter(t, in.handler(), Options{})
	before := heldMemory()
	for range 20 {
		c := rawPeer(t, l, zmq4.Dealer, "")
		c.Write(long(0, 1<<30))
		c.Write(make([]byte, 100<<10))
		recv(t, in.opened)
	}
	time.Sleep(100 * time.Millisecond)
	if grown := int64(heldMemory()) - int64(before); grown > 60<<20 {
		t.Errorf("20 claims of 1 GB cost %d MB", grown>>20)
	}
}
