package companion

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// wire is a websocket whose frames are written by hand.
type wire struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

// The first byte of a frame.
const (
	opMore   = 0 // continues a message
	opText   = 1
	opBinary = 2
	opLast   = 0x80 // flag: ends a message
)

// wireTo opens a kernel's connection, says hello and has event 4 acknowledged.
func wireTo(t *testing.T, c *Companion, source string) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", c.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second)) // a companion that does not answer fails the test below
	w := &wire{t, conn, bufio.NewReader(conn)}
	w.put([]byte("GET /k HTTP/1.1\r\nHost: " + c.Addr() + "\r\nAuthorization: Bearer " + c.Address().Token +
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"))
	resp, err := http.ReadResponse(w.in, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp, err)
	}
	h := helloOf(source)
	w.put(frameOf(opText|opLast, []byte(mustEncode(t, session.Up{Hello: &h}))))
	w.put(frameOf(opText|opLast, []byte(told(4, "four", ""))))
	for {
		if op, payload := w.next(); op == opText && bytes.Contains(payload, []byte(`"ack":4`)) {
			return w
		}
	}
}

func (w *wire) put(b []byte) {
	w.t.Helper()
	if _, err := w.Write(b); err != nil {
		w.t.Fatal(err)
	}
}

// frameOf is one frame from a client, masked with zeroes.
func frameOf(head byte, payload []byte) []byte {
	return append(headOf(head, len(payload)), payload...)
}

func headOf(head byte, n int) []byte {
	b := []byte{head, 0x80 | 127}
	b = binary.BigEndian.AppendUint64(b, uint64(n))
	if n < 126 {
		b = []byte{head, 0x80 | byte(n)}
	} else if n < 1<<16 {
		b = binary.BigEndian.AppendUint16([]byte{head, 0x80 | 126}, uint16(n))
	}
	return append(b, 0, 0, 0, 0)
}

// next reads a frame of the companion; op 8 is its end.
func (w *wire) next() (op byte, payload []byte) {
	w.t.Helper()
	var head [2]byte
	_, err := io.ReadFull(w.in, head[:])
	n := uint16(head[1])
	if err == nil && n == 126 {
		err = binary.Read(w.in, binary.BigEndian, &n)
	}
	payload = make([]byte, n)
	if err == nil {
		_, err = io.ReadFull(w.in, payload)
	}
	if err != nil {
		w.t.Fatal("no frame: ", err)
	}
	return head[0] & 0xf, payload
}

// Frames that are cut, mixed up or lie about themselves: no part of a message is ever taken for one, the peer is told
// what it broke where it can still hear, and the kernel goes on after its last whole event.
func TestBrokenFrames(t *testing.T) {
	five := []byte(told(5, "forged", ""))
	tests := []struct {
		name string
		send []byte
		code uint16 // 0: the peer hangs up in the middle
		why  string
	}{
		{"cut in a frame's head", headOf(opText|opLast, len(five))[:1], 0, ""},
		{"cut in a frame's length", headOf(opText|opLast, len(five))[:3], 0, ""},
		{"cut before the payload", headOf(opText|opLast, len(five)), 0, ""},
		{"cut in the payload", frameOf(opText|opLast, five)[:len(five)-9], 0, ""},
		{"cut after a whole part", frameOf(opText, five), 0, ""},
		{"cut between two parts", append(frameOf(opText, five[:50]), frameOf(opMore, five[50:])...), 0, ""},
		{"a message inside a message", append(frameOf(opText, five[:50]), frameOf(opText|opLast, five)...), 1002, "FIN"},
		{"the rest of nothing", frameOf(opMore|opLast, five), 1002, "continuation"},
		{"not masked", append([]byte{opText | opLast, 126, 0, byte(len(five))}, five...), 1002, "MASK"},
		{"reserved bits", frameOf(0x40|opText|opLast, five), 1002, "RSV"},
		{"bytes, not text", frameOf(opBinary|opLast, five), 1008, "not a text message"},
		{"two parts that make half an event", append(frameOf(opText, five[:50]), frameOf(opMore|opLast, five[50:60])...), 1008, "unexpected end of JSON"},
		{"a length of 2^62", headOf(opText|opLast, 1<<62), 1009, ""},
		{"parts beyond every event", append(frameOf(opText, make([]byte, agentMessage)), headOf(opMore, len(five))...), 1009, ""},
	}
	c := start(t, t.TempDir(), nil)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := fmt.Sprint("source-", i)
			saidThree(t, c, source)
			w := wireTo(t, c, source)
			w.put(tt.send)
			for op := byte(0); tt.code != 0 && op != 8; {
				var payload []byte
				if op, payload = w.next(); op == 8 && (binary.BigEndian.Uint16(payload) != tt.code || !strings.Contains(string(payload[2:]), tt.why)) {
					t.Errorf("closed with %d %s, want %d %q", binary.BigEndian.Uint16(payload), payload[2:], tt.code, tt.why)
				}
			}
			w.Close()
			goesOn(t, c, source, []string{"one", "two", "three", "four"})
		})
	}
}
