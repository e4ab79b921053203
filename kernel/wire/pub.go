package wire

import (
	"bytes"
	"errors"
	"fmt"
)

const maxTopic = 4 << 10

// Publish sends the message to every peer that subscribed to a prefix of its first frame. It never blocks; a peer that
// reads too slowly is dropped alone.
func (l *Listener) Publish(f Frames) {
	l.publish(f, func(p *Peer) { p.Send(f) })
}

// PublishFrom is to Publish what Peer.SendFrom is to Send.
func (l *Listener) PublishFrom(src *Peer, f Frames) {
	l.publish(f, func(p *Peer) { p.SendFrom(src, f) })
}

func (l *Listener) publish(f Frames, send func(*Peer)) {
	if len(f) == 0 {
		return
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for p := range l.peers {
		if p.wants(f[0]) {
			send(p)
		}
	}
}

// wants tells whether the peer subscribed to a prefix of topic. The caller holds the listener's lock.
func (p *Peer) wants(topic []byte) bool {
	if _, all := p.topics[""]; all {
		return true
	}
	for t := range p.topics {
		if len(t) <= len(topic) && string(topic[:len(t)]) == t {
			return true
		}
	}
	return false
}

// subscription handles a message to a PUB socket: 1 or 0 and a topic, as ZMTP 3.0 has it. Others are for XPUB users.
func (p *Peer) subscription(f Frames) error {
	if len(f) != 1 || len(f[0]) == 0 || f[0][0] > 1 {
		return nil
	}
	return p.listener.subscribe(p, f[0][1:], f[0][0] == 1)
}

// command handles a ZMTP command after the handshake; unknown ones are ignored, as the protocol wants.
func (p *Peer) command(b []byte) error {
	name, arg, ok := cutShort(b)
	if !ok {
		return errors.New("malformed command")
	}
	switch string(name) {
	case "PING":
		return p.pong(arg)
	case "SUBSCRIBE", "CANCEL":
		if p.topics != nil {
			return p.listener.subscribe(p, bytes.Clone(arg), string(name) == "SUBSCRIBE")
		}
	case "ERROR":
		return fmt.Errorf("peer reports an error: %.100q", arg)
	}
	return nil
}

// pong answers a PING, whose argument is a time to live of two bytes and a context of at most 16.
func (p *Peer) pong(arg []byte) error {
	if len(arg) < 2 || len(arg) > 2+16 {
		return errors.New("malformed PING command")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ending.Load() && !p.out.dead {
		p.out.frame(flagCommand, append([]byte("\x04PONG"), arg[2:]...))
		p.flush()
	}
	return nil
}

// subscribe notes a subscription or its end and tells the handler if something changed.
func (l *Listener) subscribe(p *Peer, topic []byte, on bool) error {
	changed, first, err := l.noteTopic(p, string(topic), on)
	if changed && l.h.Subscribe != nil {
		l.h.Subscribe(p, topic, on, first)
	}
	return err
}

func (l *Listener) noteTopic(p *Peer, topic string, on bool) (changed, first bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, has := p.topics[topic]; has == on {
		return false, false, nil
	}
	if !on {
		delete(p.topics, topic)
		if l.topics[topic]--; l.topics[topic] <= 0 {
			delete(l.topics, topic)
		}
		return true, l.topics[topic] == 0, nil
	}
	if len(p.topics) >= l.o.MaxTopics || len(topic) > maxTopic {
		return false, false, errors.New("too many or too long subscriptions")
	}
	p.topics[topic] = struct{}{}
	l.topics[topic]++
	return true, l.topics[topic] == 1, nil
}

// unsubscribeAll ends the subscriptions of a peer that leaves.
func (l *Listener) unsubscribeAll(p *Peer) {
	l.mu.RLock()
	var topics []string
	for t := range p.topics {
		topics = append(topics, t)
	}
	l.mu.RUnlock()
	for _, t := range topics {
		l.subscribe(p, []byte(t), false)
	}
}
