package companion

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

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

func TestSlowPageIsCutAndOthersAreServed(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	b := browse(t, c, c.InterviewerURL())
	c.patience.Store(int64(300 * time.Millisecond))
	b.watchAndSleep(id)
	c.patience.Store(int64(time.Minute))
	good := b.watch(id, 0)
	big, err := session.Encode(map[string]string{"output_type": "stream", "text": strings.Repeat("x", 300_000)})
	if err != nil {
		t.Fatal(err)
	}
	k.record(session.KindCellStarted, "r", "a", session.CellStarted{Code: "print()"})
	for range 30 { // more than the sleeper's buffers hold
		k.record(session.KindOutput, "r", "a", session.Output{Output: big})
	}
	k.record(session.KindCellFinished, "r", "a", session.CellFinished{Status: "ok"})
	good.untilKind(session.KindCellFinished)
	l, err := c.live(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
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
	back := b.watch(id, 3)
	back.untilKind(session.KindCellFinished)
	if back.seq != good.seq {
		t.Errorf("came back and got up to %d of %d", back.seq, good.seq)
	}
}

func TestTooManyPages(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	b := browse(t, c, c.InterviewerURL())
	for range maxWatchers {
		b.watch(id, 0).until("header", func(f frame) bool { return f.Session != nil })
	}
	var f frame
	p := b.watch(id, 0)
	if err := p.conn.Read(&f); link.Code(err) != link.CloseTooSlow {
		t.Errorf("one page more: %v", err)
	}
}

func TestCandidateHearsTheInterviewer(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	k := connect(t, home, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	p := browse(t, c, c.InterviewerURL()).watch(id, 0)
	p.say(`{"id":"1","note":{"text":"for me only"}}`)
	p.say(`{"id":"2","note":{"text":"Think about equal rows.","show":true}}`)
	p.say(`{"id":"3","hint":{"step":1}}`)
	for _, want := range []string{"Think about equal rows.", "What is (a-b)^2?"} {
		k.wait(want, func(d session.Down) bool {
			return d.Feedback != nil && d.Feedback.Request == "" && strings.Contains(text(d.Feedback), want)
		})
	}
	if got := text(k.final(k.magic("assay", "status"))); !strings.Contains(got, "equal rows") || strings.Contains(got, "for me only") {
		t.Errorf("%%assay says %q", got)
	}
}

func TestNoPolicyShowsACandidateTheHiddenCases(t *testing.T) {
	for _, policy := range []string{PolicyFull, PolicyCounts, PolicyNone} {
		t.Run(policy, func(t *testing.T) {
			home := t.TempDir()
			start(t, home, func(cfg *Config) { cfg.Policy = policy })
			k := connect(t, home, session.Hello{Instance: "nb"})
			k.welcome()
			k.final(k.run("sol", session.RoleSolution, "def pairwise", true))
			k.final(k.magic("submit", ""))
			k.final(k.magic("assay", ""))
			k.final(k.magic("finish", ""))
			k.mu.Lock()
			defer k.mu.Unlock()
			early := false
			for _, d := range k.heard {
				heard := mustEncode(t, d)
				early = early || d.Feedback != nil && !d.Feedback.Final && strings.Contains(heard, "Run recorded")
				if strings.Contains(heard, "expected 0") || policy != PolicyFull && strings.Contains(heard, "equal rows") {
					t.Errorf("the kernel heard %s", heard)
				}
				if policy == PolicyNone && strings.Contains(heard, "of 80") {
					t.Errorf("the kernel heard points: %s", heard)
				}
			}
			if early != (policy == PolicyNone) {
				t.Error("a candidate who will see nothing more is told at once that the run is recorded:", early)
			}
		})
	}
}
