package link

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// How much may be on its way without an acknowledgement.
const (
	windowEvents = 256
	windowBytes  = 8 << 20
)

// downLimit bounds what a companion may send in one message: a card is some tens of KiB.
const downLimit = 8 << 20

// delivery is one connection that carries one spool.
type delivery struct {
	conn  *Conn
	spool *session.Spool
	hello session.Hello

	welcome func(session.Welcome)
	ack     func(uint64)
	hear    func(session.Down) // feedback and clock
	grown   <-chan struct{}    // nil: the spool is complete, end when all of it is acknowledged

	acks chan uint64
	errs chan error
}

// errRefused is a Welcome with an Error: this session is not recorded, and asking again changes nothing.
var errRefused = errors.New("link: the companion refuses this session")

// errTaken says that the companion has more events of this spool than the spool has: another program on this machine spoke
// in its name. What comes now could only be lost among that program's events, so it stays here.
var errTaken = errors.New("link: another program speaks for this kernel")

const taken = "Another program on this machine speaks to the companion for this kernel, so what happens from here on is not recorded: restart the kernel."

// connect delivers our own spool over one connection, after what an earlier process of this session left behind.
func (c *Client) connect(ctx context.Context, orphans *recovery) error {
	a, err := c.address(ctx)
	if err != nil {
		return err
	}
	orphans.first(ctx, a)
	conn, err := open(ctx, a)
	if err != nil {
		return err
	}
	defer conn.Close(CloseNormal, "")
	hello := c.cfg.Hello
	hello.Pending = c.stillPending()
	d := &delivery{conn: conn, spool: c.spool, hello: hello, ack: c.ack, hear: c.hear, grown: c.spooled,
		welcome: func(w session.Welcome) {
			if w.Error == "" {
				c.ack(w.LastSrcSeq)
			}
			c.down.put(session.Down{Welcome: &w})
			orphans.rest(ctx, a)
		}}
	err = d.run(ctx)
	if errors.Is(err, errRefused) {
		c.mu.Lock()
		c.sealed = true
		c.mu.Unlock()
		kick(c.drained)
	}
	return err
}

func open(ctx context.Context, a Address) (*Conn, error) {
	url, err := agentURL(a.URL)
	if err != nil {
		return nil, err
	}
	return Dial(ctx, url, a.Token, downLimit)
}

func (c *Client) hear(d session.Down) {
	if d.Feedback != nil && d.Feedback.Final {
		c.answered(d.Feedback.Request)
	}
	c.down.put(d)
}

// run says hello, then sends whatever the spool has after the last event that the companion has, as it grows.
func (d *delivery) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { d.conn.Close(CloseNormal, "") })
	defer stop()
	if err := d.conn.Write(session.Up{Hello: &d.hello}); err != nil {
		return err
	}
	var first session.Down
	if err := d.conn.Read(&first); err != nil {
		return err
	}
	w := first.Welcome
	switch {
	case w == nil:
		return errors.New("link: the companion did not say welcome")
	case w.Error != "":
		d.welcome(*w)
		return errRefused
	case d.grown != nil && w.LastSrcSeq > d.spool.Len(): // a spool that is complete may have lost its end, with the machine
		w.Error = taken
		d.welcome(*w)
		return errTaken
	}
	d.welcome(*w)
	d.acks, d.errs = make(chan uint64, 1), make(chan error, 1)
	reading := make(chan struct{})
	go func() { defer close(reading); d.read() }()
	err := d.send(ctx, w.LastSrcSeq)
	d.conn.Close(CloseNormal, "")
	<-reading
	return err
}

// read ends with the connection.
func (d *delivery) read() {
	for {
		var m session.Down
		if err := d.conn.Read(&m); err != nil {
			d.errs <- err
			return
		}
		if m.Ack > 0 {
			d.ack(m.Ack)
			select { // the newest acknowledgement counts for all before it
			case <-d.acks:
			default:
			}
			d.acks <- m.Ack
		}
		if m.Feedback != nil || m.Clock != nil {
			d.hear(m)
		}
	}
}

// send keeps the window full. It returns when the connection ends, ctx does, or a complete spool is delivered.
func (d *delivery) send(ctx context.Context, acked uint64) error {
	next, held := acked+1, map[uint64]int{}
	bytes := 0
	for {
		for next <= d.spool.Len() && next <= acked+windowEvents && bytes < windowBytes {
			body, err := d.spool.Read(next)
			if err != nil {
				return err
			}
			if err := d.conn.WriteRaw(slices.Concat([]byte(`{"event":`), body, []byte("}"))); err != nil { // an Up
				return err
			}
			held[next] = len(body)
			bytes += len(body)
			next++
		}
		if d.grown == nil && acked >= d.spool.Len() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-d.errs:
			return err
		case <-d.grown:
		case seq := <-d.acks:
			if seq >= next {
				return fmt.Errorf("link: event %d was acknowledged before it was sent", seq)
			}
			for ; acked < seq; acked++ {
				bytes -= held[acked+1]
				delete(held, acked+1)
			}
		}
	}
}

// orphanTimeout bounds how long an earlier process's spool may delay our own.
const orphanTimeout = 3 * time.Second
