package harness

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// MaxFrame bounds the payload of one frame from a child.
const MaxFrame = 64 << 20

const frameHead = 12 // u32 length, u64 nonce; length counts the nonce and the payload

// FrameError says that a stream does not carry what was agreed: the sender is broken or hostile.
type FrameError struct{ What string }

func (e *FrameError) Error() string { return "frame: " + e.What }

func writeFrame(w io.Writer, nonce uint64, payload []byte) error {
	b := make([]byte, frameHead, frameHead+len(payload))
	binary.LittleEndian.PutUint32(b, uint32(len(payload)+8))
	binary.LittleEndian.PutUint64(b[4:], nonce)
	_, err := w.Write(append(b, payload...))
	return err
}

// readFrame reads one frame whose nonce must be the given one. Memory grows with what arrives, not with what a header
// promises.
func readFrame(r io.Reader, nonce uint64, limit int) ([]byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(head[:])) - 8
	if n < 0 || n > int64(limit) {
		return nil, &FrameError{fmt.Sprintf("a payload of %d bytes, at most %d are allowed", n, limit)}
	}
	if got := binary.LittleEndian.Uint64(head[4:]); got != nonce {
		return nil, &FrameError{"an answer to no question"}
	}
	var b bytes.Buffer
	b.Grow(int(min(n, 1<<20)))
	if _, err := io.CopyN(&b, r, n); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
