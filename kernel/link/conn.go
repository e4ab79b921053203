// Package link joins kernels, companion and pages: the websocket that all of them use, and the Client that a kernel
// reports through.
//
// Client is where a kernel starts: it spools every event to disk, finds or starts the companion, and keeps delivering
// until everything is acknowledged. Conn is the only place that knows the websocket library.
package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/assay-kernel/assay/kernel/session"
)

// How long a connection may stay silent, and how long one message may take to be written.
const (
	pingEvery    = 20 * time.Second
	silence      = 60 * time.Second
	writeTimeout = 10 * time.Second
)

// Close codes that we use.
const (
	CloseNormal   = websocket.CloseNormalClosure
	CloseGoing    = websocket.CloseGoingAway
	CloseRefused  = websocket.ClosePolicyViolation
	CloseTooSlow  = websocket.CloseTryAgainLater
	CloseReplaced = 4000 // another connection of the same source took over
)

// ErrTooLarge says that the peer sent more in one message than it may. The connection is closed.
var ErrTooLarge = errors.New("link: message too large")

// Conn is a websocket that carries one JSON object a message. One goroutine may Read; any number may Write.
type Conn struct {
	ws    *websocket.Conn
	limit int64

	write    sync.Mutex
	patience time.Duration // of one write
	once     sync.Once
	stop     chan struct{} // ends the pinger
	ended    chan struct{} // the pinger has ended
}

func newConn(ws *websocket.Conn, limit int64) *Conn {
	c := &Conn{ws: ws, limit: limit, patience: writeTimeout, stop: make(chan struct{}), ended: make(chan struct{})}
	ws.SetReadLimit(limit)
	ws.SetPongHandler(func(string) error { return c.alive() })
	ping := ws.PingHandler()
	ws.SetPingHandler(func(data string) error {
		if err := c.alive(); err != nil {
			return err
		}
		return ping(data)
	})
	_ = c.alive() // a socket that is gone already shows in the first Read
	go c.pinger()
	return c
}

func (c *Conn) alive() error { return c.ws.SetReadDeadline(time.Now().Add(silence)) }

// pinger ends with the connection. A failed ping shows up as a failed Read.
func (c *Conn) pinger() {
	defer close(c.ended)
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-t.C:
			_ = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout))
		}
	}
}

// Read waits for the next message and decodes it into v. The library's own limit counts bytes on the wire, before
// decompression; ours counts what comes out. Compression is off as well, on both sides.
func (c *Conn) Read(v any) error {
	kind, r, err := c.ws.NextReader()
	if err != nil {
		return readError(err)
	}
	if kind != websocket.TextMessage {
		return errors.New("link: not a text message")
	}
	body, err := io.ReadAll(io.LimitReader(r, c.limit+1))
	switch {
	case err != nil:
		return readError(err)
	case int64(len(body)) > c.limit:
		return ErrTooLarge
	}
	if err := c.alive(); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("link: %v", err)
	}
	return nil
}

func readError(err error) error {
	if errors.Is(err, websocket.ErrReadLimit) {
		return ErrTooLarge
	}
	return err
}

// Write sends v as one message. After an error the connection is of no further use.
func (c *Conn) Write(v any) error {
	body, err := session.Encode(v)
	if err != nil {
		return err
	}
	return c.WriteRaw(body)
}

// WriteRaw sends an encoded JSON object as one message.
func (c *Conn) WriteRaw(body []byte) error {
	c.write.Lock()
	defer c.write.Unlock()
	if err := c.ws.SetWriteDeadline(time.Now().Add(c.patience)); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, body)
}

// Patience sets how long one write may take before the peer counts as gone; it is 10 s otherwise.
func (c *Conn) Patience(d time.Duration) {
	c.write.Lock()
	defer c.write.Unlock()
	c.patience = d
}

// Close tells the peer why, closes the socket and waits for our goroutine. It may be called from anywhere, repeatedly.
func (c *Conn) Close(code int, why string) {
	c.once.Do(func() {
		close(c.stop)
		_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
		_ = c.ws.Close()
	})
	<-c.ended
}

// Code is the close code that err carries; 0 when it carries none.
func Code(err error) int {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return closed.Code
	}
	return 0
}

// Dial connects to a websocket as an agent: with a bearer token and without an Origin.
func Dial(ctx context.Context, url, token string, limit int64) (*Conn, error) {
	d := websocket.Dialer{HandshakeTimeout: 5 * time.Second, NetDialContext: (&net.Dialer{Timeout: 3 * time.Second}).DialContext}
	h := http.Header{}
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	return dial(ctx, &d, url, h, limit)
}

// DialAs connects with the headers of somebody else: a test's browser.
func DialAs(ctx context.Context, url string, h http.Header, limit int64) (*Conn, error) {
	return dial(ctx, &websocket.Dialer{HandshakeTimeout: 5 * time.Second}, url, h, limit)
}

func dial(ctx context.Context, d *websocket.Dialer, url string, h http.Header, limit int64) (*Conn, error) {
	ws, resp, err := d.DialContext(ctx, url, h)
	if err != nil {
		if resp != nil {
			return nil, &StatusError{resp.StatusCode}
		}
		return nil, err
	}
	return newConn(ws, limit), nil
}

// StatusError is a refused upgrade.
type StatusError struct{ Status int }

func (e *StatusError) Error() string {
	return fmt.Sprintf("link: the companion answered %d %s", e.Status, http.StatusText(e.Status))
}
