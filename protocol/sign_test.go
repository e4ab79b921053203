package protocol

import (
	"fmt"
	"sync"
	"testing"
)

// The digests were made with Python's hmac module.
func TestSign(t *testing.T) {
	tests := map[string]string{
		"hmac-md5":      "0e3dff7595b32a6055a6465d36c95c14",
		"hmac-sha1":     "26bd7079ab6fd163c1e9139dffd40d688ddb76bd",
		"hmac-sha224":   "fbe41712871e86a56f414682aeb15fb7ad27887606ee9525fbf03e63",
		"hmac-sha256":   "260b97890d61eb0e6ad1283eaca56d59541c56327271b249b87dde0226568bfb",
		"hmac-sha384":   "71bbabd29a53d4fef3e19d365ea883948ab1d85633d9e26ca3f042451e0afeacc0976b13fc14347fe14b4e2adb04465a",
		"hmac-sha512":   "05feff03b418c88f1f77029d330eb837067dec36cbe2d1ef8591637c3112491d23b4605788b57c9bbebad2b836acabe960d10ebf18810770938df81174e74469",
		"hmac-sha3_256": "feafc5c83dac092c06cd596987bcac350701a6edfab327f4b00d756f754054f4",
	}
	for scheme, want := range tests {
		s, err := NewSigner(scheme, []byte("secret"))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time with a hash that was used before
			if got := string(s.Sign([]byte(`{"msg_id":"1"}`), []byte(`{}`), []byte(`{}`), []byte(`{"code":"1"}`))); got != want {
				t.Errorf("%s: got %s, want %s", scheme, got, want)
			}
		}
	}
}

func TestNewSignerRefuses(t *testing.T) {
	for _, scheme := range []string{"sha256", "hmac-", "hmac-crc32", "HMAC-sha256"} {
		if _, err := NewSigner(scheme, []byte("k")); err == nil {
			t.Errorf("%q accepted", scheme)
		}
	}
}

func signed(s *Signer, content string) *Message {
	m := New(Header{MsgID: "1", MsgType: "x"}, nil, []byte(content))
	s.SignMessage(m)
	return m
}

func TestVerify(t *testing.T) {
	s, _ := NewSigner("", []byte("secret"))
	m := signed(s, "{}")
	if err := s.Verify(m); err != nil {
		t.Error(err)
	}
	m.Buffers = [][]byte{[]byte("buffers are not signed")}
	if err := s.Verify(m); err != nil {
		t.Error(err)
	}
	for i, part := range []*[]byte{&m.Header, &m.Parent, &m.Metadata, &m.Content, &m.Signature} {
		old := *part
		*part = append([]byte("x"), old...)
		if err := s.Verify(m); err != ErrSignature {
			t.Errorf("part %d changed: %v", i, err)
		}
		*part = old
	}
	m.Signature = nil
	if err := s.Verify(m); err != ErrSignature {
		t.Errorf("no signature: %v", err)
	}
	none, _ := NewSigner("", nil)
	if err := none.Verify(m); err != nil {
		t.Errorf("without a key: %v", err)
	}
	if b := none.Sign(nil, nil, nil, nil); b == nil || len(b) != 0 {
		t.Errorf("signature without a key: %q", b)
	}
}

func TestRefuseDuplicates(t *testing.T) {
	s, _ := NewSigner("", []byte("secret"))
	s.RefuseDuplicates(3)
	for i := range 5 {
		m := signed(s, fmt.Sprint(i))
		if err := s.Verify(m); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(m); err != ErrDuplicate {
			t.Errorf("seen a moment ago: %v", err)
		}
	}
	if err := s.Verify(signed(s, "0")); err != nil {
		t.Errorf("the oldest is not forgotten: %v", err)
	}
	if n := len(s.seen.set); n != 3 {
		t.Errorf("%d signatures remembered, want 3", n)
	}
	bad := signed(s, "new")
	good := bad.Signature
	bad.Signature = []byte("x")
	s.Verify(bad)
	bad.Signature = good
	if err := s.Verify(bad); err != nil {
		t.Errorf("a refused message counts as seen: %v", err)
	}
}

func TestSignerConcurrently(t *testing.T) {
	s, _ := NewSigner("", []byte("secret"))
	s.RefuseDuplicates(100)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				if err := s.Verify(signed(s, fmt.Sprint(g, i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
