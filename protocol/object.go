package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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
	err := eachField(raw, func(key, value []byte) error {
		o[string(key)] = value
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
func eachField(raw []byte, f func(key, value []byte) error) error {
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
	few  [][]byte
	many map[string]struct{}
	buf  [12][]byte
}

// add reports whether key is new.
func (k *keySet) add(key []byte) bool {
	if k.many != nil {
		_, has := k.many[string(key)]
		k.many[string(key)] = struct{}{}
		return !has
	}
	for _, s := range k.few {
		if bytes.Equal(s, key) {
			return false
		}
	}
	if k.few == nil {
		k.few = k.buf[:0]
	}
	if k.few = append(k.few, key); len(k.few) > len(k.buf) {
		k.many = map[string]struct{}{}
		for _, s := range k.few {
			k.many[string(s)] = struct{}{}
		}
	}
	return true
}
