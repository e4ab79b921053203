package kernel

import (
	"log/slog"
	"regexp"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// flight is everything that is under way on the main shell: what waits, what the child works on, what is held back. One
// lock guards it, all changes go through change, and advance alone decides what may go next. Nothing done under the lock
// can block: sends to peers queue, and so do records in the uplink.
//
// Three rules make it invisible where no challenge is open. A request is queued only behind a cell that is to be judged
// or a magic of ours, so without a challenge it goes to the child from the goroutine that read it. Only an execute_reply
// and the idle of such a cell are ever held. And if this code fails in any way, it lets go of everything and steps aside.
type flight struct {
	log   *slog.Logger
	say   *speaker
	tell  *recorder
	holds holds

	opened atomic.Bool // a challenge is open: cells are recorded and judged; set once

	mu      sync.Mutex
	slug    string              // the challenge that is open
	greeted bool                // the companion has answered our opening
	refused string              // what it said instead of welcome
	aside   bool                // stepped aside
	defines *regexp.Regexp      // matches a solution; nil before the companion has named the entry points
	queue   []*request          // in order of arrival
	running map[string]*request // cells that the child has, by msg_id
	judging *request            // the one of running that is to be judged
	wait    *wait               // the companion is asked; nothing else goes meanwhile
	count   int                 // the child's last execution count
	last    []byte              // header of the cell that went to the child last, or was answered last
	shown   map[string]display  // what we showed, by request
	order   []string            // requests in shown, oldest first
	tallies map[string]*tally   // what is recorded of each cell, by request

	remarked map[string]bool // what the person was told about cells that are not treated as they may expect
}

// holds are the times that a flight waits.
type holds struct {
	judge time.Duration // for a verdict, before reply and idle are released
	batch time.Duration // the same, where nobody sits before the notebook
	magic time.Duration // for the answer to one of our magics
	reply time.Duration // for an execute_reply when idle has been seen already
}

var usualHolds = holds{judge: time.Second, batch: 30 * time.Second, magic: 2 * time.Second, reply: 2 * time.Second}

func newFlight(log *slog.Logger, say *speaker, tell *recorder, h holds) *flight {
	return &flight{
		log: log, say: say, tell: tell, holds: h,
		running: map[string]*request{}, shown: map[string]display{}, tallies: map[string]*tally{},
		remarked: map[string]bool{},
	}
}

// change runs fn under the lock and then sends what may go. src is the peer whose callback this is, or nil.
func (f *flight) change(src *wire.Peer, fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			f.log.Error("cell handling failed; passing everything on from here", "panic", r, "stack", string(debug.Stack()))
			f.stepAside()
		}
	}()
	fn()
	f.advance(src)
}

// arrive takes a request from a client.
func (f *flight) arrive(src *wire.Peer, q *request) {
	f.change(src, func() {
		f.noteArrival(q)
		f.queue = append(f.queue, q)
	})
}

// begin opens the challenge: from here on cells are recorded, and those that define a solution are judged.
func (f *flight) begin(slug string) {
	f.change(nil, func() {
		f.slug = slug
		f.opened.Store(true)
	})
}

// belongs reports whether a cell is part of what is recorded: not if another notebook with another challenge shares the
// kernel.
func (f *flight) belongs(c *cell) bool {
	return f.opened.Load() && (c.challenge == "" || c.challenge == f.slug)
}

// welcomed takes the companion's answer to our opening.
func (f *flight) welcomed(w session.Welcome) {
	f.change(nil, func() {
		f.greeted, f.refused = true, w.Error
		f.defines = session.Definition(w.EntryPoints)
		switch {
		case w.Error == "":
		case f.wait != nil:
			f.wait.latest = &session.Feedback{Data: plain(w.Error)}
			f.endWait(answered)
		case f.last != nil:
			f.publishDisplay("display_data", f.last, plain(w.Error), f.newDisplay("", f.last))
		}
	})
}

// ready lets local answers go: the child has been heard.
func (f *flight) ready() { f.change(nil, func() {}) }

// advance sends or answers requests until one has to wait.
func (f *flight) advance(src *wire.Peer) {
	for len(f.queue) > 0 && f.wait == nil && f.judging == nil {
		q := f.queue[0]
		if q.local() && !f.aside && (len(f.running) > 0 || !f.say.knows()) {
			return
		}
		f.queue[0] = nil
		f.queue = f.queue[1:]
		switch {
		case f.aside && !q.connect:
			f.forward(src, q)
		case q.connect:
			f.answerConnect(q)
		case q.aborted && q.cell != nil:
			f.abort(q)
		case q.local():
			f.ask(q)
		default:
			f.forward(src, q)
		}
	}
	if len(f.queue) == 0 {
		f.queue = nil
	}
}

// forward gives a request to the child.
func (f *flight) forward(src *wire.Peer, q *request) {
	if q.cell != nil {
		f.running[q.head.MsgID] = q
		if !q.cell.silent {
			f.last = q.msg.Header
		}
		q.from.owe()
		if q.judge = f.isSolution(q.cell); q.judge {
			f.judging = q
		}
	}
	q.from.toChild(src, q.msg)
}

// isSolution reports whether a verdict is wanted on the cell.
func (f *flight) isSolution(c *cell) bool {
	if !f.belongs(c) || f.aside || f.refused != "" || !c.scored() {
		return false
	}
	switch {
	case c.role == session.RoleSolution:
		return true
	case !f.greeted && c.role == "":
		// The names are not known yet. The companion decides, and answers with nothing when the cell defines none.
		return anyDefinition.MatchString(c.code)
	}
	return f.defines != nil && f.defines.MatchString(c.code)
}

// anyDefinition matches code that defines something at the start of a line.
var anyDefinition = regexp.MustCompile(`(?m)^(?:async[ \t]+def|def|class)[ \t]`)

// replied takes an execute_reply of the child. It goes to the client at once unless its cell is to be judged.
func (f *flight) replied(src *wire.Peer, to *mirror, parent string, msg *protocol.Message) {
	f.change(src, func() {
		q := f.running[parent]
		if q == nil || !q.replied.IsZero() {
			to.toFront(src, msg)
			return
		}
		q.replied = time.Now()
		q.readReply(msg.Content)
		if q.status != "aborted" && q.count > 0 {
			f.count = q.count
		}
		if q.status == "error" && q.cell.stop && !q.cell.silent {
			f.abortQueue()
		}
		q.judge = q.judge && q.verdictWanted()
		if q.judge {
			q.reply, q.replyTo = msg, to
		} else {
			to.toFront(src, msg)
		}
		if q.idled {
			f.finish(src, q)
		}
	})
}

// idle takes an idle status of the child whose parent is a request of ours; it reports whether the flight took it.
func (f *flight) idle(src *wire.Peer, parent string, msg *protocol.Message) {
	f.change(src, func() {
		q := f.running[parent]
		if q == nil || q.idled {
			f.say.pass(src, msg)
			return
		}
		q.idled = true
		f.remark(q)
		if q.judge {
			q.idle = msg
		} else {
			f.say.pass(src, msg)
		}
		if !q.replied.IsZero() {
			f.finish(src, q)
			return
		}
		q.lostReply = time.AfterFunc(f.holds.reply, func() {
			f.change(nil, func() {
				if f.running[parent] == q {
					q.judge = false
					f.finish(nil, q)
				}
			})
		})
	})
}

// finish ends a cell whose reply and idle have both been seen: a solution goes to the companion, any other is over.
func (f *flight) finish(src *wire.Peer, q *request) {
	delete(f.running, q.head.MsgID)
	if f.judging == q {
		f.judging = nil
	}
	if q.lostReply != nil {
		q.lostReply.Stop()
	}
	q.from.paid()
	f.noteFinish(q)
	if q.judge && !f.aside && f.refused == "" {
		f.startWait(q, f.patience(q.cell))
		return
	}
	f.release(src, q)
}

// patience is how long a solution is held. A front end that answers no input() is a batch job, such as nbconvert: nobody
// sits before it, and it stops listening when the cell is idle, so a verdict that comes later would be lost to it.
func (f *flight) patience(c *cell) time.Duration {
	if c.batch {
		return f.holds.batch
	}
	return f.holds.judge
}

// release lets go of what was held of a cell.
func (f *flight) release(src *wire.Peer, q *request) {
	if q.reply != nil {
		q.replyTo.toFront(src, q.reply)
		q.reply = nil
	}
	if q.idle != nil {
		f.say.pass(src, q.idle)
		q.idle = nil
	}
}

// abortQueue marks the cells that wait, as ipykernel does with its queue after an error.
func (f *flight) abortQueue() {
	for _, q := range f.queue {
		q.aborted = true
	}
}

// interrupt ends a wait, and with it what was queued behind: the person wants everything to stop.
func (f *flight) interrupt() {
	f.change(nil, func() {
		if f.wait != nil {
			f.abortQueue()
			f.endWait(interrupted)
		}
	})
}

// stop lets go of everything, because the kernel ends.
func (f *flight) stop() {
	f.change(nil, func() { f.stepAside() })
}

// stepAside releases what is held and makes the flight a plain pipe.
func (f *flight) stepAside() {
	f.aside = true
	if w := f.wait; w != nil {
		f.wait = nil
		w.timer.Stop()
		f.release(nil, w.q)
		if w.q.cell.magic != nil {
			f.endMagic(w.q, false)
		}
	}
	f.judging = nil
	for id, q := range f.running {
		delete(f.running, id)
		q.from.paid()
		q.judge = false
		if q.lostReply != nil {
			q.lostReply.Stop()
		}
		f.release(nil, q)
	}
	for _, q := range f.queue {
		q.from.toChild(nil, q.msg)
	}
	f.queue = nil
}
