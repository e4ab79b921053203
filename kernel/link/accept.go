package link

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
)

var buffers sync.Pool

func upgrade(w http.ResponseWriter, r *http.Request, limit int64) (*Conn, error) {
	u := websocket.Upgrader{
		ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &buffers,
		CheckOrigin: func(*http.Request) bool { return true }, // checked before, exactly
	}
	ws, err := u.Upgrade(w, r, nil)
	if err != nil {
		return nil, err // the library has answered
	}
	return newConn(ws, limit), nil
}

// AcceptAgent upgrades a kernel's request. Whatever has an Origin is a page in a browser and is refused, with the
// right token too: a page must not be able to speak for a kernel.
func AcceptAgent(w http.ResponseWriter, r *http.Request, token string, limit int64) (*Conn, error) {
	if _, ok := r.Header["Origin"]; ok {
		http.Error(w, "this address is for kernels", http.StatusForbidden)
		return nil, &StatusError{http.StatusForbidden}
	}
	got, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || !SameToken(got, token) {
		http.Error(w, "bad token", http.StatusUnauthorized)
		return nil, &StatusError{http.StatusUnauthorized}
	}
	return upgrade(w, r, limit)
}

// AcceptBrowser upgrades a page's request. The Host must be one of ours, and the Origin must be exactly the page that
// was served under that Host: a missing Origin, null, another scheme or a rebound name is refused. The caller has
// checked who it is.
func AcceptBrowser(w http.ResponseWriter, r *http.Request, hosts []string, limit int64) (*Conn, error) {
	if !AllowedHost(r, hosts) || !sameOrigin(r, hosts) {
		http.Error(w, "not from this page", http.StatusForbidden)
		return nil, &StatusError{http.StatusForbidden}
	}
	return upgrade(w, r, limit)
}

// AllowedHost reports whether the request was sent to one of our own names: host:port, or https://host[:port] for a name
// that a TLS proxy answers for us.
func AllowedHost(r *http.Request, hosts []string) bool {
	host := strings.ToLower(r.Host)
	return slices.Contains(hosts, host) || slices.Contains(hosts, "https://"+host)
}

// Secure reports whether the browser speaks TLS, to us or to the proxy before us.
func Secure(r *http.Request, hosts []string) bool {
	return r.TLS != nil || slices.Contains(hosts, "https://"+strings.ToLower(r.Host))
}

func sameOrigin(r *http.Request, hosts []string) bool {
	o := r.Header["Origin"]
	if len(o) != 1 {
		return false
	}
	u, err := url.Parse(o[0])
	scheme := "http"
	if Secure(r, hosts) {
		scheme = "https"
	}
	return err == nil && u.Scheme == scheme && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// SameToken compares in constant time. An empty token never matches.
func SameToken(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && want != ""
}
