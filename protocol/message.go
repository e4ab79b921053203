package protocol

import (
	"errors"
	"fmt"
)

// Delimiter separates the identities from the signature.
const Delimiter = "<IDS|MSG>"

// Bounds of what Parse accepts. They are far above what any client or kernel sends.
const (
	MaxIdentities = 64
	MaxHeader     = 64 << 10 // bytes of a header or parent header
)

// Message is one message with its parts as received: JSON is not decoded, frames are not copied.
type Message struct {
	Identities [][]byte
	Signature  []byte
	Header     []byte
	Parent     []byte
	Metadata   []byte
	Content    []byte
	Buffers    [][]byte
}

// Parse finds the parts of a message. They share memory with frames.
func Parse(frames [][]byte) (*Message, error) {
	d := delimiter(frames)
	if d < 0 {
		return nil, errors.New("message without delimiter")
	}
	rest := frames[d+1:]
	if len(rest) < 5 {
		return nil, fmt.Errorf("message with %d frames after the delimiter, want at least 5", len(rest))
	}
	if n := max(len(rest[1]), len(rest[2])); n > MaxHeader {
		return nil, fmt.Errorf("header of %d bytes", n)
	}
	return &Message{
		Identities: frames[:d:d],
		Signature:  rest[0],
		Header:     rest[1],
		Parent:     rest[2],
		Metadata:   rest[3],
		Content:    rest[4],
		Buffers:    rest[5:len(rest):len(rest)],
	}, nil
}

// delimiter returns the index of the first delimiter, or -1.
func delimiter(frames [][]byte) int {
	for i, f := range frames[:min(len(frames), MaxIdentities+1)] {
		if string(f) == Delimiter {
			return i
		}
	}
	return -1
}

// Frames is the opposite of Parse.
func (m *Message) Frames() [][]byte {
	f := make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	f = append(f, m.Identities...)
	f = append(f, []byte(Delimiter), m.Signature, m.Header, m.Parent, m.Metadata, m.Content)
	return append(f, m.Buffers...)
}

// Size is the number of bytes in all frames.
func (m *Message) Size() int {
	n := len(Delimiter) + len(m.Signature) + len(m.Header) + len(m.Parent) + len(m.Metadata) + len(m.Content)
	for _, b := range m.Identities {
		n += len(b)
	}
	for _, b := range m.Buffers {
		n += len(b)
	}
	return n
}

// New makes a message from a header and content, as an answer to parent (nil: to nothing). It still needs identities or
// a topic, and a signature.
func New(h Header, parent, content []byte) *Message {
	if parent == nil {
		parent = []byte("{}")
	}
	return &Message{Header: h.Encode(), Parent: parent, Metadata: []byte("{}"), Content: content}
}
