package link

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// syncEvery is how long a spooled event may be lost by a power failure; urgent ones are not.
const syncEvery = 200 * time.Millisecond

// gatherFor is how long events that are not urgent may wait for others before they are delivered. A cell makes three or
// more within milliseconds, and delivering each by itself costs the companion a commit and both a wake-up, in the very
// moment in which the candidate's cell wants the processor.
const gatherFor = 30 * time.Millisecond

// spooler moves events from memory to the spool. It ends when the client is closed and the queue is empty.
func (c *Client) spooler() {
	for range c.wake {
		for {
			batch, closed := c.take()
			for _, e := range batch {
				c.write(e)
			}
			if len(batch) == 0 && closed {
				return
			}
			if len(batch) == 0 {
				break
			}
		}
	}
}

func (c *Client) take() ([]session.Event, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.queue), c.closed
}

// write spools one event and takes it off the queue afterwards, so that Close sees it in one of the two.
func (c *Client) write(e session.Event) {
	c.insist(e)
	c.mu.Lock()
	c.queue = c.queue[1:]
	c.held -= int64(len(e.Data))
	if len(c.queue) == 0 {
		c.queue = nil
	}
	c.mu.Unlock()
	kick(c.drained)
	urgent := session.Urgent(e)
	if urgent {
		kick(c.spooled)
	} else {
		c.gather()
	}
	select {
	case c.dirty <- urgent:
	default:
	}
}

// gather has what is spooled delivered a little later, together with what comes until then.
func (c *Client) gather() {
	if c.gathering.CompareAndSwap(false, true) {
		time.AfterFunc(gatherFor, func() {
			c.gathering.Store(false)
			kick(c.spooled)
		})
	}
}

// insist appends until it succeeds: a full disk is often not full for long, and what is recorded meanwhile waits in
// memory. When the client closes there is no more waiting.
func (c *Client) insist(e session.Event) {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		_, err := c.spool.Append(e)
		switch {
		case err == nil:
			return
		case errors.Is(err, session.ErrBad):
			c.log.Error("event dropped", "kind", e.Kind, "err", err)
			return
		}
		c.mu.Lock()
		closed := c.closed
		c.mu.Unlock()
		c.log.Error("event not spooled", "kind", e.Kind, "lost", closed, "err", err)
		if closed {
			return
		}
		time.Sleep(pause)
	}
}

// syncer syncs the spool at most every 200 ms, at once for what is urgent. It ends after the spooler, with a last sync.
func (c *Client) syncer(spooling <-chan struct{}) {
	for {
		select {
		case <-spooling:
			c.sync()
			return
		case now := <-c.dirty:
			for t := time.NewTimer(syncEvery); !now; {
				select {
				case now = <-c.dirty:
				case <-t.C:
					now = true
				case <-spooling:
					now = true
				}
			}
			c.sync()
		}
	}
}

func (c *Client) sync() {
	if err := c.spool.Sync(); err != nil {
		c.log.Error("spool not synced", "err", err)
	}
}

// wantsFeedback reports whether the kernel waits for an answer to e.
func wantsFeedback(e session.Event) bool {
	var want struct{ Judge, Answer bool }
	switch e.Kind {
	case session.KindCellFinished, session.KindMagic:
		return json.Unmarshal(e.Data, &want) == nil && (want.Judge || want.Answer)
	}
	return false
}

// answered forgets a request whose final Feedback came.
func (c *Client) answered(request string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = slices.DeleteFunc(c.pending, func(r string) bool { return r == request })
}

func (c *Client) stillPending() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.pending)
}

func (c *Client) ack(seq uint64) {
	c.mu.Lock()
	c.acked = min(seq, c.spool.Len())
	c.mu.Unlock()
	kick(c.drained)
}
