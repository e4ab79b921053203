package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Address is where a companion listens and what opens it. $ASSAY_HOME/companion.json holds one, readable by its owner
// only; the companion writes it when it listens and removes it when it stops.
type Address struct {
	URL         string `json:"url"` // http://host:port
	Token       string `json:"token"`
	PID         int    `json:"pid"`
	Interviewer string `json:"interviewer,omitempty"` // the page's address with its own secret
}

// FileName of an Address, in $ASSAY_HOME.
const FileName = "companion.json"

// ReadAddress reads companion.json.
func ReadAddress(home string) (a Address, err error) {
	raw, err := os.ReadFile(filepath.Join(home, FileName))
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(raw, &a); err != nil || a.URL == "" {
		return a, fmt.Errorf("link: %s is not readable as an address", FileName)
	}
	return a, nil
}

// WriteAddress writes companion.json in one step, 0600.
func WriteAddress(home string, a Address) (err error) {
	raw, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(home, "."+FileName+"-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(raw, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(home, FileName))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// RemoveAddress removes companion.json if it is still ours.
func RemoveAddress(home string, a Address) {
	if now, err := ReadAddress(home); err == nil && now.Token == a.Token && now.PID == a.PID {
		_ = os.Remove(filepath.Join(home, FileName))
	}
}

// agentURL is the websocket that a kernel speaks to at a companion's address.
func agentURL(address string) (string, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("link: %q is not a companion's address; it looks like http://127.0.0.1:8799", address)
	}
	switch u.Scheme {
	case "http", "ws":
		u.Scheme = "ws"
	case "https", "wss":
		u.Scheme = "wss"
	default:
		return "", fmt.Errorf("link: companion address %q: use http or https", address)
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/k"
	return u.String(), nil
}

// startLocked runs start unless another process is starting a companion just now: then it waits for that one. Either
// way the caller reads companion.json again afterwards.
func startLocked(ctx context.Context, home string, start func(context.Context) error) (err error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(home, "start.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return waitFor(ctx, home, 100*time.Millisecond)
	}
	if err != nil {
		return err
	}
	if _, err := ReadAddress(home); err == nil && reachable(ctx, home) {
		return nil // it came while we took the lock
	}
	if err := start(ctx); err != nil {
		return fmt.Errorf("link: start the companion: %v", err)
	}
	return waitFor(ctx, home, 10*time.Second)
}

// waitFor waits until a companion answers at home's address.
func waitFor(ctx context.Context, home string, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for !reachable(ctx, home) {
		select {
		case <-ctx.Done():
			return errors.New("link: the companion was started and does not answer")
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// HealthPath of a companion answers with a Health, without a token.
const HealthPath = "/healthz"

// Health says that a companion is there, and which.
type Health struct {
	Assay string `json:"assay"` // "companion"
	PID   int    `json:"pid"`
}

// reachable reports whether the companion that home names is there. Its port may have gone to another program since,
// so it must say its name.
func reachable(ctx context.Context, home string) bool {
	a, err := ReadAddress(home)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(a.URL, "/")+HealthPath, nil)
	if err != nil {
		return false
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var h Health
	err = json.NewDecoder(io.LimitReader(resp.Body, 1<<10)).Decode(&h)
	return err == nil && resp.StatusCode == http.StatusOK && h.Assay == "companion" && h.PID == a.PID
}
