package wiretest

import (
	"context"
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
