package companion

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

// Limits of a kernel's connection. Rates are kept by reading slowly, not by cutting: a loop that prints is no attack,
// and the kernel's spool holds what waits.
const (
	agentMessage = session.MaxEvent + 1<<16
	agentQueue   = 256  // messages to the kernel that may wait
	agentBatch   = 128  // events in one append
	maxPending   = 1000 // requests that one hello may ask about
	eventsPerSec = 1000
	bytesPerSec  = 16 << 20
	helloTimeout = 10 * time.Second
)

// Kinds of jobs.
const (
	jobGrade  = "grade"
	jobAnswer = "answer"
)

// agent is one kernel's connection.
type agent struct {
	c     *Companion
	conn  *link.Conn
	hello session.Hello
	live  *live
	ended atomic.Bool // the kernel said that it ends; only its connection is still there

	mu    sync.Mutex
	queue []session.Down
	acked uint64
	wake  chan struct{}
	stop  chan struct{}
	done  chan struct{} // nothing more of this connection will be stored
}

// hasGone reports whether nothing more will come from the kernel by this connection.
func (a *agent) hasGone() bool {
	select {
	case <-a.stop:
		return true
	default:
		return a.ended.Load()
	}
}

// serveAgent is the handler of /k. The handler's goroutine reads; one more appends, one more writes; both end before
// the handler does.
func (c *Companion) serveAgent(w http.ResponseWriter, r *http.Request) {
	conn, err := link.AcceptAgent(w, r, c.keys.Agent, agentMessage)
	if err != nil {
		c.log.Warn("kernel refused", "from", r.RemoteAddr, "err", err)
		return
	}
	defer c.connected()()
	a := &agent{c: c, conn: conn, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	defer close(a.done)
	end := context.AfterFunc(c.ctx, func() { conn.Close(link.CloseGoing, "the companion stops") })
	defer end()
	if !a.greet() {
		return
	}
	defer a.live.detach(a)
	c.log.Info("kernel connected", "session", a.live.id, "source", a.hello.Source, "challenge", a.hello.Challenge)
	events := make(chan session.Event, agentBatch)
	var wg sync.WaitGroup
	wg.Go(func() { a.appendAll(events) })
	wg.Go(a.write)
	a.resend()
	err = a.read(events)
	close(events)
	close(a.stop)
	code, why := ending(err)
	if code == link.CloseRefused {
		c.log.Warn("a kernel broke the rules", "session", a.live.id, "source", a.hello.Source, "err", err)
	}
	conn.Close(code, why)
	wg.Wait()
	c.log.Info("kernel disconnected", "session", a.live.id, "source", a.hello.Source, "err", err)
}

// greet reads Hello, finds the session and answers Welcome.
func (a *agent) greet() bool {
	timer := time.AfterFunc(helloTimeout, func() { a.conn.Close(link.CloseRefused, "no hello") })
	var up session.Up
	err := a.conn.Read(&up)
	timer.Stop()
	if err == nil && (up.Hello == nil || up.Event != nil) {
		err = errors.New("say hello first, and nothing else")
	}
	if err != nil {
		a.conn.Close(ending(err))
		return false
	}
	a.hello = *up.Hello
	w, err := a.c.welcome(a)
	if err != nil {
		a.c.log.Error("no welcome", "err", err)
		if a.live != nil {
			a.live.detach(a)
		}
		a.conn.Close(link.CloseTooSlow, "the companion cannot open the session now")
		return false
	}
	if err := a.conn.Write(session.Down{Welcome: w}); err != nil || w.Error != "" {
		if a.live != nil {
			a.live.detach(a)
		}
		a.conn.Close(link.CloseNormal, "")
		return false
	}
	return true
}

// read passes events on, in order, until the connection ends.
func (a *agent) read(events chan<- session.Event) error {
	began, n, bytes := time.Now(), 0, 0
	for {
		var up session.Up
		if err := a.conn.Read(&up); err != nil {
			return err
		}
		e, err := accept(up)
		if err != nil {
			return err
		}
		if e.Kind == session.KindKernelEnded {
			a.ended.Store(true)
		}
		events <- e
		n, bytes = n+1, bytes+len(e.Data)
		a.pace(began, n, bytes)
		if time.Since(began) > 10*time.Second {
			began, n, bytes = time.Now(), 0, 0
		}
	}
}

// accept returns the event that a message carries, as the log will hold it.
func accept(up session.Up) (session.Event, error) {
	if up.Event == nil || up.Hello != nil {
		return session.Event{}, errors.New("after hello, every message is one event")
	}
	e := *up.Event
	switch {
	case !e.Kind.FromKernel():
		return e, fmt.Errorf("not a kernel's to say: kind %.40q", e.Kind)
	case e.SrcSeq == 0:
		return e, errors.New("src_seq is missing or 0; a kernel's events count from 1")
	}
	return session.Normalize(e)
}

// ending says how to close a connection whose reading ended with err: a peer that broke the rules is told which, one
// that is gone or was closed from here is not told anything.
func ending(err error) (code int, why string) {
	var gone net.Error
	if link.Code(err) != 0 || errors.As(err, &gone) {
		return link.CloseNormal, ""
	}
	return link.CloseRefused, reason(err)
}

// reason is err as a close frame can carry it: with more than 123 bytes the frame would not be sent at all.
func reason(err error) string {
	const most = 123
	s := err.Error()
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}

// pace waits when the connection is ahead of its rate; bursts of two seconds are free.
func (a *agent) pace(began time.Time, n, bytes int) {
	due := max(time.Duration(n)*time.Second/eventsPerSec, time.Duration(bytes)*time.Second/bytesPerSec) - 2*time.Second
	if ahead := due - time.Since(began); ahead > 0 {
		select {
		case <-time.After(ahead):
		case <-a.c.ctx.Done():
		}
	}
}

// appendAll stores events in batches and acknowledges each batch after its commit. After an error it only drains: the
// kernel comes back and sends again from the last acknowledgement.
func (a *agent) appendAll(events <-chan session.Event) {
	for e := range events {
		entries := []store.Entry{entryOf(e)}
	gather:
		for len(entries) < agentBatch {
			select {
			case more, ok := <-events:
				if !ok {
					break gather
				}
				entries = append(entries, entryOf(more))
			default:
				break gather
			}
		}
		if err := a.append(entries); err != nil {
			a.c.log.Error("events not stored", "session", a.live.id, "source", a.hello.Source, "err", err)
			code, why := link.CloseTooSlow, "not stored"
			if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrGap) {
				code, why = link.CloseRefused, reason(err)
			}
			a.conn.Close(code, why)
			for range events {
			}
			return
		}
	}
}

func (a *agent) append(entries []store.Entry) error {
	_, err := a.c.store.Append(context.WithoutCancel(a.c.ctx), store.Batch{Session: a.live.id, Source: a.hello.Source, Entries: entries})
	if err != nil {
		return err
	}
	a.ack(entries[len(entries)-1].Event.SrcSeq)
	for _, e := range entries {
		switch e.Job {
		case jobGrade:
			kick(a.c.grading)
		case jobAnswer:
			kick(a.c.answering)
		}
	}
	return nil
}

// entryOf adds the job that an event asks for.
func entryOf(e session.Event) store.Entry {
	entry := store.Entry{Event: e}
	if e.Request == "" {
		return entry
	}
	switch d := payload(e).(type) {
	case session.CellFinished:
		if d.Judge {
			entry.Job = jobGrade
		}
	case session.Magic:
		switch {
		case d.Name == "submit":
			entry.Job = jobGrade
		case d.Answer || d.Name == "finish":
			entry.Job = jobAnswer
		}
	}
	return entry
}

func (a *agent) ack(seq uint64) {
	a.mu.Lock()
	a.acked = max(a.acked, seq)
	a.mu.Unlock()
	kick(a.wake)
}

// send queues a message. A kernel that does not read is cut; when it comes back it asks for what it missed.
func (a *agent) send(d session.Down) {
	a.mu.Lock()
	full := len(a.queue) >= agentQueue
	if !full {
		a.queue = append(a.queue, d)
	}
	a.mu.Unlock()
	if full {
		go a.conn.Close(link.CloseTooSlow, "too slow") // ends when the close is written, a second at most
	}
	kick(a.wake)
}

// write sends what is queued, acknowledgements first, until the connection ends.
func (a *agent) write() {
	var told uint64
	for {
		select {
		case <-a.stop:
			return
		case <-a.wake:
		}
		a.mu.Lock()
		queue, acked := a.queue, a.acked
		a.queue = nil
		a.mu.Unlock()
		if acked > told {
			queue, told = append([]session.Down{{Ack: acked}}, queue...), acked
		}
		for _, d := range queue {
			if err := a.conn.Write(d); err != nil {
				a.conn.Close(link.CloseTooSlow, "too slow")
				<-a.stop
				return
			}
		}
	}
}

func kick(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
