package companion

import (
	"crypto/subtle"
	"embed"
	"io/fs"
	"net/http"
	"strings"

	"github.com/assay-kernel/assay/kernel/link"
)

//go:embed page/*.html page/*.js page/*.css
var pageFiles embed.FS

// role is what a browser may see and do. It is checked for every request and for every message of a websocket.
type role int

const (
	nobody      role = iota
	observer         // looks on: no hidden tests, no interviewer's material, no controls
	interviewer      // everything
)

func (r role) String() string { return [...]string{"nobody", "observer", "interviewer"}[r] }

// routes is everything that the companion answers. A key in the first path segment opens the door; behind it only the
// cookie counts.
func (c *Companion) routes() http.Handler {
	mux := http.NewServeMux()
	page := func(need role, h func(http.ResponseWriter, *http.Request, role)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { c.behindDoor(w, r, need, h) }
	}
	mux.HandleFunc("GET /k", c.serveAgent)
	mux.HandleFunc("GET "+link.HealthPath, c.serveHealth)
	mux.HandleFunc("GET /{key}/{$}", c.enter)
	mux.HandleFunc("GET /{key}", c.enter)
	mux.HandleFunc("GET /{$}", page(observer, c.serveHTML("page/index.html")))
	mux.HandleFunc("GET /s/{id}", page(observer, c.serveHTML("page/session.html")))
	mux.HandleFunc("GET /page/{file}", page(observer, c.serveFile))
	mux.HandleFunc("GET /api/sessions", page(observer, c.serveSessions))
	mux.HandleFunc("GET /api/s/{id}/events", page(observer, c.serveEvents))
	mux.HandleFunc("GET /api/s/{id}/watch", page(observer, c.serveWatch))
	mux.HandleFunc("GET /api/s/{id}/export", page(interviewer, c.serveExport))
	mux.HandleFunc("GET /api/challenge/{slug}", page(interviewer, c.serveChallenge))
	mux.HandleFunc("GET /o/{id}/{seq}", page(observer, c.serveOutput))
	return c.counted(mux)
}

// counted makes Close wait for every request. The server itself forgets a connection that becomes a websocket.
func (c *Companion) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.letIn() {
			secure(w.Header(), r.Host)
			http.Error(w, "the companion stops", http.StatusServiceUnavailable)
			return
		}
		defer c.wg.Done()
		h.ServeHTTP(w, r)
	})
}

// serveHealth says who is here, to anybody: a port that was ours may be somebody else's by now.
func (c *Companion) serveHealth(w http.ResponseWriter, r *http.Request) {
	secure(w.Header(), r.Host)
	sendJSON(w, link.Health{Assay: "companion", PID: c.address.PID})
}

// behindDoor checks the Host, the cookie and, for whatever changes something, where the request comes from.
func (c *Companion) behindDoor(w http.ResponseWriter, r *http.Request, need role, h func(http.ResponseWriter, *http.Request, role)) {
	secure(w.Header(), r.Host)
	if !link.AllowedHost(r, c.hosts) {
		http.Error(w, "this companion has another name", http.StatusMisdirectedRequest)
		return
	}
	got := c.roleOf(r)
	switch {
	case got == nobody:
		http.Error(w, "Open the Interviewer link that the companion printed; it lets this browser in.", http.StatusUnauthorized)
	case got < need:
		c.log.Warn("not allowed", "role", got.String(), "path", r.URL.Path)
		http.Error(w, "This link does not allow that.", http.StatusForbidden)
	default:
		h(w, r, got)
	}
}

// secure sets what every answer carries. A page loads only its own files, talks only to its own companion, and nobody
// may frame it.
func secure(h http.Header, host string) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "+
		"font-src 'self'; connect-src 'self' ws://"+cspHost(host)+" wss://"+cspHost(host)+"; frame-src 'self'; base-uri 'none'; "+
		"form-action 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=(), usb=(), payment=()")
	h.Set("Cache-Control", "no-store")
}

// cspHost keeps a Host header from writing policy of its own; a strange one is refused right after anyway.
func cspHost(host string) string {
	if strings.ContainsAny(host, " ;,'\"\r\n\t*/\\") {
		return "invalid"
	}
	return host
}

// enter takes a key for a cookie. The key leaves the address bar at once. A browser that was sent here by another site
// would not send a strict cookie along with a redirect, so it gets a page that goes on by itself.
func (c *Companion) enter(w http.ResponseWriter, r *http.Request) {
	secure(w.Header(), r.Host)
	key := r.PathValue("key")
	var name string
	switch {
	case !link.AllowedHost(r, c.hosts):
		http.Error(w, "this companion has another name", http.StatusMisdirectedRequest)
		return
	case link.SameToken(key, c.keys.Interviewer):
		name = c.keys.Interviewer
	case link.SameToken(key, c.keys.Observer):
		name = c.keys.Observer
	default:
		http.NotFound(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: c.cookieName(r), Value: c.keys.cookie(name), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: link.Secure(r, c.hosts),
	})
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><title>Assay</title><a href="/">Go on</a>`))
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// cookieName carries the port: cookies ignore ports, and two companions on one machine must not log each other out.
func (c *Companion) cookieName(r *http.Request) string {
	_, port, ok := strings.Cut(c.Addr()[strings.LastIndex(c.Addr(), ":"):], ":")
	if !ok {
		return "assay"
	}
	name := "assay-" + port
	if link.Secure(r, c.hosts) {
		return "__Host-" + name
	}
	return name
}

func (c *Companion) roleOf(r *http.Request) role {
	for _, cookie := range r.CookiesNamed(c.cookieName(r)) {
		got := []byte(cookie.Value)
		switch {
		case subtle.ConstantTimeCompare(got, []byte(c.keys.cookie(c.keys.Interviewer))) == 1:
			return interviewer
		case subtle.ConstantTimeCompare(got, []byte(c.keys.cookie(c.keys.Observer))) == 1:
			return observer
		}
	}
	return nobody
}

func (c *Companion) serveHTML(name string) func(http.ResponseWriter, *http.Request, role) {
	return func(w http.ResponseWriter, r *http.Request, _ role) { c.sendFile(w, r, name) }
}

func (c *Companion) serveFile(w http.ResponseWriter, r *http.Request, _ role) {
	c.sendFile(w, r, "page/"+r.PathValue("file"))
}

var pageTypes = map[string]string{
	"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
	"svg": "image/svg+xml",
}

func (c *Companion) sendFile(w http.ResponseWriter, r *http.Request, name string) {
	body, err := fs.ReadFile(pageFiles, name)
	kind := pageTypes[name[strings.LastIndex(name, ".")+1:]]
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body) // a browser that went away
}
