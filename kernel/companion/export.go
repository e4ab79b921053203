package companion

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// formats of an export, by what follows ?format=. None of them is ever shown in our origin: they are attachments.
var formats = map[string]struct {
	kind  string
	write func(*notebooks.Graded) ([]byte, error)
}{
	"ipynb": {"application/x-ipynb+json", func(g *notebooks.Graded) ([]byte, error) { return g.Notebook().Bytes() }},
	"html":  {"text/html; charset=utf-8", (*notebooks.Graded).HTML},
	"json":  {"application/json; charset=utf-8", (*notebooks.Graded).JSON},
}

// serveExport sends the session as a file: ?format=ipynb, html or json, for the interviewer unless
// ?audience=candidate asks for what the candidate may have.
func (c *Companion) serveExport(w http.ResponseWriter, r *http.Request, _ role) {
	format, ok := formats[r.URL.Query().Get("format")]
	if !ok {
		http.Error(w, "format is ipynb, html or json", http.StatusBadRequest)
		return
	}
	audience := notebooks.ForInterviewer
	if r.URL.Query().Get("audience") == string(notebooks.ForCandidate) {
		audience = notebooks.ForCandidate
	}
	known, found, err := c.store.Session(r.Context(), r.PathValue("id"))
	if err != nil {
		c.fail(w, err)
		return
	}
	if !found {
		http.NotFound(w, r)
		return
	}
	body, err := c.export(r, known, audience, format.write)
	if err != nil {
		c.log.Error("no export", "session", known.ID, "err", err)
		http.Error(w, "This session cannot be exported: "+err.Error(), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", format.kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q",
		fmt.Sprintf("%s-%.8s.%s", slug(known.Identity.Challenge), known.ID, r.URL.Query().Get("format"))))
	_, _ = w.Write(body) // a browser that went away
}

// export writes the file, from a log whose chain holds.
func (c *Companion) export(r *http.Request, known store.Known, audience notebooks.Audience,
	write func(*notebooks.Graded) ([]byte, error)) ([]byte, error) {
	ch, ok := c.cfg.Bank.Lookup(known.Identity.Challenge)
	if !ok {
		return nil, errors.New("the bank does not have its challenge any more")
	}
	log, err := c.store.ReadAll(r.Context(), known.ID)
	if err != nil {
		return nil, err
	}
	if err := session.Verify(log, ""); err != nil {
		return nil, fmt.Errorf("its log is damaged: %v", err)
	}
	g, err := notebooks.Grade(ch, log, notebooks.ExportOptions{Audience: audience})
	if err != nil {
		return nil, err
	}
	return write(g)
}

// slug keeps of a name what is safe in a file's name on every system.
func slug(name string) string {
	out := make([]byte, 0, len(name))
	for i := 0; i < len(name) && i < 64; i++ {
		if b := name[i]; b == '-' || b >= 'a' && b <= 'z' || b >= '0' && b <= '9' {
			out = append(out, b)
		}
	}
	return string(out)
}
