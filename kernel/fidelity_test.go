package kernel

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// tap makes ipykernel keep a hash of the four signed frames of every message that it reads and writes, and of the
// buffers that it reads.
const tap = `
import hashlib, json
def _tap():
    s = get_ipython().kernel.session
    s._in, s._out, s._buf = [], [], []
    de, ser = s.deserialize, s.serialize
    raw = lambda f: bytes(f.bytes if hasattr(f, 'bytes') else f)
    def deserialize(msg_list, content=True, copy=True):
        if content:
            s._in.append(hashlib.sha256(b'|'.join(raw(f) for f in msg_list[1:5])).hexdigest())
            s._buf.append(hashlib.sha256(b'|'.join(raw(f) for f in msg_list[5:])).hexdigest())
        return de(msg_list, content=content, copy=copy)
    def serialize(msg, ident=None):
        out = ser(msg, ident)
        s._out.append(hashlib.sha256(b'|'.join(out[-4:])).hexdigest())
        return out
    s.deserialize, s.serialize = deserialize, serialize
_tap()
from ipykernel.comm import Comm
def _opened(comm, msg):
    @comm.on_msg
    def _echo(msg):
        comm.send(msg['content']['data'], buffers=[b'', b'\x00\xff' * 1000, b'end'])
get_ipython().kernel.comm_manager.register_target('echo', _opened)
`

func sum(frames ...[]byte) string {
	h := sha256.New()
	for i, f := range frames {
		if i > 0 {
			h.Write([]byte("|"))
		}
		h.Write(f)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (g *got) sum() string { return sum(g.msg.Header, g.msg.Parent, g.msg.Metadata, g.msg.Content) }

// What clients send reaches the child, and what it sends reaches them, byte for byte, on every channel.
func TestFramesPassByteForByte(t *testing.T) {
	c := dialClient(t, newRig(t, python(t), nil).file, "a")
	c.ready()
	c.eval(tap)
	var sent, buffers []string
	post := func(channel, msgType, id, header, content string, bufs ...[]byte) {
		m := c.make(msgType, id, content, `{ "cellId" : "c1", "odd" : [1.0e-7, 1E+2, "\u00e9\ud83d\ude00", "é😀"] }`)
		m.Header = []byte(strings.Replace(string(m.Header), "{", header, 1))
		m.Buffers = bufs
		c.face.SignMessage(m)
		sent = append(sent, sum(m.Header, m.Parent, m.Metadata, m.Content))
		buffers = append(buffers, sum(bufs...))
		c.peers[channel].Send(m.Frames())
	}
	post(protocol.Shell, "execute_request", "x1", `{ "extra" : "\u00e9 é" , `, `{"code": "print('\u00e9', 'é')\nx = input('?')\n{'a': 1.50}", "allow_stdin":true , "z":1.10}`, []byte{}, []byte("b\x00b"))
	c.reply(protocol.Stdin, "x1")
	post(protocol.Stdin, "input_reply", "x2", "{", `{"value": "\u0041B",  "n": 1.0}`)
	c.reply(protocol.Shell, "x1")
	post(protocol.Control, "debug_request", "x3", "{ ", `{"type":"request", "seq": 1, "command":"debugInfo", "arguments": {} }`)
	c.reply(protocol.Control, "x3")
	post(protocol.Shell, "comm_open", "x4", "{", `{"comm_id": "k1", "target_name": "echo", "data": {}}`, []byte("open"))
	post(protocol.Shell, "comm_msg", "x5", "{", `{"comm_id": "k1", "data": {"n": 1.0e3}}`, []byte{}, []byte(strings.Repeat("\x00\x01", 1<<20)), []byte{})
	seen := c.untilIdle("x5")
	post(protocol.Shell, "nobody_knows", "x6", "{", `{"future": true}`)
	c.untilIdle("x6")

	var log struct{ In, Out, Buf []string }
	if err := json.Unmarshal([]byte(c.eval("s = get_ipython().kernel.session; print(json.dumps({'In': s._in, 'Out': s._out, 'Buf': s._buf}))")), &log); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(log.In, " ")
	for i, h := range sent {
		if !strings.Contains(all, h) {
			t.Errorf("message x%d changed on its way to the child", i+1)
		}
		if !strings.Contains(strings.Join(log.Buf, " "), buffers[i]) {
			t.Errorf("buffers of message x%d changed on their way", i+1)
		}
	}
	checkEcho(t, seen)
	c.checkReceived(t, strings.Join(log.Out, " "))
}

func checkEcho(t *testing.T, seen []*got) {
	for _, g := range seen {
		if g.head.MsgType == "comm_msg" {
			want := [][]byte{{}, []byte(strings.Repeat("\x00\xff", 1000)), []byte("end")}
			if !sameFrames(g.msg.Buffers, want) {
				t.Errorf("%d buffers came back changed", len(g.msg.Buffers))
			}
			return
		}
	}
	t.Error("no echo of the comm message")
}

// checkReceived looks up what came as a consequence of the test's messages among the hashes that the child wrote down.
func (c *client) checkReceived(t *testing.T, out string) {
	kinds := map[string]bool{}
	for _, g := range c.everything() {
		if !strings.HasPrefix(g.parent.MsgID, "x") {
			continue
		}
		kinds[g.head.MsgType] = true
		if !strings.Contains(out, g.sum()) {
			t.Errorf("%s of %s changed on its way from the child", g.head.MsgType, g.parent.MsgID)
		}
	}
	for _, kind := range []string{"status", "execute_input", "stream", "execute_result", "execute_reply", "input_request", "debug_reply", "comm_msg"} {
		if !kinds[kind] {
			t.Errorf("no %s came", kind)
		}
	}
}

// plainKernel is an ipykernel without a proxy.
func plainKernel(t *testing.T) protocol.ConnectionFile {
	t.Helper()
	path := newConnectionFile(t)
	cmd := exec.Command(python(t), "-m", "ipykernel_launcher", "-f", path)
	cmd.Stderr = testWriter(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return waitForPorts(t, path)
}

// trace is a conversation with what differs between any two runs taken out.
func trace(msgs []*got) string {
	var b strings.Builder
	for _, g := range msgs {
		var content map[string]any
		json.Unmarshal(g.msg.Content, &content)
		delete(content, "traceback")
		delete(content, "engine_info") // has a random id
		var meta map[string]any
		json.Unmarshal(g.msg.Metadata, &meta)
		if meta["started"] != nil {
			meta["started"] = "date"
		}
		if meta["engine"] != nil {
			meta["engine"] = "id"
		}
		fmt.Fprintf(&b, "%s %s %s %s\n", g.head.MsgType, g.parent.MsgID, encode(content), encode(meta))
	}
	return b.String()
}

// welcomes subscribes to a topic and returns the greetings that come until the output of two cells has come as well.
func (c *client) welcomes(topic string) string {
	c.t.Helper()
	in := make(chan *protocol.Message, 1<<10)
	p, err := wire.DialSub(c.t.Context(), c.file.Endpoint(protocol.IOPub), [][]byte{[]byte(topic)}, wire.Handler{Message: func(_ *wire.Peer, f wire.Frames) {
		if m, err := protocol.Parse(f); err == nil {
			in <- m
		}
	}}, wire.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { p.Close(0); <-p.Done() }()
	var greetings []string
	for streams, end := 0, time.Now().Add(patience); streams < 2; {
		c.eval("print('hear')")
		for wait := time.After(100 * time.Millisecond); wait != nil; {
			select {
			case m := <-in:
				switch h, _ := protocol.DecodeHeader(m.Header); h.MsgType {
				case "iopub_welcome":
					greetings = append(greetings, strings.ReplaceAll(fmt.Sprintf("%d frames before, %s", len(m.Identities), m.Content), " ", ""))
				case "stream":
					streams++
				}
			case <-wait:
				wait = nil
			}
		}
		if time.Now().After(end) {
			c.t.Fatalf("a subscriber of %q hears nothing", topic)
		}
	}
	return strings.Join(greetings, "\n")
}

// New subscribers are greeted at the moments at which a plain kernel greets them.
func TestWelcomesEqualPlain(t *testing.T) {
	count := func(file protocol.ConnectionFile) string {
		var log []string
		c := dialClient(t, file, "main")
		c.ready()
		c.eval("1")
		polite := slices.ContainsFunc(c.everything(), func(g *got) bool { return g.head.MsgType == "iopub_welcome" })
		// A second subscriber of the same topic is not greeted, the first of another is; and again when it comes back,
		// once the kernel has seen it leave.
		for _, topic := range []string{"", "stream", "stream"} {
			heard := c.welcomes(topic)
			for end := time.Now().Add(patience); polite && topic != "" && heard == "" && time.Now().Before(end); {
				time.Sleep(100 * time.Millisecond)
				heard = c.welcomes(topic)
			}
			log = append(log, heard, "-")
		}
		return strings.Join(log, "\n")
	}
	want := count(plainKernel(t))
	if got := count(newRig(t, python(t), nil).file); got != want {
		t.Errorf("got\n%s\nplain\n%s", got, want)
	}
	if !strings.Contains(want, "subscription") {
		t.Log("this ipykernel greets nobody")
	}
}
