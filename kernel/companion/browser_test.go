package companion

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
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
	timer := time.AfterFunc(time.Minute, func() { p.conn.Close(link.CloseNormal, "") })
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

// watchAndSleep follows a session and never reads what comes.
func (b *browser) watchAndSleep(id string) {
	b.t.Helper()
	conn, err := net.Dial("tcp", b.c.Addr())
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		b.t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET /api/s/%s/watch?from=0 HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		id, b.c.Addr(), b.c.Address().URL, b.cookie())
	answer := make([]byte, len("HTTP/1.1 101"))
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 101" {
		b.t.Fatalf("answered %q, %v", answer, err)
	}
}
