package wiretest

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// read checks a message as a kernel does and drops bad ones.
func (k *kernel) read(channel string, p *wire.Peer, f wire.Frames) *request {
	m, err := protocol.Parse(f)
	if err == nil {
		err = k.signer.Verify(m)
	}
	var h protocol.Header
	if err == nil {
		h, err = protocol.DecodeHeader(m.Header)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "wiretest: kernel:", channel+":", err)
		return nil
	}
	return &request{channel: channel, from: p, msg: m, header: h}
}

// message makes a signed message of the kernel.
func (k *kernel) message(msgType string, parent, content []byte) *protocol.Message {
	m := protocol.New(protocol.NewHeader(msgType, k.session, "username"), parent, content)
	k.signer.SignMessage(m)
	return m
}

// reply answers a request on its channel.
func (k *kernel) reply(r *request, msgType string, content []byte) {
	m := k.message(msgType, r.msg.Header, content)
	m.Identities = r.msg.Identities
	r.from.Send(m.Frames())
}

// publish sends to all subscribers.
func (k *kernel) publish(msgType string, parent, content []byte, buffers ...[]byte) {
	m := k.message(msgType, parent, content)
	m.Identities = [][]byte{[]byte("kernel." + k.session + "." + msgType)}
	m.Buffers = buffers
	k.iopub.Publish(m.Frames())
}

// onSubscribe greets, like an XPUB that is not verbose, only the first subscriber of a topic.
func (k *kernel) onSubscribe(_ *wire.Peer, topic []byte, on, first bool) {
	if !on || !first {
		return
	}
	k.mu.Lock()
	pub := k.iopub
	k.mu.Unlock()
	m := k.message("iopub_welcome", nil, protocol.Encode(struct {
		Subscription string `json:"subscription"`
	}{string(topic)}))
	if len(topic) > 0 {
		m.Identities = [][]byte{topic}
	}
	pub.Publish(m.Frames())
}

func (k *kernel) onStdinOpen(p *wire.Peer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stdin[string(p.Identity())] = p
}

func (k *kernel) onStdin(p *wire.Peer, f wire.Frames) {
	r := k.read(protocol.Stdin, p, f)
	if r == nil || r.header.MsgType != "input_reply" {
		return
	}
	var in protocol.InputReply
	if protocol.Decode(r.msg.Content, &in) == nil {
		select {
		case k.inputs <- in.Value:
		default: // nobody asked
		}
	}
}

// onControl answers at once, on the reading goroutine.
func (k *kernel) onControl(p *wire.Peer, f wire.Frames) {
	r := k.read(protocol.Control, p, f)
	if r == nil {
		return
	}
	if r.header.MsgType == "interrupt_request" {
		k.stopCommand()
	}
	k.answer(r)
}

// onShell queues; serveShell takes one at a time.
func (k *kernel) onShell(p *wire.Peer, f wire.Frames) {
	if r := k.read(protocol.Shell, p, f); r != nil {
		k.mu.Lock()
		k.queue = append(k.queue, r)
		k.cond.Signal()
		k.mu.Unlock()
	}
}

// serveShell ends with the process.
func (k *kernel) serveShell() {
	for {
		k.mu.Lock()
		for len(k.queue) == 0 {
			k.cond.Wait()
		}
		r := k.queue[0]
		k.queue = k.queue[1:]
		k.mu.Unlock()
		k.drainInterrupt() // before anybody can know that this request is served
		k.answer(r)
	}
}

// abortQueue makes the execute_requests that are waiting be answered with "aborted".
func (k *kernel) abortQueue() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range k.queue {
		r.aborted = r.header.MsgType == "execute_request"
	}
}

// rawJSON is content that is written out.
func rawJSON(format string, args ...any) []byte {
	b := fmt.Appendf(nil, format, args...)
	if !json.Valid(b) {
		panic("wiretest: not JSON: " + string(b))
	}
	return b
}
