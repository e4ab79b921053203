package wire

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// largeRead is signalled when a frame of at least largeAlloc bytes is read.
var largeRead = make(chan struct{}, 1)

// beforeLarge is called before a large allocation. The collector would let the heap double first, and the hole that the
// previous large message leaves need not fit the next one. Giving it back costs less than the frame takes to arrive.
func beforeLarge() {
	debug.FreeOSMemory()
	select {
	case largeRead <- struct{}{}:
	default:
	}
}

const (
	releaseTick = time.Second
	releaseAt   = 64 << 20
)

// ReleaseMemory gives memory back to the operating system once large messages have been let go, which Go by itself would
// not do for minutes. It sleeps until a large message is read, then looks every second until little is left to give
// back, and returns when ctx is done. One goroutine of a process should run it.
func ReleaseMemory(ctx context.Context) {
	for {
		select {
		case <-largeRead:
			releaseUntilSmall(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// releaseUntilSmall returns when less than releaseAt is held. Memory that is still in use cannot be given back; then it
// tries ever less often, since each attempt is a whole collection.
func releaseUntilSmall(ctx context.Context) {
	wait := releaseTick
	for {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		if heldMemory() < releaseAt {
			return
		}
		debug.FreeOSMemory()
		if heldMemory() >= releaseAt {
			wait = min(2*wait, 16*releaseTick)
		} else {
			wait = releaseTick
		}
	}
}

// heldMemory is the heap memory that the operating system counts as ours.
func heldMemory() uint64 {
	s := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(s)
	var sum uint64
	for _, x := range s {
		sum += x.Value.Uint64()
	}
	return sum
}
