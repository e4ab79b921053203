package wiretest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// KernelEnv is the environment variable that turns a test binary into the kernel; any value but "" does.
const KernelEnv = "ASSAY_WIRETEST_KERNEL"

// BecomeKernel runs the kernel and exits if KernelEnv is set.
func BecomeKernel() {
	if os.Getenv(KernelEnv) == "" {
		return
	}
	file := ""
	for i, a := range os.Args[:len(os.Args)-1] {
		if a == "-f" {
			file = os.Args[i+1]
		}
	}
	code, err := runKernel(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, "wiretest:", err)
		code = 1
	}
	os.Exit(code)
}

// request is a message to the kernel and how to answer it.
type request struct {
	channel string
	from    *wire.Peer
	msg     *protocol.Message
	header  protocol.Header
	aborted bool
}

// kernel imitates ipykernel as far as a proxy can tell.
type kernel struct {
	file    protocol.ConnectionFile
	signer  *protocol.Signer
	session string
	iopub   *wire.Listener
	all     []*wire.Listener
	exit    chan int

	mu        sync.Mutex
	cond      *sync.Cond
	queue     []*request // of shell
	inputs    chan string
	interrupt chan struct{}
	stdin     map[string]*wire.Peer // by identity
	count     int                   // of executions
}

// runKernel serves until it is told to end, and returns the exit code.
func runKernel(path string) (int, error) {
	cf, err := protocol.ReadConnectionFile(path)
	if err != nil {
		return 1, err
	}
	signer, err := protocol.NewSigner(cf.SignatureScheme, []byte(cf.Key))
	if err != nil {
		return 1, err
	}
	k := &kernel{
		file: cf, signer: signer, session: protocol.NewID(), exit: make(chan int, 1), inputs: make(chan string, 1),
		interrupt: make(chan struct{}, 1), stdin: map[string]*wire.Peer{},
	}
	k.cond = sync.NewCond(&k.mu)
	if err := k.bind(); err != nil {
		return 1, err
	}
	if err := k.file.Write(path); err != nil {
		return 1, err
	}
	k.publish("status", nil, protocol.Encode(protocol.Status{ExecutionState: "starting"}))
	go k.serveShell()
	code := k.waitForEnd()
	for _, l := range k.all {
		l.Close(time.Second)
	}
	return code, nil
}

// bind opens the five sockets and notes ports that were left open.
func (k *kernel) bind() error {
	handlers := map[string]wire.Handler{
		protocol.Shell:   {Message: k.onShell},
		protocol.Control: {Message: k.onControl},
		protocol.Stdin:   {Open: k.onStdinOpen, Message: k.onStdin},
		protocol.HB:      {Message: func(p *wire.Peer, f wire.Frames) { p.Send(f) }},
		protocol.IOPub:   {Subscribe: k.onSubscribe},
	}
	k.mu.Lock() // until iopub is set
	defer k.mu.Unlock()
	for channel, h := range handlers {
		listen := wire.ListenRouter
		if channel == protocol.IOPub {
			listen = wire.ListenPub
		}
		l, err := listen(context.Background(), k.file.Endpoint(channel), h, wire.Options{})
		if err != nil {
			return err
		}
		if channel == protocol.IOPub {
			k.iopub = l
		}
		if p := l.Port(); p != 0 {
			k.file.SetPort(channel, p)
		}
		k.all = append(k.all, l)
	}
	return nil
}

// waitForEnd returns the exit code. Like ipykernel, the kernel ends when its parent does.
func (k *kernel) waitForEnd() int {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	parent := os.Getppid()
	tick := time.NewTicker(500 * time.Millisecond)
	for {
		select {
		case code := <-k.exit:
			return code
		case <-interrupts:
			k.stopCommand()
		case <-tick.C:
			if os.Getppid() != parent {
				return 1
			}
		}
	}
}

// end makes the process exit with code.
func (k *kernel) end(code int) {
	select {
	case k.exit <- code:
	default:
	}
}

// stopCommand interrupts the command that is running, if any.
func (k *kernel) stopCommand() {
	select {
	case k.interrupt <- struct{}{}:
	default:
	}
}

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
