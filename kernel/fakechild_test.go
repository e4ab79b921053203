package kernel

import (
	"context"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// fake is a kernel that behaves like ipykernel 7 on the wire and understands a few statements of Python, so that the
// stories run without one, and the same stories then run on the real thing.
type fake struct {
	face    *protocol.Signer
	session string
	pub     *wire.Listener
	stdin   sync.Map // identity -> *wire.Peer
	shells  sync.Map // the same; a reply goes to whoever has the identity now
	replies chan *protocol.Message
	ints    chan os.Signal
	end     chan bool

	mu       sync.Mutex
	queue    []task
	wake     *sync.Cond
	aborting bool
	count    int
}

type task struct {
	p   *wire.Peer
	msg *protocol.Message
}

func fakeChild(args []string) int {
	file, err := protocol.ReadConnectionFile(args[1])
	if err != nil {
		panic(err)
	}
	face, _ := protocol.NewSigner(file.SignatureScheme, []byte(file.Key))
	k := &fake{face: face, session: protocol.NewID(), replies: make(chan *protocol.Message, 16), ints: make(chan os.Signal, 1), end: make(chan bool, 1), count: 1}
	k.wake = sync.NewCond(&k.mu)
	signal.Notify(k.ints, syscall.SIGINT)
	ctx := context.Background()
	k.mu.Lock() // the first subscription may come before pub is here
	k.pub, err = wire.ListenPub(ctx, file.Endpoint("iopub"), wire.Handler{Subscribe: k.subscribed}, wire.Options{})
	k.mu.Unlock()
	if err != nil {
		panic(err)
	}
	shell, _ := wire.ListenRouter(ctx, file.Endpoint("shell"), wire.Handler{
		Open:    func(p *wire.Peer) { k.shells.Store(string(p.Identity()), p) },
		Message: k.shell,
	}, wire.Options{})
	control, _ := wire.ListenRouter(ctx, file.Endpoint("control"), wire.Handler{Message: k.control}, wire.Options{})
	stdin, _ := wire.ListenRouter(ctx, file.Endpoint("stdin"), wire.Handler{
		Open: func(p *wire.Peer) { k.stdin.Store(string(p.Identity()), p) },
		Message: func(p *wire.Peer, f wire.Frames) {
			if m, err := protocol.Parse(f); err == nil && face.Verify(m) == nil {
				k.replies <- m
			}
		},
	}, wire.Options{})
	k.publish("status", nil, map[string]any{"execution_state": "starting"})
	go k.serve()
	<-k.end
	for _, l := range []*wire.Listener{shell, control, stdin, k.pub} {
		l.Close(200 * time.Millisecond)
	}
	return 0
}

func (k *fake) subscribed(_ *wire.Peer, topic []byte, on, first bool) {
	k.mu.Lock()
	pub := k.pub
	k.mu.Unlock()
	if on && first {
		k.send(pub.Publish, string(topic), "iopub_welcome", nil, map[string]any{"subscription": string(topic)}, nil)
	}
}

func (k *fake) publish(msgType string, parent []byte, content map[string]any) {
	k.send(k.pub.Publish, "kernel.fake."+msgType, msgType, parent, content, nil)
}

func (k *fake) send(out func(wire.Frames), topic, msgType string, parent []byte, content map[string]any, buffers [][]byte) {
	m := &protocol.Message{
		Header: protocol.NewHeader(msgType, k.session, "fake").Encode(), Parent: parent, Metadata: []byte("{}"),
		Content: encode(content), Buffers: buffers,
	}
	if parent == nil {
		m.Parent = []byte("{}")
	}
	if topic != "" {
		m.Identities = [][]byte{[]byte(topic)}
	}
	k.face.SignMessage(m)
	out(m.Frames())
}

func (k *fake) reply(t task, msgType string, content map[string]any) {
	if now, ok := k.shells.Load(string(t.p.Identity())); ok && len(t.p.Identity()) > 0 && msgType == "execute_reply" {
		t.p = now.(*wire.Peer)
	}
	k.send(func(f wire.Frames) { t.p.Send(append(append(wire.Frames{}, t.msg.Identities...), f...)) }, "", msgType, t.msg.Header, content, t.msg.Buffers)
}

func (k *fake) shell(p *wire.Peer, f wire.Frames) {
	if m, err := protocol.Parse(f); err == nil && k.face.Verify(m) == nil {
		k.mu.Lock()
		k.queue = append(k.queue, task{p, m})
		k.mu.Unlock()
		k.wake.Signal()
	}
}

func (k *fake) control(p *wire.Peer, f wire.Frames) {
	m, err := protocol.Parse(f)
	if err != nil || k.face.Verify(m) != nil {
		return
	}
	t := task{p, m}
	h, _ := protocol.DecodeHeader(m.Header)
	k.publish("status", m.Header, map[string]any{"execution_state": "busy"})
	k.reply(t, strings.TrimSuffix(h.MsgType, "_request")+"_reply", map[string]any{"status": "ok"})
	k.publish("status", m.Header, map[string]any{"execution_state": "idle"})
	if h.MsgType == "shutdown_request" {
		k.end <- true
	}
}

// serve works on the shell's messages in order.
func (k *fake) serve() {
	for {
		k.mu.Lock()
		for len(k.queue) == 0 {
			k.aborting = false
			k.wake.Wait()
		}
		t := k.queue[0]
		k.queue = k.queue[1:]
		aborting := k.aborting
		k.mu.Unlock()
		h, _ := protocol.DecodeHeader(t.msg.Header)
		k.publish("status", t.msg.Header, map[string]any{"execution_state": "busy"})
		switch {
		case h.MsgType == "execute_request" && aborting:
			k.reply(t, "execute_reply", map[string]any{"status": "aborted"})
		case h.MsgType == "execute_request":
			k.execute(t)
		case h.MsgType == "kernel_info_request":
			k.reply(t, "kernel_info_reply", map[string]any{"status": "ok", "implementation": "fake", "implementation_version": "1"})
		case strings.HasSuffix(h.MsgType, "_request"):
			k.reply(t, strings.TrimSuffix(h.MsgType, "_request")+"_reply", map[string]any{"status": "ok"})
		}
		k.publish("status", t.msg.Header, map[string]any{"execution_state": "idle"})
	}
}

func (k *fake) execute(t task) {
	var req protocol.ExecuteRequest
	req, err := protocol.DecodeExecuteRequest(t.msg.Content)
	if err != nil {
		return
	}
	if !req.Silent {
		k.publish("execute_input", t.msg.Header, map[string]any{"code": req.Code, "execution_count": k.count})
	}
	for len(k.ints) > 0 {
		<-k.ints
	}
	ename := ""
	for _, line := range strings.Split(req.Code, "\n") {
		if ename = k.statement(t, strings.TrimRight(line, " ")); ename != "" {
			break
		}
	}
	n := k.count
	if req.StoreHistory && strings.TrimSpace(req.Code) != "" {
		k.count++
	} else {
		n--
	}
	if ename == "" {
		k.reply(t, "execute_reply", map[string]any{"status": "ok", "execution_count": n, "user_expressions": map[string]any{}, "payload": []any{}})
		return
	}
	failure := map[string]any{"ename": ename, "evalue": "", "traceback": []string{ename}}
	k.publish("error", t.msg.Header, failure)
	if req.StopOnError && !req.Silent {
		k.mu.Lock()
		k.aborting = len(k.queue) > 0
		k.mu.Unlock()
	}
	k.reply(t, "execute_reply", map[string]any{"status": "error", "execution_count": n, "ename": ename, "evalue": "", "traceback": []string{ename}})
}

var (
	printLine  = regexp.MustCompile(`^print\((?:'([^']*)'(?: \* ([0-9]+))?|input\('([^']*)'\))\)$`)
	sleepLine  = regexp.MustCompile(`time\.sleep\(([0-9.]+)\)$`)
	numberLine = regexp.MustCompile(`^[0-9]+$`)
	displayOf  = regexp.MustCompile(`^display\('([^']*)'\)$`)
)

// statement runs one line; it returns the name of the exception that it raises.
func (k *fake) statement(t task, line string) string {
	switch {
	case printLine.MatchString(line):
		m := printLine.FindStringSubmatch(line)
		text := m[1]
		if times, err := strconv.Atoi(m[2]); err == nil {
			text = strings.Repeat(text, times)
		}
		if strings.Contains(line, "input(") {
			var ok bool
			if text, ok = k.input(t, m[3]); !ok {
				return "KeyboardInterrupt"
			}
		}
		k.send(k.pub.Publish, "stream.stdout", "stream", t.msg.Header, map[string]any{"name": "stdout", "text": text + "\n"}, nil)
	case line == "1/0":
		return "ZeroDivisionError"
	case strings.Contains(line, "os._exit(3)"):
		k.pub.Close(5 * time.Second) // the queue to the socket is written by others
		os.Exit(3)
	case sleepLine.MatchString(line):
		seconds, _ := strconv.ParseFloat(sleepLine.FindStringSubmatch(line)[1], 64)
		select {
		case <-k.ints:
			return "KeyboardInterrupt"
		case <-time.After(time.Duration(seconds * float64(time.Second))):
		}
	case displayOf.MatchString(line):
		text := "'" + displayOf.FindStringSubmatch(line)[1] + "'"
		k.publish("display_data", t.msg.Header, map[string]any{"data": map[string]string{"text/plain": text}, "metadata": map[string]any{}, "transient": map[string]any{}})
	case numberLine.MatchString(line):
		k.publish("execute_result", t.msg.Header, map[string]any{"data": map[string]string{"text/plain": line}, "metadata": map[string]any{}, "execution_count": k.count})
	}
	return ""
}

func (k *fake) input(t task, prompt string) (string, bool) {
	p, ok := k.stdin.Load(string(t.p.Identity()))
	if !ok {
		return "", true
	}
	k.reply(task{p.(*wire.Peer), t.msg}, "input_request", map[string]any{"prompt": prompt, "password": false})
	select {
	case m := <-k.replies:
		o, _ := protocol.ParseObject(m.Content)
		v, _ := o.String("value")
		return v, true
	case <-k.ints:
		return "", false
	}
}
