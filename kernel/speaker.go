package kernel

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// speaker sends to the front ends: what the child says, and what the proxy adds. The proxy speaks as the child does, under
// its session id, because JupyterLab drops what comes from another session.
type speaker struct {
	face  *protocol.Signer
	pub   *wire.Listener // iopub
	ports protocol.ConnectReply

	complete atomic.Bool // nothing is left to learn

	mu    sync.Mutex
	like  protocol.Header // a header of the child
	ident string          // of the child, in its topics
}

// learn takes over the child's way of speaking from its first messages.
func (s *speaker) learn(h protocol.Header, topics [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.like = h
	if len(topics) == 0 {
		return
	}
	if rest, ok := strings.CutPrefix(string(topics[0]), "kernel."); ok {
		s.ident, _, _ = strings.Cut(rest, ".")
		s.complete.Store(true)
	}
}

// knows reports whether the child has been heard.
func (s *speaker) knows() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.like.Session != ""
}

// pass publishes a message of the child, signed anew.
func (s *speaker) pass(src *wire.Peer, msg *protocol.Message) {
	c := *msg
	s.face.SignMessage(&c)
	if src != nil {
		s.pub.PublishFrom(src, c.Frames())
		return
	}
	s.pub.Publish(c.Frames())
}

// publish sends a message of our own on iopub, as a consequence of parent (a raw header).
func (s *speaker) publish(msgType string, parent []byte, content any) {
	s.mu.Lock()
	topic := msgType
	if s.ident != "" && msgType != "display_data" && msgType != "update_display_data" {
		topic = "kernel." + s.ident + "." + msgType
	}
	s.mu.Unlock()
	s.send(s.pub.Publish, []byte(topic), msgType, parent, content, nil)
}

// status publishes busy or idle.
func (s *speaker) status(state string, parent []byte) {
	s.publish("status", parent, map[string]string{"execution_state": state})
}

// welcome answers a subscription, as ipykernel does it: without a topic frame when the topic is empty.
func (s *speaker) welcome(topic []byte) {
	content := map[string]string{"subscription": string(topic)}
	s.send(s.pub.Publish, topic, "iopub_welcome", nil, content, nil)
}

// reply answers a request on the channel it came from.
func (s *speaker) reply(to *mirror, msg *protocol.Message, msgType string, content, metadata any) {
	send := func(f wire.Frames) { to.front.Send(append(append(wire.Frames{}, msg.Identities...), f...)) }
	s.send(send, nil, msgType, msg.Header, content, metadata)
}

// executeMetadata is what ipykernel puts beside an execute_reply.
func (s *speaker) executeMetadata(started time.Time, status string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{
		"started": protocol.Date(started), "dependencies_met": true, "engine": s.ident, "status": status,
	}
}

func (s *speaker) send(out func(wire.Frames), topic []byte, msgType string, parent []byte, content, metadata any) {
	s.mu.Lock()
	head := protocol.NewHeader(msgType, s.like.Session, s.like.Username)
	if s.like.Version != "" {
		head.Version = s.like.Version
	}
	s.mu.Unlock()
	msg := &protocol.Message{
		Header: head.Encode(), Parent: emptyIfNone(parent), Metadata: []byte("{}"), Content: encode(content),
	}
	if metadata != nil {
		msg.Metadata = encode(metadata)
	}
	if len(topic) > 0 {
		msg.Identities = [][]byte{topic}
	}
	s.face.SignMessage(msg)
	out(msg.Frames())
}

func emptyIfNone(parent []byte) []byte {
	if len(parent) == 0 {
		return []byte("{}")
	}
	return parent
}

// encode makes JSON of what this package builds itself, which cannot fail.
func encode(v any) []byte {
	b, err := session.Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}
