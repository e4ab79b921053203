//go:build !linux && !darwin

package wire

import "errors"

// canWriteNow says whether this system has a write that does not block. Without it every message goes through the
// goroutine that empties the queue.
const canWriteNow = false

var errWouldBlock = errors.New("would block")

func writeFD(fd int, segs [][]byte) (n int, err error) { return 0, errWouldBlock }
