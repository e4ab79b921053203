package companion

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// foldedInList is for how many of the newest sessions the list shows a clock. The others are one row of the store: a
// year of sessions must not be read to show a list.
const foldedInList = 100

func (c *Companion) serveSessions(w http.ResponseWriter, r *http.Request, _ role) {
	known, err := c.store.Sessions(r.Context())
	if err != nil {
		c.fail(w, err)
		return
	}
	list := make([]about, 0, len(known))
	for i, k := range known {
		if i >= foldedInList || time.Since(k.Updated) > 12*time.Hour {
			a := about{Summary: k.Summary}
			if k.State == "finished" {
				a.Phase = session.PhaseFinished
			}
			list = append(list, a)
			continue
		}
		a, ok, err := c.about(r.Context(), k.ID)
		if err != nil {
			c.fail(w, err)
			return
		}
		if ok {
			list = append(list, a)
		}
	}
	sendJSON(w, map[string]any{"schema": "assay.sessions/1", "mode": c.cfg.Mode, "sessions": list})
}

func (c *Companion) fail(w http.ResponseWriter, err error) {
	c.log.Error("request failed", "err", err)
	http.Error(w, "the companion could not read its log", http.StatusInternalServerError)
}

func sendJSON(w http.ResponseWriter, v any) {
	body, err := session.Encode(v)
	if err != nil {
		http.Error(w, "not encodable", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(append(body, '\n'))
}

// serveEvents sends a session's records as JSON lines, from ?from=N on.
func (c *Companion) serveEvents(w http.ResponseWriter, r *http.Request, who role) {
	from, ok := fromOf(r)
	if !ok {
		http.Error(w, "from is a number", http.StatusBadRequest)
		return
	}
	l, err := c.live(r.Context(), r.PathValue("id"))
	if err != nil {
		c.fail(w, err)
		return
	}
	if l == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/jsonl; charset=utf-8")
	out, done := zipped(w, r)
	defer done()
	if err := c.eachRecord(r.Context(), l.id, from, func(rec session.Record) error {
		body, err := session.Encode(forRole(rec, who))
		if err == nil {
			_, err = out.Write(append(body, '\n'))
		}
		return err
	}); err != nil {
		c.log.Warn("events cut short", "session", l.id, "err", err)
		panic(http.ErrAbortHandler) // the reader must not take half for the whole
	}
}

func (c *Companion) eachRecord(ctx context.Context, id string, from uint64, f func(session.Record) error) error {
	for {
		records, err := c.store.ReadFrom(ctx, id, from, 1000)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, rec := range records {
			if err := f(rec); err != nil {
				return err
			}
		}
		from = records[len(records)-1].Seq
	}
}

// fromOf reads ?from=N: the last record that the reader has.
func fromOf(r *http.Request) (uint64, bool) {
	text := r.URL.Query().Get("from")
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(text, 10, 63)
	return n, err == nil
}

func zipped(w http.ResponseWriter, r *http.Request) (io.Writer, func()) {
	w.Header().Set("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return w, func() {}
	}
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	return z, func() { _ = z.Close() } // a browser that went away
}

// material is what an interviewer has beside the notebook.
type material struct {
	Slug       string           `json:"slug"`
	Title      string           `json:"title"`
	Minutes    int              `json:"minutes"`
	Category   string           `json:"category"`
	Difficulty string           `json:"difficulty"`
	Prompt     string           `json:"prompt"`
	Terms      string           `json:"terms"` // libraries and sizes
	Example    string           `json:"example"`
	Clarify    []notebooks.QA   `json:"clarify"`
	Hints      []notebooks.Hint `json:"hints"`
	FollowUps  []string         `json:"follow_ups"`
	Entries    []string         `json:"entry_points"`
}

func (c *Companion) serveChallenge(w http.ResponseWriter, r *http.Request, _ role) {
	ch, ok := c.cfg.Bank.Lookup(r.PathValue("slug"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	sendJSON(w, material{ch.Slug, ch.Title, ch.Minutes, ch.Category, ch.Difficulty, ch.Prompt, ch.Terms(), ch.Example,
		ch.Clarify, ch.Hints, ch.FollowUps, ch.EntryPoints})
}
