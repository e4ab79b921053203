package companion

import (
	"net/http"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

func TestDoor(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	stranger := &browser{t: t, c: c, Client: http.Client{Transport: &http.Transport{}}}
	t.Cleanup(stranger.CloseIdleConnections)
	for _, path := range []string{"/", "/s/" + id, "/page/app.css", "/api/sessions", "/api/s/" + id + "/events", "/api/s/" + id + "/watch",
		"/api/challenge/warm-up", "/o/" + id + "/1", "/api/s/" + id + "/export?format=json"} {
		if resp, _ := stranger.get(path); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s answers a stranger %d", path, resp.StatusCode)
		}
	}
	if resp, _ := stranger.get("/" + newKey() + "/"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a wrong key gives %d", resp.StatusCode)
	}
	b := browse(t, c, c.InterviewerURL())
	for _, path := range []string{"/", "/s/" + id, "/page/app.css", "/page/session.js", "/api/sessions", "/api/challenge/warm-up"} {
		resp, _ := b.get(path)
		csp := resp.Header.Get("Content-Security-Policy")
		if resp.StatusCode != 200 || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %d, policy %q", path, resp.StatusCode, csp)
		}
	}
	for _, host := range []string{"evil.test", "evil.test:" + strings.Split(c.Addr(), ":")[1], "127.0.0.1"} {
		if resp, _ := b.get("/api/sessions", "Host", host, "Cookie", b.cookie()); resp.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("Host %s is answered %d", host, resp.StatusCode)
		}
	}
	resp, body := b.get(c.InterviewerURL(), "Sec-Fetch-Site", "cross-site")
	if resp.StatusCode != 200 || !strings.Contains(body, "refresh") || resp.Header.Get("Set-Cookie") == "" {
		t.Errorf("a link from another site gives %d %s", resp.StatusCode, body)
	}
	for _, attr := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(resp.Header.Get("Set-Cookie"), attr) {
			t.Errorf("the cookie lacks %s", attr)
		}
	}
}

func TestBehindATLSProxy(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, func(cfg *Config) { cfg.Hosts = []string{"https://assay.example"} })
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	stranger := &browser{t: t, c: c, Client: http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
	t.Cleanup(stranger.CloseIdleConnections)
	resp, _ := stranger.get(c.InterviewerURL(), "Host", "assay.example")
	cookie := resp.Header.Get("Set-Cookie")
	if resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "Secure") {
		t.Fatalf("%d, cookie %q", resp.StatusCode, cookie)
	}
	cookie, _, _ = strings.Cut(cookie, ";")
	ws := strings.Replace(c.Address().URL, "http", "ws", 1) + "/api/s/" + id + "/watch"
	for origin, want := range map[string]bool{"https://assay.example": true, "http://assay.example": false} {
		conn, err := link.DialAs(t.Context(), ws, http.Header{"Cookie": {cookie}, "Origin": {origin}, "Host": {"assay.example"}}, 1<<20)
		if (err == nil) != want {
			t.Errorf("origin %s: %v", origin, err)
		}
		if err == nil {
			conn.Close(link.CloseNormal, "")
		}
	}
}

func TestWebsocketsCheckWhoCalls(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	b := browse(t, c, c.InterviewerURL())
	ws := strings.Replace(c.Address().URL, "http", "ws", 1)
	own := c.Address().URL
	tests := []struct {
		name, path string
		header     http.Header
		status     int
	}{
		{"page, foreign origin", "/api/s/" + id + "/watch", http.Header{"Cookie": {b.cookie()}, "Origin": {"http://evil.test"}}, 403},
		{"page, null origin", "/api/s/" + id + "/watch", http.Header{"Cookie": {b.cookie()}, "Origin": {"null"}}, 403},
		{"page, no origin", "/api/s/" + id + "/watch", http.Header{"Cookie": {b.cookie()}}, 403},
		{"page, other scheme", "/api/s/" + id + "/watch", http.Header{"Cookie": {b.cookie()}, "Origin": {strings.Replace(own, "http", "https", 1)}}, 403},
		{"page, rebound name", "/api/s/" + id + "/watch", http.Header{"Cookie": {b.cookie()}, "Origin": {"http://evil.test"}, "Host": {"evil.test"}}, 421},
		{"page, no cookie", "/api/s/" + id + "/watch", http.Header{"Origin": {own}}, 401},
		{"kernel, no token", "/k", http.Header{}, 401},
		{"kernel, wrong token", "/k", http.Header{"Authorization": {"Bearer " + newKey()}}, 401},
		{"kernel, page's key", "/k", http.Header{"Authorization": {"Bearer " + c.keys.Interviewer}}, 401},
		{"kernel, from a page", "/k", http.Header{"Authorization": {"Bearer " + c.keys.Agent}, "Origin": {own}}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := link.DialAs(t.Context(), ws+tt.path, tt.header, 1<<20)
			if err == nil {
				conn.Close(link.CloseNormal, "")
				t.Fatal("was let in")
			}
			if refused, ok := err.(*link.StatusError); !ok || refused.Status != tt.status {
				t.Errorf("got %v, want %d", err, tt.status)
			}
		})
	}
}
