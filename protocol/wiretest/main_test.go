package wiretest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	BecomeKernel()
	code := m.Run()
	if left := leftover(5 * time.Second); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "goroutines left over:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftover returns the stacks of the sockets' goroutines that do not end in time.
func leftover(wait time.Duration) string {
	for end := time.Now().Add(wait); ; time.Sleep(10 * time.Millisecond) {
		buf := make([]byte, 1<<20)
		all := string(buf[:runtime.Stack(buf, true)])
		if !strings.Contains(all, "kernel/wire.") {
			return ""
		}
		if time.Now().After(end) {
			return all
		}
	}
}
