package checks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
)

const (
	maxZygotes = 6
	maxOracles = 8
	maxIdle    = 20 * time.Minute
	maxSpares  = 4
	maxForks   = 500 // children know their zygote's memory layout, so it does not live for ever

	parserLimit = time.Minute     // of processor time: it ends the parser, whatever it reads just then
	maxParsed   = parserLimit / 2 // so a parser that has worked that much is not asked again
)

// bench is what one session holds warm: a zygote, a child of it that only ever parses, and some that wait for the next
// answer, each to run one group of its cases.
type bench struct {
	imports []string
	mu      sync.Mutex // one grading at a time
	zygote  *harness.Zygote
	parser  *harness.Child
	parsed  time.Duration // by this parser so far
	spares  chan *harness.Child
	limits  harness.Limits // of the spares
	used    time.Time
	leaving bool
}

// pool keeps warm processes.
type pool struct {
	python harness.Python
	level  string
	hidden []string // from children
	forks  int      // after which a zygote is replaced

	mu      sync.Mutex
	benches map[string]*bench
	oracles map[string]*oracleSlot
	closed  bool
}

type oracleSlot struct {
	mu     sync.Mutex
	oracle *harness.Oracle
	used   time.Time
}

func newPool(p harness.Python, level string, hidden []string) *pool {
	return &pool{python: p, level: level, hidden: hidden, forks: maxForks, benches: map[string]*bench{}, oracles: map[string]*oracleSlot{}}
}

var errClosed = errors.New("the grader is closed")

// seat returns the session's bench, locked, with a living zygote. Give it back with leave.
func (p *pool) seat(ctx context.Context, session string, imports []string) (*bench, error) {
	key := session + "\x00" + strings.Join(imports, ",")
	for {
		b, err := p.bench(key, imports)
		if err != nil {
			return nil, err
		}
		b.mu.Lock()
		if b.leaving { // it was taken out of the pool meanwhile
			b.mu.Unlock()
			continue
		}
		if err := b.warm(ctx, p); err != nil {
			b.mu.Unlock()
			return nil, err
		}
		return b, nil
	}
}

// bench returns the bench of that key, a new one if there is none, and shuts those that it crowds out.
func (p *pool) bench(key string, imports []string) (*bench, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	b := p.benches[key]
	if b == nil {
		b = &bench{imports: imports, spares: make(chan *harness.Child, maxSpares)}
		p.benches[key] = b
	}
	b.used = time.Now()
	idle := p.crowd(key)
	p.mu.Unlock()
	for _, old := range idle {
		old.shut()
		old.mu.Unlock()
	}
	return b, nil
}

// crowd takes benches out of the pool that have been idle for long, or longest when there are too many, and returns them
// locked. One that works is left alone, whoever asks, and so is the one that is asked for. Called with p.mu held.
func (p *pool) crowd(asked string) []*bench {
	keys := slices.SortedFunc(maps.Keys(p.benches), func(a, b string) int { return p.benches[a].used.Compare(p.benches[b].used) })
	var out []*bench
	for _, k := range keys {
		b := p.benches[k]
		if len(p.benches) <= maxZygotes && time.Since(b.used) < maxIdle {
			break
		}
		if k != asked && b.mu.TryLock() {
			b.leaving = true
			out = append(out, b)
			delete(p.benches, k)
		}
	}
	return out
}

// warm makes sure that the bench has a zygote and a parser. One zygote that misbehaves is replaced.
func (b *bench) warm(ctx context.Context, p *pool) error {
	if b.zygote != nil && (!b.zygote.Alive() || b.zygote.Forks() > p.forks) {
		b.shut()
	}
	err := b.start(ctx, p)
	if runnerLost(err) {
		b.shut()
		err = b.start(ctx, p)
	}
	return err
}

// start starts what is missing.
func (b *bench) start(ctx context.Context, p *pool) (err error) {
	if b.zygote == nil {
		b.zygote, err = harness.StartZygote(ctx, p.python, harness.ZygoteOptions{Imports: b.imports, Level: p.level, Hidden: p.hidden})
		if err != nil {
			return err
		}
	}
	if b.parser == nil {
		b.parser, err = b.zygote.Fork(harness.Limits{CPU: parserLimit, MemoryMB: 512})
		b.parsed = 0
	}
	return err
}

// collect parses with the bench's parser, and replaces the parser when it did not survive what it read or has read enough:
// one answer's cells may not use up what the next ones need.
func (b *bench) collect(ctx context.Context, p *pool, s *Spec, cells []Cell) (*answer, error) {
	a, err := collect(b.parser, s, cells)
	if runnerLost(err) {
		if err := b.restart(ctx, p); err != nil {
			return nil, err
		}
		if a, err = collect(b.parser, s, cells); runnerLost(err) {
			return nil, errRunner
		}
	}
	if b.parsed += b.parser.Spent(); err != nil || b.parsed > maxParsed {
		b.parser.Kill()
		b.parser = nil
	}
	return a, nil
}

// restart replaces a zygote that has ended.
func (b *bench) restart(ctx context.Context, p *pool) error {
	b.shut()
	return b.warm(ctx, p)
}

// fork returns a child that has run nothing yet: one that waits, or a new one. Unlike all else it may be called side by side.
func (b *bench) fork(l harness.Limits) (*harness.Child, error) {
	for l == b.limits {
		select {
		case c := <-b.spares:
			if c.Alive() {
				return c, nil
			}
		default:
			return b.zygote.Fork(l)
		}
	}
	return b.zygote.Fork(l)
}

func (b *bench) leave() { b.mu.Unlock() }

// prepare forks children for the next answer, while nobody waits for them. They pay in advance what a child's first calls
// cost, most of it for copies of the memory that it shares with the zygote. Call it after leave.
func (b *bench) prepare(l harness.Limits) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.leaving || b.zygote == nil {
		return
	}
	if l != b.limits {
		b.dismiss()
		b.limits = l
	}
	l.Ahead = true
	for len(b.spares) < cap(b.spares) {
		c, err := b.zygote.Fork(l)
		if err != nil {
			return // the next grading will see it too
		}
		b.spares <- c
	}
}

// dismiss ends the children that wait.
func (b *bench) dismiss() {
	for {
		select {
		case c := <-b.spares:
			c.Close()
		default:
			return
		}
	}
}

func (b *bench) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leaving = true
	b.shut()
}

func (b *bench) shut() {
	b.dismiss()
	if b.parser != nil {
		b.parser.Close()
		b.parser = nil
	}
	if b.zygote != nil {
		b.zygote.Close()
		b.zygote = nil
	}
}

// end closes a session's benches at once.
func (p *pool) end(session string) {
	p.mu.Lock()
	var old []*bench
	for key, b := range p.benches {
		if strings.HasPrefix(key, session+"\x00") {
			old = append(old, b)
			delete(p.benches, key)
		}
	}
	p.mu.Unlock()
	for _, b := range old {
		b.close()
	}
}

// oracle returns a living oracle for a challenge.
func (p *pool) oracle(ctx context.Context, s *Spec) (*harness.Oracle, error) {
	key := s.authorKey()
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	slot := p.oracles[key]
	if slot == nil {
		slot = &oracleSlot{}
		p.oracles[key] = slot
	}
	slot.used = time.Now()
	var old *oracleSlot
	if len(p.oracles) > maxOracles {
		oldest := key
		for k, o := range p.oracles {
			if o.used.Before(p.oracles[oldest].used) {
				oldest = k
			}
		}
		old = p.oracles[oldest]
		delete(p.oracles, oldest)
	}
	p.mu.Unlock()
	if old != nil {
		old.close()
	}
	slot.mu.Lock()
	defer slot.mu.Unlock()
	if slot.oracle != nil && slot.oracle.Alive() {
		return slot.oracle, nil
	}
	var err error
	slot.oracle, err = harness.StartOracle(ctx, p.python, s.Tests, s.Solution, s.Imports)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Slug, err)
	}
	return slot.oracle, nil
}

func (s *oracleSlot) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.oracle != nil {
		s.oracle.Close()
	}
}

func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	benches, oracles := p.benches, p.oracles
	p.benches, p.oracles = nil, nil
	p.mu.Unlock()
	for _, b := range benches {
		b.close()
	}
	for _, o := range oracles {
		o.close()
	}
}
