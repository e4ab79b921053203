package harness

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestFrames(t *testing.T) {
	var b bytes.Buffer
	for _, payload := range []string{"", "abc", strings.Repeat("x", 3<<20)} {
		if err := writeFrame(&b, 7, []byte(payload)); err != nil {
			t.Fatal(err)
		}
		got, err := readFrame(&b, 7, MaxFrame)
		if err != nil || string(got) != payload {
			t.Errorf("%d bytes became %d: %v", len(payload), len(got), err)
		}
	}
}

func TestFramesRefused(t *testing.T) {
	frame := func(length uint32, nonce uint64, payload string) string {
		b := binary.LittleEndian.AppendUint32(nil, length)
		return string(binary.LittleEndian.AppendUint64(b, nonce)) + payload
	}
	for _, c := range []struct {
		name, stream string
		malformed    bool
	}{
		{"wrong nonce", frame(11, 8, "abc"), true},
		{"longer than allowed", frame(1<<31, 7, "abc"), true},
		{"longer than allowed by one", frame(8+101, 7, strings.Repeat("x", 101)), true},
		{"shorter than a nonce", frame(7, 7, ""), true},
		{"no length", frame(0, 7, ""), true},
		{"cut head", "\x0b\x00", false},
		{"cut payload", frame(11, 7, "ab"), false},
		{"text", "Traceback (most recent call last)", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readFrame(strings.NewReader(c.stream), 7, 100)
			var malformed *FrameError
			if err == nil || errors.As(err, &malformed) != c.malformed {
				t.Error(err)
			}
		})
	}
}

// A header that promises much costs nothing before the bytes come.
func TestFrameMemoryFollowsTheData(t *testing.T) {
	b := binary.LittleEndian.AppendUint32(nil, 60<<20)
	b = binary.LittleEndian.AppendUint64(b, 7)
	n := testing.AllocsPerRun(1, func() {
		if _, err := readFrame(io.MultiReader(bytes.NewReader(b), strings.NewReader("short")), 7, MaxFrame); err == nil {
			t.Error("accepted")
		}
	})
	if n > 50 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("\x0b\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00abc"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := readFrame(bytes.NewReader(b), 7, 1000)
		if err == nil && len(got) > 1000 {
			t.Error("too long")
		}
	})
}
