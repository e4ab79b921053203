package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxDepth is how deep JSON may be nested; Python's own reader gives up at about the same depth.
const maxDepth = 1000

var errJSON = errors.New("malformed JSON")

// Object is a JSON object whose values are still encoded. Unlike decoding into a struct with encoding/json, looking up
// a key here minds its case.
type Object map[string]json.RawMessage

// ParseObject reads a JSON object and refuses one that has a key twice. Values are checked for balance only: NaN, which
// Python writes, passes. They share memory with raw.
func ParseObject(raw []byte) (Object, error) {
	o := Object{}
	err := eachField(raw, func(key string, value []byte) error {
		o[key] = value
		return nil
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// String returns the string at key; ok is false if there is none or it is something else.
func (o Object) String(key string) (s string, ok bool) {
	if v := o[key]; len(v) > 0 && v[0] == '"' {
		s, err := unquote(v)
		return s, err == nil
	}
	return "", false
}

// Object returns the object at key, or nil.
func (o Object) Object(key string) Object {
	sub, err := ParseObject(o[key])
	if err != nil {
		return nil
	}
	return sub
}

// eachField calls f for each member of a JSON object, in order.
func eachField(raw []byte, f func(key string, value []byte) error) error {
	s := scanner{b: raw}
	if s.space(); !s.take('{') {
		return errors.New("not a JSON object")
	}
	var seen keySet
	for first := true; ; first = false {
		if s.space(); s.take('}') {
			if s.space(); s.i != len(s.b) || !first && s.comma {
				return errJSON
			}
			return nil
		}
		if !first && !s.comma {
			return errJSON
		}
		key, value, err := s.member()
		if err != nil {
			return err
		}
		if !seen.add(key) {
			return fmt.Errorf("key %.50q twice in a JSON object", key)
		}
		if err := f(key, value); err != nil {
			return err
		}
	}
}

// keySet is a set that costs nothing while it is small.
type keySet struct {
	few  []string
	many map[string]struct{}
	buf  [12]string
}

func (k *keySet) add(key string) bool {
	if k.many != nil {
		_, has := k.many[key]
		k.many[key] = struct{}{}
		return !has
	}
	for _, s := range k.few {
		if s == key {
			return false
		}
	}
	if k.few == nil {
		k.few = k.buf[:0]
	}
	if len(k.few) < len(k.buf) {
		k.few = append(k.few, key)
		return true
	}
	k.many = map[string]struct{}{key: {}}
	for _, s := range k.few {
		k.many[s] = struct{}{}
	}
	return true
}

// scanner walks over JSON without building anything.
type scanner struct {
	b     []byte
	i     int
	comma bool // the last member was followed by a comma
}

// member reads one `"key": value` and the comma after it.
func (s *scanner) member() (key string, value []byte, err error) {
	k, err := s.str()
	if err != nil {
		return "", nil, err
	}
	if key, err = unquote(k); err != nil {
		return "", nil, err
	}
	if s.space(); !s.take(':') {
		return "", nil, errJSON
	}
	s.space()
	start := s.i
	if err := s.value(0); err != nil {
		return "", nil, err
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
	plain := b[1 : len(b)-1]
	if bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) && !hasControl(plain) {
		return string(plain), nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return "", errJSON
	}
	return s, nil
}

func hasControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' {
			return true
		}
	}
	return false
}
