package companion

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

// browser has opened one of the companion's links.
type browser struct {
	t *testing.T
	c *Companion
	http.Client
}

func browse(t *testing.T, c *Companion, link string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, c: c, Client: http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}}}
	t.Cleanup(b.CloseIdleConnections)
	resp, _ := b.get(link)
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/" {
		t.Fatalf("the link gave %d at %s", resp.StatusCode, resp.Request.URL.Path)
	}
	return b
}

func (b *browser) get(url string, headers ...string) (*http.Response, string) {
	b.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = b.c.Address().URL + url
	}
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	resp, err := b.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp, string(body)
}

func (b *browser) cookie() string {
	req, _ := http.NewRequest("GET", b.c.Address().URL, nil)
	for _, c := range b.Jar.Cookies(req.URL) {
		return c.Name + "=" + c.Value
	}
	return ""
}

// frame is anything that the companion sends to a page.
type frame struct {
	Records []session.Record
	Session *about
	OK      string `json:"ok"`
	ID      string
	Error   string
}

// page follows a session as the page does.
type page struct {
	t    *testing.T
	conn *link.Conn
	seq  uint64
	log  []session.Record
}

func (b *browser) watch(id string, from uint64) *page {
	b.t.Helper()
	url := fmt.Sprintf("%s/api/s/%s/watch?from=%d", strings.Replace(b.c.Address().URL, "http", "ws", 1), id, from)
	h := http.Header{"Cookie": {b.cookie()}, "Origin": {b.c.Address().URL}}
	conn, err := link.DialAs(b.t.Context(), url, h, 8<<20)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close(link.CloseNormal, "") })
	return &page{t: b.t, conn: conn, seq: from}
}

// until reads frames until one matches; records must come without a gap.
func (p *page) until(what string, match func(frame) bool) frame {
	p.t.Helper()
	timer := time.AfterFunc(30*time.Second, func() { p.conn.Close(link.CloseNormal, "") })
	defer timer.Stop()
	for {
		var f frame
		if err := p.conn.Read(&f); err != nil {
			p.t.Fatalf("no %s: %v", what, err)
		}
		for _, r := range f.Records {
			if p.seq++; r.Seq != p.seq {
				p.t.Fatalf("record %d came where %d is due", r.Seq, p.seq)
			}
			p.log = append(p.log, r)
		}
		if match(f) {
			return f
		}
	}
}

func (p *page) untilKind(kind session.Kind) session.Record {
	p.t.Helper()
	var found session.Record
	p.until(string(kind), func(f frame) bool {
		for _, r := range f.Records {
			if r.Kind == kind {
				found = r
				return true
			}
		}
		return false
	})
	return found
}

func (p *page) say(message string) frame {
	p.t.Helper()
	var sent struct{ ID string }
	if err := json.Unmarshal([]byte(message), &sent); err != nil {
		p.t.Fatal(err)
	}
	if err := p.conn.WriteRaw([]byte(message)); err != nil {
		p.t.Fatal(err)
	}
	return p.until("answer", func(f frame) bool { return f.OK == sent.ID || f.ID == sent.ID })
}

func TestPageFollows(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	b := browse(t, c, c.InterviewerURL())
	p := b.watch(id, 0)
	f := p.until("header", func(f frame) bool { return f.Session != nil })
	if !f.Session.Connected || f.Session.Title != "Pairwise distances" || f.Session.ID != id {
		t.Errorf("header %+v", f.Session)
	}
	k.final(k.run("sol", session.RoleSolution, "def pairwise", true))
	v := p.untilKind(session.KindVerdict)
	if !strings.Contains(string(v.Data), "hidden: expected 0") {
		t.Errorf("the interviewer does not see the cases: %s", v.Data)
	}
	if err := session.Verify(p.log, ""); err != nil {
		t.Errorf("what the page got is no chain: %v", err)
	}
	k.close()
	p.until("kernel gone", func(f frame) bool { return f.Session != nil && !f.Session.Connected })
	again := b.watch(id, 2)
	if r := again.untilKind(session.KindCellFinished); r.Seq != 3 {
		t.Errorf("from=2 came to record %d", r.Seq)
	}
	resp, body := b.get("/api/s/" + id + "/events?from=1")
	lines := bufio.NewScanner(strings.NewReader(body))
	n := uint64(1)
	for lines.Scan() {
		var r session.Record
		if n++; json.Unmarshal(lines.Bytes(), &r) != nil || r.Seq != n {
			t.Fatalf("line %d is record %d", n, r.Seq)
		}
	}
	if n != p.seq || resp.StatusCode != 200 {
		t.Errorf("%d records by request, %d by websocket", n, p.seq)
	}
}

func TestInterviewerActsOnce(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	p := browse(t, c, c.InterviewerURL()).watch(id, 0)
	tests := []struct{ send, refused string }{
		{`{"id":"a1","note":{"text":"asks well","by":"somebody else"}}`, ""},
		{`{"id":"a1","note":{"text":"asks well"}}`, ""}, // the answer was lost, the page sends again
		{`{"id":"a2","score":{"part":"communication","points":7.5,"why":"clear"}}`, ""},
		{`{"id":"a3","score":{"part":"correctness","points":35}}`, "not scored by people"},
		{`{"id":"a4","score":{"part":"communication","points":11}}`, "out of range"},
		{`{"id":"a5","hint":{"step":2}}`, "not the next"},
		{`{"id":"a6","hint":{"step":1}}`, ""},
		{`{"id":"a7"}`, "not a message"},
		{`{"id":"a8","finish":{"why":"time"}}`, ""},
		{`{"id":"a9","finish":{"why":"again"}}`, "finished already"},
		{`{"id":"b1","hint":{"step":2}}`, "not the next"},
	}
	for _, tt := range tests {
		f := p.say(tt.send)
		if (tt.refused == "") != (f.Error == "") || !strings.Contains(f.Error, tt.refused) {
			t.Errorf("%s: answered %+v", tt.send, f)
		}
	}
	log, err := c.store.ReadAll(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	s := session.Fold(log)
	if len(s.Notes) != 1 || s.Notes[0].By != "interviewer" || *s.Scores["communication"].Points != 7.5 || len(s.Hints) != 1 || s.Finished.Why != "time" {
		t.Errorf("notes %+v, scores %+v, hints %+v, finished %+v", s.Notes, s.Scores, s.Hints, s.Finished)
	}
}

func TestObserverSeesNoTests(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	k.final(k.run("sol", session.RoleSolution, "def pairwise", true))
	b := browse(t, c, c.ObserverURL())
	p := b.watch(id, 0)
	if f := p.say(`{"id":"x","note":{"text":"hello"}}`); f.Error == "" {
		t.Error("an observer wrote a note")
	}
	if p.seq < 4 {
		p.untilKind(session.KindVerdict)
	}
	_, events := b.get("/api/s/" + id + "/events")
	for _, r := range p.log {
		events += string(r.Data)
	}
	if strings.Contains(events, "hidden") || strings.Contains(events, "equal rows") {
		t.Error("an observer sees hidden tests")
	}
	for _, path := range []string{"/api/challenge/warm-up", "/api/s/" + id + "/export?format=json"} {
		if resp, _ := b.get(path); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s answers an observer %d", path, resp.StatusCode)
		}
	}
}

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

func TestOutputDocumentIsSandboxed(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	b := browse(t, c, c.InterviewerURL())
	p := b.watch(id, 0)
	k.record(session.KindCellStarted, "r", "a", session.CellStarted{Code: "df"})
	k.record(session.KindOutput, "r", "a", session.Output{Output: json.RawMessage(
		`{"output_type":"display_data","data":{"text/html":["<script>alert(1)</script>\n","<b>x</b>"]},"metadata":{}}`)})
	seq := p.untilKind(session.KindOutput).Seq
	resp, body := b.get(fmt.Sprintf("/o/%s/%d", id, seq))
	csp := resp.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "sandbox; default-src 'none'") || strings.Contains(csp, "allow-") || !strings.Contains(body, "<b>x</b>") {
		t.Errorf("policy %q, body %q", csp, body)
	}
	if resp, _ := b.get(fmt.Sprintf("/o/%s/%d", id, seq-1)); resp.StatusCode != 404 {
		t.Errorf("a record without output gives %d", resp.StatusCode)
	}
}

func TestExport(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	k.final(k.run("assay-solution", session.RoleSolution, "def pairwise(X):\n    return X", true))
	b := browse(t, c, c.InterviewerURL())
	for _, format := range []string{"ipynb", "html", "json"} {
		resp, body := b.get("/api/s/" + id + "/export?format=" + format)
		name := resp.Header.Get("Content-Disposition")
		if resp.StatusCode != 200 || !strings.Contains(body, "def pairwise") || name != fmt.Sprintf("attachment; filename=\"warm-up-%s.%s\"", id[:8], format) {
			t.Errorf("%s: %d, %q, %.200s", format, resp.StatusCode, name, body)
		}
	}
	if resp, _ := b.get("/api/s/" + id + "/export?format=exe"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown format gives %d", resp.StatusCode)
	}
	if resp, _ := b.get("/api/s/nobody/export?format=json"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown session gives %d", resp.StatusCode)
	}
	if _, body := b.get("/api/s/" + id + "/export?format=json&audience=candidate"); strings.Contains(body, "hidden: expected") {
		t.Error("the candidate's export says what the oracle expected")
	}
}

func TestSlowPageIsCutAndComesBack(t *testing.T) {
	old := watchPatience
	watchPatience = 300 * time.Millisecond
	defer func() { watchPatience = old }()
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	b := browse(t, c, c.InterviewerURL())
	good, slow := b.watch(id, 0), b.watch(id, 0)
	big, err := session.Encode(map[string]string{"output_type": "stream", "text": strings.Repeat("x", 300_000)})
	if err != nil {
		t.Fatal(err)
	}
	const outputs = 60 // more than the sockets' buffers hold
	k.record(session.KindCellStarted, "r", "a", session.CellStarted{Code: "print()"})
	for range outputs {
		k.record(session.KindOutput, "r", "a", session.Output{Output: big})
	}
	k.record(session.KindCellFinished, "r", "a", session.CellFinished{Status: "ok"})
	good.untilKind(session.KindCellFinished)
	l, err := c.live(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		l.mu.Lock()
		n := len(l.watchers)
		l.mu.Unlock()
		if n == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the slow page was not cut")
		}
	}
	for { // what was on its way
		var f frame
		if slow.conn.Read(&f) != nil {
			break
		}
		for _, r := range f.Records {
			slow.seq = r.Seq
		}
	}
	if slow.seq >= good.seq {
		t.Fatal("the slow page got everything; this test proves nothing")
	}
	back := b.watch(id, slow.seq)
	back.untilKind(session.KindCellFinished)
	if back.seq != good.seq {
		t.Errorf("came back from %d and got up to %d of %d", slow.seq, back.seq, good.seq)
	}
}

func TestTooManyPages(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	b := browse(t, c, c.InterviewerURL())
	for range maxWatchers {
		b.watch(id, 0)
	}
	var f frame
	p := b.watch(id, 0)
	if err := p.conn.Read(&f); link.Code(err) != link.CloseTooSlow {
		t.Errorf("one page more: %v", err)
	}
}
