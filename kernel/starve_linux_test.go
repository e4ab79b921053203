package kernel

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
	"golang.org/x/sys/unix"
)

// cpuTime is what a process has used so far.
func cpuTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var user, system int64
	fmt.Sscan(f[11], &user)
	fmt.Sscan(f[12], &system)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// quietest is what a process uses in 2 s once it has come to rest, if it ever does.
func quietest(t *testing.T, pid int) time.Duration {
	t.Helper()
	least := time.Hour
	for end := time.Now().Add(30 * time.Second); least > 200*time.Millisecond && time.Now().Before(end); {
		before := cpuTime(t, pid)
		time.Sleep(2 * time.Second)
		least = min(least, cpuTime(t, pid)-before)
	}
	return least
}

// crowd opens n connections of a kind to a channel, all at once, and returns how to close them again.
func crowd(t *testing.T, file protocol.ConnectionFile, n int, kind string) (leave func()) {
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var mu sync.Mutex
	var closers []func()
	for i := range n {
		wg.Go(func() {
			var shut func()
			if kind == "silent" {
				conn, err := net.Dial("tcp", strings.TrimPrefix(file.Endpoint(protocol.Shell), "tcp://"))
				if err != nil {
					return
				}
				shut = func() { conn.Close() }
			} else {
				p, err := wire.DialDealer(ctx, file.Endpoint(protocol.Shell), []byte(fmt.Sprint("crowd", i)), wire.Handler{}, wire.Options{})
				if err != nil {
					return
				}
				shut = func() { p.Close(0); <-p.Done() }
			}
			mu.Lock()
			closers = append(closers, shut)
			mu.Unlock()
		})
	}
	return func() {
		stop()
		wg.Wait()
		for _, shut := range closers {
			shut()
		}
	}
}

// A kernel whose file descriptors are used up goes on for the clients that it has, burns no processor, and takes new
// clients when there are descriptors again.
func TestKernelWithoutDescriptors(t *testing.T) {
	for _, kind := range []string{"silent", "clients"} {
		t.Run(kind, func(t *testing.T) {
			l := launch(t, newConnectionFile(t))
			c := dialClient(t, l.file, "a")
			c.ready()
			pid := l.cmd.Process.Pid
			const limit = 64
			if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: limit}, nil); err != nil {
				t.Fatal(err)
			}
			leave := crowd(t, l.file, 2*limit, kind)
			time.Sleep(time.Second)
			if used := quietest(t, pid); used > 200*time.Millisecond {
				t.Errorf("at least %v of processor time in 2 s", used)
			}
			if got := c.eval("print('served')"); got != "served" {
				t.Errorf("a client that was there got %q", got)
			}
			leave()
			start := time.Now()
			n := dialClient(t, l.file, "new")
			n.ready()
			t.Logf("a new client waited %v", time.Since(start))
			if got := n.eval("print('new')"); got != "new" {
				t.Errorf("the new client got %q", got)
			}
		})
	}
}
