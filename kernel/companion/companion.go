// Package companion owns the truth about interviews: it takes events from kernels, keeps them, grades what is to be
// graded, answers the candidate's magics, and shows everything to interviewers.
//
// Start with Open and Serve. A kernel speaks to /k (agent.go); a page to everything else (web.go, watch.go); a job goes
// from the log to the grader and back into the log (jobs.go). The log is the only state: what this package keeps in
// memory is folded from it (live.go) and may be dropped at any time.
//
// Candidate code is never executed, imported or unpickled here.
package companion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/notebooks"
)

// Modes of a session, and policies for what a candidate sees of hidden tests.
const (
	ModePractice  = "practice"
	ModeInterview = "interview"

	PolicyFull   = report.PolicyFull
	PolicyCounts = report.PolicyCounts
	PolicyNone   = report.PolicyNone
)

// Bank finds challenges.
type Bank interface {
	Lookup(slug string) (*notebooks.Challenge, bool)
}

// Grader runs hidden tests. Warm prepares for a session that has just been opened and may be ignored.
type Grader interface {
	Grade(ctx context.Context, spec *checks.Spec, s checks.Submission, o checks.Options) (*report.Report, error)
	Warm(ctx context.Context, spec *checks.Spec, session string)
}

// Config of a companion.
type Config struct {
	Home     string   // $ASSAY_HOME: companion.json, log.sqlite, blobs/, keys/
	Listen   string   // address; "" = 127.0.0.1 and any free port
	Hosts    []string // further names that pages may be opened under: host:port, or https://host[:port] behind a TLS proxy
	Bank     Bank
	Grader   Grader // nil: nothing is graded, everything is recorded
	Mode     string // "" = practice
	Policy   string // "" = full in practice, counts in an interview
	IdleStop time.Duration
	Workers  int // gradings at once; 0 = 2
	Logger   *slog.Logger
}

// Companion is a running companion.
type Companion struct {
	cfg     Config
	log     *slog.Logger
	store   *store.Store
	listen  net.Listener
	server  *http.Server
	hosts   []string
	address link.Address
	keys    keys

	ctx    context.Context // of everything that Close ends
	cancel context.CancelFunc
	wg     sync.WaitGroup // workers, requests and what they start
	door   sync.Mutex
	shut   bool // no request is let in any more

	meet  sync.Mutex // one kernel at a time finds its session
	mu    sync.Mutex
	lives map[string]*live

	grading   chan struct{} // there may be a job
	answering chan struct{}
	changed   chan struct{} // a connection came or went
	conns     atomic.Int64
	idleSince atomic.Int64
	closing   sync.Once
	closeErr  error

	// Only tests change these:
	patience    atomic.Int64 // watchPatience
	besideGrace atomic.Int64 // the constant of this name
}

// Open takes the home folder for this process, starts to listen and to work on what an earlier process left, and then
// writes companion.json. store.ErrLocked says that another companion has this home.
func Open(cfg Config) (_ *Companion, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("companion: %w", err)
		}
	}()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	c := &Companion{
		cfg: cfg, log: cfg.Logger, lives: map[string]*live{},
		grading: make(chan struct{}, 1), answering: make(chan struct{}, 1), changed: make(chan struct{}, 1),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.idleSince.Store(time.Now().UnixNano())
	c.patience.Store(int64(watchPatience))
	c.besideGrace.Store(int64(besideGrace))
	if c.store, err = store.Open(cfg.Home, store.Options{Committed: c.committed, Logger: cfg.Logger}); err != nil {
		return nil, err
	}
	if err := c.start(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (cfg *Config) check() error {
	if cfg.Mode == "" {
		cfg.Mode = ModePractice
	}
	if cfg.Policy == "" {
		cfg.Policy = PolicyFull
		if cfg.Mode == ModeInterview {
			cfg.Policy = PolicyCounts
		}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 2
	}
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	switch {
	case cfg.Home == "":
		return errors.New("no home folder")
	case cfg.Bank == nil:
		return errors.New("no challenge bank")
	case cfg.Mode != ModePractice && cfg.Mode != ModeInterview:
		return fmt.Errorf("mode %q: use practice or interview", cfg.Mode)
	case cfg.Policy != PolicyFull && cfg.Policy != PolicyCounts && cfg.Policy != PolicyNone:
		return fmt.Errorf("policy %q: use full, counts or none", cfg.Policy)
	}
	return nil
}

func (c *Companion) start() (err error) {
	if c.keys, err = readKeys(filepath.Join(c.cfg.Home, "keys")); err != nil {
		return err
	}
	if c.listen, err = net.Listen("tcp", c.cfg.Listen); err != nil {
		return err
	}
	c.hosts = append(ownHosts(c.listen.Addr()), c.cfg.Hosts...)
	if !loopback(c.listen.Addr()) {
		c.log.Warn("listening beyond this machine without TLS: put a TLS proxy in front and name it in Hosts", "address", c.Addr())
	}
	c.address = link.Address{
		URL: c.url(), Token: c.keys.Agent, PID: os.Getpid(),
	}
	c.address.Interviewer = c.InterviewerURL()
	c.server = &http.Server{
		Handler: c.routes(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	for range c.cfg.Workers {
		c.wg.Go(func() { c.work(c.grading, c.grade, jobGrade) })
	}
	c.wg.Go(func() { c.work(c.answering, c.answer, jobAnswer) })
	return link.WriteAddress(c.cfg.Home, c.address)
}

// Addr is host:port of the listener.
func (c *Companion) Addr() string { return c.listen.Addr().String() }

// Address is what companion.json says.
func (c *Companion) Address() link.Address { return c.address }

// InterviewerURL opens the page with full rights. It is a secret.
func (c *Companion) InterviewerURL() string { return c.pageURL(c.keys.Interviewer) }

// ObserverURL opens the page for looking on: no hidden tests, no interviewer's material, no controls.
func (c *Companion) ObserverURL() string { return c.pageURL(c.keys.Observer) }

func (c *Companion) pageURL(key string) string { return c.url() + "/" + key + "/" }

// Serve answers until ctx ends, the companion was idle for long enough, or it is closed; then it closes it.
func (c *Companion) Serve(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- c.server.Serve(c.listen) }()
	idle := time.NewTicker(c.idleTick())
	defer idle.Stop()
	for {
		select {
		case err := <-served:
			return errors.Join(ignoreClosed(err), c.Close())
		case <-ctx.Done():
		case <-c.ctx.Done():
		case <-idle.C:
			if !c.idle() {
				continue
			}
			c.log.Info("nobody is connected; stopping")
		}
		err := c.Close()
		return errors.Join(ignoreClosed(<-served), err)
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (c *Companion) idleTick() time.Duration {
	if c.cfg.IdleStop <= 0 {
		return time.Hour
	}
	return max(c.cfg.IdleStop/4, 10*time.Millisecond)
}

// idle reports whether nobody was connected and nothing was to do for IdleStop.
func (c *Companion) idle() bool {
	if c.cfg.IdleStop <= 0 || c.conns.Load() > 0 {
		return false
	}
	if n, err := c.store.Open(c.ctx); err != nil || n > 0 {
		c.idleSince.Store(time.Now().UnixNano())
		return false
	}
	return time.Since(time.Unix(0, c.idleSince.Load())) >= c.cfg.IdleStop
}

// connected counts a connection; the returned function ends it.
func (c *Companion) connected() func() {
	c.conns.Add(1)
	return func() {
		c.idleSince.Store(time.Now().UnixNano())
		c.conns.Add(-1)
	}
}

// letIn counts a request in wg; false when the companion closes. What is counted may add to wg without asking: it keeps
// Close waiting.
func (c *Companion) letIn() bool {
	c.door.Lock()
	defer c.door.Unlock()
	if c.shut {
		return false
	}
	c.wg.Add(1)
	return true
}

// Close stops listening, ends every connection and job, and makes the log durable. Jobs in hand are done again by the
// next process.
func (c *Companion) Close() error {
	c.closing.Do(func() {
		link.RemoveAddress(c.cfg.Home, c.address)
		c.door.Lock()
		c.shut = true
		c.door.Unlock()
		c.cancel()
		var errs []error
		if c.server != nil {
			errs = append(errs, ignoreClosed(c.server.Close()))
		}
		if c.listen != nil {
			_ = c.listen.Close() // the server has closed it, if it ran
		}
		c.wg.Wait()
		c.closeErr = errors.Join(append(errs, c.store.Close())...)
	})
	return c.closeErr
}
