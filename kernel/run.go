package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// Times of a kernel's life.
const (
	startTime    = 60 * time.Second        // for the child to speak for the first time
	shutdownTime = 1400 * time.Millisecond // for the child to end after a shutdown_request; Jupyter kills after 2.5 s
	killTime     = 300 * time.Millisecond  // for the child to end after SIGTERM
	drainTime    = 300 * time.Millisecond  // for reading what a dead child has said
	flushTime    = 300 * time.Millisecond  // for clients to read the rest
	settleTime   = 5 * time.Second         // for a front end to connect and ask its first questions
)

// Config is what Run needs.
type Config struct {
	ConnectionFile string    // the file that Jupyter wrote
	Python         string    // the interpreter that has ipykernel
	ChildArgs      []string  // further arguments for the child
	Stderr         io.Writer // for logs and the child's own output; nil: the process's

	// Open connects to the companion. It is called at most once, when a cell of a challenge is run for the first time,
	// must return at once, and may return nil: then the challenge's cells are cells like any other. A nil Open does the
	// same.
	Open func(session.Hello) Uplink

	command []string      // tests: the child's command line instead of Python's
	holds   holds         // tests: zero means usual
	grace   time.Duration // tests: instead of shutdownTime; zero means usual
}

// Uplink is how the kernel reports what happens, and hears back. Record and Events return at once.
type Uplink interface {
	Record(session.Event)        // in order; the uplink numbers the events and keeps them until they have arrived
	Events() <-chan session.Down // what the companion says; closed by Close
	Close(context.Context) error // delivers what it can until the context is done
}

// errChildEnded makes the launcher restart the kernel.
var errChildEnded = errors.New("the child kernel ended unasked")

// Run is a kernel: it binds the sockets of the connection file, starts IPython behind them, relays until told to stop,
// and returns nil if it was told so. A child that ends by itself is an error.
func Run(ctx context.Context, c Config) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("kernel: %w", err)
		}
	}()
	k, err := prepare(c)
	if err != nil {
		return err
	}
	return k.run(ctx)
}

// kernel is one run of Run.
type kernel struct {
	c      Config
	log    *slog.Logger
	ctx    context.Context // ends with the run
	cancel context.CancelFunc
	path   *privateDir
	file   protocol.ConnectionFile // the child's
	relay  *relay
	front  *front
	child  *child
	iopub  *wire.Peer
	tell   *recorder
	asked  chan struct{} // closed when a shutdown was asked for
	ask    sync.Once
	deaf   atomic.Bool // it was asked for before the child could hear of it

	opening sync.Once
	link    Uplink
	heard   chan struct{} // closed when the goroutine that listens to link has ended
}

// prepare reads the connection file and makes everything that needs no other process.
func prepare(c Config) (*kernel, error) {
	var w io.Writer = os.Stderr
	if c.Stderr != nil {
		w = c.Stderr
	}
	if c.holds == (holds{}) {
		c.holds = usualHolds
	}
	if c.grace == 0 {
		c.grace = shutdownTime
	}
	file, err := protocol.ReadConnectionFile(c.ConnectionFile)
	if err != nil {
		return nil, err
	}
	face, err := protocol.NewSigner(file.SignatureScheme, []byte(file.Key))
	if err != nil {
		return nil, err
	}
	face.RefuseDuplicates(1 << 16)
	childFile := file
	childFile.Key = protocol.NewID()
	back, err := protocol.NewSigner(file.SignatureScheme, []byte(childFile.Key))
	if err != nil {
		return nil, err
	}
	k := &kernel{
		c: c, log: slog.New(slog.NewTextHandler(w, nil)).With("kernel", os.Getpid()),
		file: childFile, asked: make(chan struct{}),
	}
	k.ctx, k.cancel = context.WithCancel(context.Background())
	k.tell = newRecorder(k.log)
	say := &speaker{face: face}
	k.relay = &relay{
		ctx: k.ctx, log: k.log, face: face, back: back, say: say, dial: k.dial,
		flight:  newFlight(k.log, say, k.tell, c.holds),
		acts:    actions{interrupt: k.interrupt, shutdown: k.shutdown, open: k.open},
		mirrors: map[*mirror]struct{}{}, topics: map[string]bool{},
	}
	k.front, err = bind(k.ctx, c.ConnectionFile, file, k.log, k.relay)
	if err != nil {
		return nil, err
	}
	say.pub, say.ports = k.front.sockets[protocol.IOPub], k.front.ports()
	return k, nil
}

// run is the life of the kernel after its sockets are bound.
func (k *kernel) run(ctx context.Context) error {
	defer k.cancel()
	defer func() { k.front.close(flushTime) }()
	defer k.relay.flight.stop()
	if err := hideSelf(); err != nil {
		k.log.Info("memory is readable to other processes of this user", "err", err)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGPIPE)
	defer signal.Stop(signals)
	if err := k.startChild(); err != nil {
		return err
	}
	defer k.path.remove()
	dog, err := guard(k.child.pid)
	if err != nil {
		k.log.Info("no watchdog", "err", err)
	}
	defer dog.dismiss()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer k.cancel()
	wg.Go(k.listen)
	wg.Go(func() { k.takeInterrupts(signals) })
	wg.Go(func() { wire.ReleaseMemory(k.ctx) })
	wg.Go(k.settle)
	why, err := k.wait(ctx)
	k.drain(drainTime)
	k.closeUplink(why)
	return err
}

// settle makes the process small once it has started. It ends then, or with the run.
func (k *kernel) settle() {
	select {
	case <-time.After(settleTime):
		if err := releaseProgram(); err != nil {
			k.log.Info("memory of the start is kept", "err", err)
		}
	case <-k.ctx.Done():
	}
}

// startChild writes the child's connection file and starts it.
func (k *kernel) startChild() (err error) {
	if k.path, err = makePrivateDir(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			k.path.remove()
		}
	}()
	k.file.Transport, k.file.IP = "ipc", filepath.Join(k.path.path, "k")
	for i, channel := range []string{protocol.Shell, protocol.IOPub, protocol.Stdin, protocol.Control, protocol.HB} {
		k.file.SetPort(channel, i+1)
	}
	path := filepath.Join(k.path.path, "kernel.json")
	if err := k.file.Write(path); err != nil {
		return err
	}
	argv := k.c.command
	if argv == nil {
		argv = []string{k.c.Python, "-"}
	}
	argv = append(append(argv[:len(argv):len(argv)], "-f", path), k.c.ChildArgs...)
	k.child, err = startChild(argv, k.c.Stderr)
	return err
}

// listen subscribes to the child's iopub before anything else is sent to it. It ends when it has connected, or with the
// run.
func (k *kernel) listen() {
	h := wire.Handler{Message: k.relay.published}
	p, err := wire.DialSub(k.ctx, k.file.Endpoint(protocol.IOPub), [][]byte{{}}, h, wire.Options{Logger: k.log})
	if err != nil {
		return
	}
	k.relay.mu.Lock()
	k.iopub = p
	k.relay.mu.Unlock()
}

// dial connects a mirror to the child.
func (k *kernel) dial(ctx context.Context, m *mirror) (*wire.Peer, error) {
	id := m.front.Identity()
	if len(id) > 0 && id[0] == 0 {
		id = nil // made by a library, not chosen by the client
	}
	return wire.DialDealer(ctx, k.file.Endpoint(m.channel), id, k.relay.childOut(m), wire.Options{Logger: k.log})
}

// wait returns when the kernel has to end, with the child gone.
func (k *kernel) wait(ctx context.Context) (why string, err error) {
	tooLong := time.NewTimer(startTime)
	defer tooLong.Stop()
	gone := parentGone(k.ctx)
	for {
		select {
		case <-k.child.done:
			select {
			case <-k.asked: // told to end, and did
				return "shutdown", nil
			default:
			}
			return "child ended", fmt.Errorf("%w: %v", errChildEnded, k.child.err)
		case <-k.asked:
			if k.deaf.Load() {
				k.child.kill()
			}
			k.endChild(k.c.grace)
			return "shutdown", nil
		case <-ctx.Done():
			k.endChild(0)
			return "terminated", nil
		case <-gone:
			k.endChild(0)
			return "launcher gone", errors.New("the process that started this kernel has gone")
		case <-tooLong.C:
			if !k.relay.say.knows() {
				k.endChild(0)
				return "start failed", fmt.Errorf("the child kernel did not answer within %v", startTime)
			}
		}
	}
}

// endChild waits for the child to end by itself, then makes it.
func (k *kernel) endChild(patience time.Duration) {
	select {
	case <-k.child.done:
	case <-time.After(patience):
		k.child.stop(killTime)
	}
}

// drain waits until what the child had said before it ended has been relayed, on iopub and to each client: its answer to
// a shutdown_request is the last thing that it says.
func (k *kernel) drain(limit time.Duration) {
	k.relay.mu.Lock()
	p := k.iopub
	k.relay.mu.Unlock()
	peers := k.relay.childPeers()
	if p != nil {
		peers = append(peers, p)
	}
	late := time.After(limit)
	for i, p := range peers {
		select {
		case <-p.Done():
		case <-late:
			for _, p := range peers[i:] {
				p.Close(0)
			}
			return
		}
	}
}

// interrupt reaches the candidate's code.
func (k *kernel) interrupt() error { return k.child.interrupt() }

// shutdown makes wait return. A child that cannot hear yet is not waited for.
func (k *kernel) shutdown(deaf bool) {
	k.ask.Do(func() {
		k.deaf.Store(deaf)
		close(k.asked)
	})
}

// takeInterrupts handles SIGINT, which means the candidate's code and never this process. It is caught, not ignored: an
// ignored signal would stay ignored in the child. SIGPIPE is caught too, since a closed log must not end a kernel. It
// ends with the run.
func (k *kernel) takeInterrupts(signals <-chan os.Signal) {
	for {
		select {
		case s := <-signals:
			if s == os.Interrupt {
				k.child.interrupt()
				k.relay.flight.interrupt()
			}
		case <-k.ctx.Done():
			return
		}
	}
}
