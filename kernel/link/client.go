package link

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// Config says how a kernel reaches its companion.
type Config struct {
	Hello session.Hello // Protocol, Source and Pending are filled in
	Home  string        // $ASSAY_HOME: companion.json, spool/
	Quota int64         // of the spool; 0 = session.DefaultQuota

	// Start starts a companion for Home and returns without waiting for it. It is called when no companion answers,
	// by one kernel at a time. Nil starts nothing.
	Start  func(context.Context) error
	Logger *slog.Logger

	Retry time.Duration // longest pause between attempts; 0 = 5 s
}

// Client reports a kernel's events and hears what the companion says. Record never waits for the network nor for the
// disk: events queue in memory, one goroutine spools them, another delivers what is spooled.
type Client struct {
	cfg    Config
	log    *slog.Logger
	spool  *session.Spool
	base   time.Time // Mono counts from here
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	queue   []session.Event // recorded, not spooled yet
	held    int64           // bytes in queue
	closed  bool
	pending []string // requests without a final Feedback, oldest first
	acked   uint64
	sealed  bool // the companion refused the session: nothing will ever be acknowledged

	started time.Time // when deliver last called Start

	wake    chan struct{} // queue is not empty, or closed
	spooled chan struct{} // there is something to deliver
	drained chan struct{} // acked has grown
	dirty   chan bool     // the spool wants a sync; true = now
	down    *pipe

	gathering atomic.Bool // a timer for spooled runs
}

// restartAfter keeps a companion that cannot start from being started again and again.
const restartAfter = 20 * time.Second

// most bytes of events that wait in memory for the disk; beyond it outputs are dropped.
const maxHeld = 64 << 20

// Open starts a client. It only fails when no spool can be written, in $ASSAY_HOME nor in the temporary folder.
func Open(cfg Config) (*Client, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Retry <= 0 {
		cfg.Retry = 5 * time.Second
	}
	cfg.Hello.Protocol = session.LinkProtocol
	spool, err := session.CreateSpool(filepath.Join(cfg.Home, "spool"), cfg.Hello, cfg.Quota)
	if err != nil {
		cfg.Logger.Warn("spooling to the temporary folder", "err", err)
		var err2 error
		if spool, err2 = session.CreateSpool(filepath.Join(os.TempDir(), "assay-spool"), cfg.Hello, cfg.Quota); err2 != nil {
			return nil, errors.Join(err, err2)
		}
	}
	cfg.Hello = spool.Hello
	ctx, cancel := context.WithCancel(context.Background())
	c := &Client{
		cfg: cfg, log: cfg.Logger, spool: spool, base: time.Now(), cancel: cancel, down: newPipe(),
		wake: make(chan struct{}, 1), spooled: make(chan struct{}, 1), drained: make(chan struct{}, 1), dirty: make(chan bool, 1),
	}
	spooling := make(chan struct{})
	c.wg.Go(func() { defer close(spooling); c.spooler() })
	c.wg.Go(func() { c.syncer(spooling) })
	c.wg.Go(func() { c.deliver(ctx) })
	return c, nil
}

// Source is the id of this client's spool.
func (c *Client) Source() string { return c.spool.Source }

// Events delivers what the companion says. It is closed after Close.
func (c *Client) Events() <-chan session.Down { return c.down.out }

// Record takes e and returns at once. Time and Mono are filled in when they are zero. Events after Close are dropped.
func (c *Client) Record(e session.Event) {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if e.Mono == 0 {
		e.Mono = int64(time.Since(c.base))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	if e.Kind == session.KindOutput && c.held+int64(len(e.Data)) > maxHeld {
		e.Data = nil
	}
	if wantsFeedback(e) {
		c.pending = append(c.pending, e.Request)
	}
	c.held += int64(len(e.Data))
	c.queue = append(c.queue, e)
	kick(c.wake)
}

func kick(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Close spools what is queued, gives the companion until ctx ends to acknowledge it, and stops. A spool that was
// delivered whole is deleted; any other waits for the next kernel.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	already := c.closed
	c.closed = true
	c.mu.Unlock()
	kick(c.wake)
	if already {
		c.wg.Wait()
		return nil
	}
	for !c.delivered() {
		select {
		case <-ctx.Done():
		case <-c.drained:
			continue
		}
		break
	}
	c.cancel()
	c.wg.Wait()
	c.down.close()
	if c.delivered() {
		return c.spool.Remove()
	}
	return c.spool.Close()
}

// delivered reports whether the companion has everything, or will never want it.
func (c *Client) delivered() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sealed || len(c.queue) == 0 && c.acked >= c.spool.Len()
}

// deliver connects again and again until the client is closed.
func (c *Client) deliver(ctx context.Context) {
	orphans := &recovery{c: c}
	defer orphans.wait()
	for pause := time.Duration(0); ctx.Err() == nil; {
		if !sleep(ctx, pause) {
			return
		}
		began := time.Now()
		err := c.connect(ctx, orphans)
		if ctx.Err() != nil || c.refused() {
			return
		}
		if errors.Is(err, errTaken) {
			c.log.Error("nothing more is delivered", "source", c.spool.Source, "err", err)
			return
		}
		c.log.Debug("companion connection ended", "err", err)
		if time.Since(began) > time.Second {
			pause = 0
		}
		pause = backOff(pause, c.cfg.Retry)
	}
}

func (c *Client) refused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sealed
}

// backOff doubles the pause up to most, with half of it random, so that a thousand kernels do not come back at once.
func backOff(pause, most time.Duration) time.Duration {
	pause = min(max(2*pause, 50*time.Millisecond), most)
	return pause/2 + rand.N(pause/2+1)
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// address finds the companion: what the environment names, else what home names, else one that is started.
func (c *Client) address(ctx context.Context) (Address, error) {
	if u := os.Getenv("ASSAY_COMPANION"); u != "" {
		return Address{URL: u, Token: os.Getenv("ASSAY_TOKEN")}, nil
	}
	if a, err := ReadAddress(c.cfg.Home); err == nil && (c.cfg.Start == nil || reachable(ctx, c.cfg.Home)) {
		return a, nil
	}
	if c.cfg.Start == nil || time.Since(c.started) < restartAfter {
		return Address{}, errors.New("link: no companion is running")
	}
	c.started = time.Now()
	if err := startLocked(ctx, c.cfg.Home, c.cfg.Start); err != nil {
		return Address{}, err
	}
	return ReadAddress(c.cfg.Home)
}
