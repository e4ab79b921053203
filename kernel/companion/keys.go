package companion

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// keys are the secrets of one home: what kernels show, and what opens the page for each role. They outlive the process,
// so that a link still works after the companion was stopped and started again.
type keys struct {
	Agent       string `json:"agent"`
	Interviewer string `json:"interviewer"`
	Observer    string `json:"observer"`
}

func newKey() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// readKeys reads dir/tokens.json, or makes it.
func readKeys(dir string) (k keys, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return k, err
	}
	path := filepath.Join(dir, "tokens.json")
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		k = keys{Agent: newKey(), Interviewer: newKey(), Observer: newKey()}
		if raw, err = json.Marshal(k); err != nil {
			return k, err
		}
		return k, os.WriteFile(path, raw, 0o600)
	case err != nil:
		return k, err
	}
	if err := json.Unmarshal(raw, &k); err != nil || k.Agent == "" || k.Interviewer == "" || k.Observer == "" {
		return k, fmt.Errorf("%s is damaged: delete it to make new keys", path)
	}
	return k, nil
}

// cookie is what a browser holds instead of a key: it proves that the key was shown and says nothing about it.
func (k keys) cookie(key string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte("assay page cookie"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
