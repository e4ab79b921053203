package protocol

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
)

// Why Verify refuses a message.
var (
	ErrSignature = errors.New("signature does not match")
	ErrDuplicate = errors.New("message was seen before")
)

// DefaultScheme is what Jupyter uses unless told otherwise.
const DefaultScheme = "hmac-sha256"

// hashes are those of Python's hashlib that may follow "hmac-".
var hashes = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	"sha3_224": func() hash.Hash { return sha3.New224() }, "sha3_256": func() hash.Hash { return sha3.New256() },
	"sha3_384": func() hash.Hash { return sha3.New384() }, "sha3_512": func() hash.Hash { return sha3.New512() },
}

// Signer signs and verifies with one key. It may be used by several goroutines.
type Signer struct {
	macs sync.Pool // of hash.Hash; keyed, so that a signature needs no new key schedule
	none bool
	seen *memory
}

// NewSigner makes a Signer for a scheme such as "hmac-sha256"; empty means DefaultScheme. With an empty key messages are
// not signed, and none is refused.
func NewSigner(scheme string, key []byte) (*Signer, error) {
	if scheme == "" {
		scheme = DefaultScheme
	}
	name, ok := strings.CutPrefix(scheme, "hmac-")
	newHash := hashes[name]
	if !ok || newHash == nil {
		return nil, fmt.Errorf("signature scheme %q is not supported", scheme)
	}
	s := &Signer{none: len(key) == 0}
	s.macs.New = func() any { return hmac.New(newHash, key) }
	return s, nil
}

// RefuseDuplicates makes Verify remember the last n signatures and refuse a message that bears one of them, as Jupyter's
// own receivers do with 65,536. Call it before the first Verify.
func (s *Signer) RefuseDuplicates(n int) { s.seen = newMemory(n) }

// Sign returns the signature frame for the four parts.
func (s *Signer) Sign(header, parent, metadata, content []byte) []byte {
	if s.none {
		return []byte{}
	}
	mac := s.macs.Get().(hash.Hash)
	defer s.macs.Put(mac)
	mac.Reset()
	mac.Write(header)
	mac.Write(parent)
	mac.Write(metadata)
	mac.Write(content)
	var sum [64]byte
	return hex.AppendEncode(nil, mac.Sum(sum[:0]))
}

// SignMessage sets m.Signature.
func (s *Signer) SignMessage(m *Message) {
	m.Signature = s.Sign(m.Header, m.Parent, m.Metadata, m.Content)
}

// Verify returns ErrSignature or ErrDuplicate if m is to be refused.
func (s *Signer) Verify(m *Message) error {
	if s.none {
		return nil
	}
	if !hmac.Equal(m.Signature, s.Sign(m.Header, m.Parent, m.Metadata, m.Content)) {
		return ErrSignature
	}
	if s.seen != nil && !s.seen.add(m.Signature) {
		return ErrDuplicate
	}
	return nil
}

// memory is a set of the last signatures that were added.
type memory struct {
	mu   sync.Mutex
	set  map[string]struct{}
	ring []string
	max  int
	next int
}

func newMemory(n int) *memory { return &memory{set: map[string]struct{}{}, max: max(n, 1)} }

// add reports whether the signature is new.
func (m *memory) add(signature []byte) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.set[string(signature)]; ok {
		return false
	}
	s := string(signature)
	m.set[s] = struct{}{}
	if len(m.ring) < m.max {
		m.ring = append(m.ring, s)
		return true
	}
	delete(m.set, m.ring[m.next])
	m.ring[m.next] = s
	m.next = (m.next + 1) % m.max
	return true
}
