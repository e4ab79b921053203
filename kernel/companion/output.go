package companion

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/assay-kernel/assay/kernel/session"
)

// outputPolicy rules a document that a candidate wrote: no scripts, no forms, no network, an origin of its own. It holds
// in the page's frame and just as well when somebody opens the address itself.
const outputPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

// maxShown is the largest HTML output that is shown.
const maxShown = 1 << 20

// serveOutput sends the text/html of one output as a document.
func (c *Companion) serveOutput(w http.ResponseWriter, r *http.Request, who role) {
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 63)
	if err != nil || seq == 0 {
		http.NotFound(w, r)
		return
	}
	records, err := c.store.ReadFrom(r.Context(), r.PathValue("id"), seq-1, 1)
	if err != nil {
		c.fail(w, err)
		return
	}
	body := ""
	if len(records) == 1 && records[0].Seq == seq {
		body = htmlOf(records[0])
	}
	if body == "" {
		http.NotFound(w, r)
		return
	}
	if len(body) > maxShown {
		body = "<p>This output is larger than 1 MiB and is not shown. The export has it.</p>"
	}
	h := w.Header()
	h.Set("Content-Security-Policy", outputPolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">" +
		"<style>body{font:14px system-ui,sans-serif;margin:8px}table{border-collapse:collapse}th,td{padding:2px 8px;text-align:right}</style>" + body))
}

// htmlOf is the HTML form of an output record; "" when it has none. nbformat allows a text to be a list of lines.
func htmlOf(r session.Record) string {
	if r.Kind != session.KindOutput {
		return ""
	}
	var o session.Output
	var out struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(r.Data, &o) != nil || json.Unmarshal(o.Output, &out) != nil {
		return ""
	}
	raw := out.Data["text/html"]
	var text string
	var lines []string
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return text
	case json.Unmarshal(raw, &lines) == nil:
		return strings.Join(lines, "")
	}
	return ""
}
