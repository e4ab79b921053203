package kernel

import (
	"context"
	"os"
	"strconv"
	"time"
)

// parentGone is closed when the process that started us has died; nobody would stop us then. Only a launcher that named
// itself in JPY_PARENT_PID is watched: elsewhere a kernel may well outlive the shell it was started from. The watch ends
// with ctx.
func parentGone(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	launcher, err := strconv.Atoi(os.Getenv("JPY_PARENT_PID"))
	first := os.Getppid()
	if err != nil || launcher <= 1 || first == 1 {
		return gone
	}
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if now := os.Getppid(); now != first && (first == launcher || now == 1) {
					close(gone)
					return
				}
			}
		}
	}()
	return gone
}
