package protocol

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// scanner walks over JSON without building anything.
type scanner struct {
	b     []byte
	i     int
	comma bool // the last member was followed by a comma
}

// member reads one `"key": value` and the comma after it.
func (s *scanner) member() (key, value []byte, err error) {
	k, err := s.str()
	if err != nil {
		return nil, nil, err
	}
	if key, err = unquoteBytes(k); err != nil {
		return nil, nil, err
	}
	if s.space(); !s.take(':') {
		return nil, nil, errJSON
	}
	s.space()
	start := s.i
	if err := s.value(0); err != nil {
		return nil, nil, err
	}
	value = s.b[start:s.i:s.i]
	s.space()
	s.comma = s.take(',')
	return key, value, nil
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) take(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

// value skips one value.
func (s *scanner) value(depth int) error {
	if s.i == len(s.b) || depth > maxDepth {
		return errJSON
	}
	switch s.b[s.i] {
	case '"':
		_, err := s.str()
		return err
	case '{':
		return s.list('}', true, depth)
	case '[':
		return s.list(']', false, depth)
	}
	return s.word()
}

// list skips an object (keyed) or an array.
func (s *scanner) list(end byte, keyed bool, depth int) error {
	s.i++
	for first := true; ; first = false {
		if s.space(); first && s.take(end) {
			return nil
		}
		if keyed {
			if _, err := s.str(); err != nil {
				return err
			}
			if s.space(); !s.take(':') {
				return errJSON
			}
			s.space()
		}
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if s.space(); s.take(end) {
			return nil
		}
		if !s.take(',') {
			return errJSON
		}
	}
}

// str skips a string and returns it with its quotes.
func (s *scanner) str() ([]byte, error) {
	start := s.i
	if !s.take('"') {
		return nil, errJSON
	}
	for {
		n := bytes.IndexByte(s.b[s.i:], '"')
		if n < 0 {
			return nil, errJSON
		}
		s.i += n + 1
		if !escaped(s.b[start+1 : s.i-1]) {
			return s.b[start:s.i:s.i], nil
		}
	}
}

// escaped tells whether what follows b is escaped by an odd number of backslashes at its end.
func escaped(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// word skips a number or a literal, Python's NaN and Infinity included.
func (s *scanner) word() error {
	start := s.i
	for s.i < len(s.b) {
		c := s.b[s.i]
		if c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			s.i++
			continue
		}
		break
	}
	switch w := s.b[start:s.i]; string(w) {
	case "true", "false", "null", "NaN", "Infinity", "-Infinity":
		return nil
	default:
		if len(w) == 0 || !json.Valid(w) {
			return errJSON
		}
		return nil
	}
}

// unquote decodes a JSON string.
func unquote(b []byte) (string, error) {
	s, err := unquoteBytes(b)
	return string(s), err
}

// unquoteBytes is unquote without a copy where there is nothing to decode.
func unquoteBytes(b []byte) ([]byte, error) {
	plain := b[1 : len(b)-1]
	if bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) && !hasControl(plain) {
		return plain, nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, errJSON
	}
	return []byte(s), nil
}

func hasControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' {
			return true
		}
	}
	return false
}
