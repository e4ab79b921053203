//go:build linux || darwin

package wire

import (
	"golang.org/x/sys/unix"
)

// canWriteNow says whether this system has a write that does not block.
const canWriteNow = true

// errWouldBlock is writeFD's answer when the socket's buffer is full.
const errWouldBlock = unix.EAGAIN

// writeFD writes segs to a non-blocking socket, as much as fits.
func writeFD(fd int, segs [][]byte) (n int, err error) {
	for {
		if len(segs) == 1 {
			n, err = unix.Write(fd, segs[0])
		} else {
			n, err = unix.Writev(fd, segs)
		}
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}
