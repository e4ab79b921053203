package companion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/assay-kernel/assay/checks/card"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

const (
	watchMessage = 64 << 10 // from a page
	watchBatch   = 200      // records in one frame
	watchPing    = 15 * time.Second
	maxWatchers  = 64 // of one session
)

// watchPatience is how long a page may take nothing before it is cut.
const watchPatience = 10 * time.Second

// watcher is one page that follows a session. It holds a cursor on the log and nothing else: no queue that could
// overflow. What it has not read yet is read from the log when its socket has room; a socket that takes nothing for ten
// seconds is cut, and the page comes back with from=N.
type watcher struct {
	c    *Companion
	l    *live
	who  role
	conn *link.Conn
	wake chan struct{}
	stop context.Context
}

func (w *watcher) kick() { kick(w.wake) }

// Frames to the page.
type (
	recordsFrame struct {
		Records []session.Record `json:"records"`
	}
	sessionFrame struct {
		Session about `json:"session"`
	}
	pingFrame struct {
		Ping uint64 `json:"ping"`
	}
)

// serveWatch upgrades and serves a page's websocket. Two goroutines, this one reads; both end with the connection.
func (c *Companion) serveWatch(w http.ResponseWriter, r *http.Request, who role) {
	from, ok := fromOf(r)
	l, err := c.live(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		c.fail(w, err)
		return
	case l == nil || !ok:
		http.NotFound(w, r)
		return
	}
	patience := time.Duration(c.patience.Load())
	conn, err := link.AcceptBrowser(w, r, c.hosts, watchMessage)
	if err != nil {
		c.log.Warn("page refused", "from", r.RemoteAddr, "origin", r.Header.Get("Origin"), "err", err)
		return
	}
	defer c.connected()()
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	end := context.AfterFunc(ctx, func() { conn.Close(link.CloseGoing, "") })
	defer end()
	conn.Patience(patience)
	watch := &watcher{c: c, l: l, who: who, conn: conn, wake: make(chan struct{}, 1), stop: ctx}
	if err := l.watch(watch); err != nil {
		conn.Close(link.CloseTooSlow, err.Error())
		return
	}
	defer l.unwatch(watch)
	var wg sync.WaitGroup
	wg.Go(func() { defer cancel(); watch.follow(from) })
	watch.listen()
	cancel()
	conn.Close(link.CloseNormal, "")
	wg.Wait()
}

func (l *live) watch(w *watcher) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.dropped:
		return errDropped
	case len(l.watchers) >= maxWatchers:
		return errors.New("too many pages follow this session")
	}
	l.watchers[w] = true
	return nil
}

func (l *live) unwatch(w *watcher) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.watchers, w)
}

// follow sends the session's header, then every record after from, as they come.
func (w *watcher) follow(from uint64) {
	ping := time.NewTicker(watchPing)
	defer ping.Stop()
	for n := uint64(1); ; {
		next, err := w.catchUp(from)
		if err != nil {
			if w.stop.Err() == nil {
				w.c.log.Info("page cut", "session", w.l.id, "at", next, "err", err)
			}
			return
		}
		from = next
		select {
		case <-w.stop.Done():
			return
		case <-w.wake:
		case <-ping.C:
			if err := w.conn.Write(pingFrame{n}); err != nil {
				return
			}
			n++
		}
	}
}

// catchUp sends what is stored after from, then the header that goes with it.
func (w *watcher) catchUp(from uint64) (uint64, error) {
	for {
		records, err := w.c.store.ReadFrom(w.stop, w.l.id, from, watchBatch)
		if err != nil {
			return from, err
		}
		if len(records) == 0 {
			break
		}
		for i := range records {
			records[i] = forRole(records[i], w.who)
		}
		if err := w.conn.Write(recordsFrame{records}); err != nil {
			return from, err
		}
		from = records[len(records)-1].Seq
	}
	a, ok, err := w.c.about(w.stop, w.l.id)
	if err != nil || !ok {
		return from, errors.Join(errors.New("no header"), err)
	}
	return from, w.conn.Write(sessionFrame{a})
}

// forRole takes out of a record what the role may not see. Seq, kind and hashes stay, so an observer sees that
// something is there.
func forRole(r session.Record, who role) session.Record {
	if who == interviewer {
		return r
	}
	switch r.Kind {
	case session.KindVerdict:
		var v session.Verdict
		if json.Unmarshal(r.Data, &v) != nil {
			r.Data = nil
			return r
		}
		rep := reportOf(v)
		if rep == nil {
			r.Data = nil
			return r
		}
		v.Report, _ = session.Encode(forObserver(rep)) // a report that was decoded encodes
		r.Data, _ = session.Encode(v)
	case session.KindNote, session.KindScore:
		r.Data = nil
	}
	return r
}

// forObserver keeps the counts and nothing that tells about an input or an expected value.
func forObserver(rep *report.Report) *report.Report {
	out := *rep.ForCandidate(PolicyCounts)
	out.Correctness.Cases = nil
	return &out
}

// fromPage is a message from a page; one of the four is set.
type fromPage struct {
	ID    string `json:"id"`
	Note  *session.Note
	Score *session.Score
	Hint  *struct{ Step int }
	End   *struct{ Why string } `json:"finish"`
}

// listen takes the page's messages until its connection ends. Everyone is answered, when it is stored.
func (w *watcher) listen() {
	for {
		var m fromPage
		if err := w.conn.Read(&m); err != nil {
			return
		}
		err := w.c.act(w.stop, w.l, w.who, m)
		if m.ID == "" {
			continue
		}
		reply := map[string]string{"ok": m.ID}
		if err != nil {
			reply = map[string]string{"error": err.Error(), "id": m.ID}
		}
		if err := w.conn.Write(reply); err != nil {
			return
		}
	}
}

// act stores what an interviewer does. A message that comes again after a lost connection is done once.
func (c *Companion) act(ctx context.Context, l *live, who role, m fromPage) error {
	if who != interviewer {
		c.log.Warn("an observer tried to act", "session", l.id)
		return errors.New("this link is for looking on")
	}
	if len(m.ID) > 100 || strings.ContainsAny(m.ID, "\r\n") {
		return errors.New("bad id")
	}
	request := ""
	if m.ID != "" {
		request = "page:" + m.ID
	}
	l.acting.Lock()
	defer l.acting.Unlock()
	var e session.Event
	var err error
	done := false
	l.with(func(s *session.State) {
		if done = request != "" && l.acts[request]; !done {
			e, err = l.acted(s, request, m)
		}
	})
	if done || err != nil {
		return err
	}
	if _, err := c.store.Append(ctx, *own(l.id, e)); err != nil {
		c.log.Error("interviewer's message not stored", "session", l.id, "err", err)
		return errors.New("the companion could not store it; try again")
	}
	l.push(m)
	return nil
}

// push shows the candidate what an interviewer has just said or given, under the cell that ran last. A kernel that is
// away finds it with %assay and %hint.
func (l *live) push(m fromPage) {
	var title, text string
	switch {
	case m.Note != nil && m.Note.Show:
		title, text = "Your interviewer says", m.Note.Text
	case m.Hint != nil:
		h := l.challenge.Hints[m.Hint.Step-1]
		title, text = fmt.Sprintf("Hint %d of %d, from your interviewer", m.Hint.Step, len(l.challenge.Hints)), h.Text
	case m.End != nil:
		title, text = "Finished", "Your interviewer ended the session. What you run from now on is recorded and not scored."
	default:
		return
	}
	l.send(session.Down{Feedback: &session.Feedback{Final: true, Data: card.Message(title, text)}})
}

// acted makes the event for a page's message.
func (l *live) acted(s *session.State, request string, m fromPage) (session.Event, error) {
	const by = "interviewer"
	switch {
	case m.Note != nil:
		m.Note.By = by
		return session.NewEvent(session.KindNote, request, "", *m.Note)
	case m.Score != nil:
		m.Score.By = by
		if err := checkScore(*m.Score); err != nil {
			return session.Event{}, err
		}
		return session.NewEvent(session.KindScore, request, "", *m.Score)
	case m.Hint != nil:
		if next := l.nextHint(s); s.Finished != nil || next == 0 || m.Hint.Step != next {
			return session.Event{}, errors.New("that is not the next hint")
		}
		events, err := l.hint(m.Hint.Step, request)
		if err != nil {
			return session.Event{}, err
		}
		return events[0], nil
	case m.End != nil:
		if s.Finished != nil {
			return session.Event{}, errors.New("the session is finished already")
		}
		why := m.End.Why
		if why == "" {
			why = "the interviewer finished"
		}
		return session.NewEvent(session.KindSessionFinished, request, "", session.SessionFinished{Why: why})
	}
	return session.Event{}, errors.New("not a message")
}

// most points of what people score.
var parts = map[string]float64{"problem_solving": 10, "communication": 10, "quality_names": 4, "quality_split": 4}

func checkScore(s session.Score) error {
	most, ok := parts[s.Part]
	if !ok {
		return errors.New("that part is not scored by people")
	}
	if s.Points != nil && !(*s.Points >= 0 && *s.Points <= most) {
		return errors.New("points are out of range")
	}
	return nil
}
