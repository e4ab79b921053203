package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Decode reads a JSON object into the struct that v points to. Each field takes the value whose key is exactly its json
// tag; fields without a value keep theirs, and so do those whose value is null. Other keys are ignored; twice the same
// key is an error. Fields of type Object and json.RawMessage stay encoded.
func Decode(raw []byte, v any) error {
	o, err := ParseObject(raw)
	if err != nil {
		return err
	}
	s := reflect.ValueOf(v).Elem()
	for i := range s.NumField() {
		key, _, _ := strings.Cut(s.Type().Field(i).Tag.Get("json"), ",")
		value, ok := o[key]
		if !ok || string(value) == "null" {
			continue
		}
		if err := decodeField(value, s.Field(i).Addr().Interface()); err != nil {
			return fmt.Errorf("%s: %v", key, err)
		}
	}
	return nil
}

func decodeField(value json.RawMessage, into any) (err error) {
	switch into := into.(type) {
	case *json.RawMessage:
		*into = value
	case *Object:
		*into, err = ParseObject(value)
	default:
		err = json.Unmarshal(value, into)
	}
	return err
}

// Encode is the opposite of Decode, for the structs of this package. What is still encoded is copied as it is, NaN
// included; a nil Object is {}, unless its tag says omitzero.
func Encode(v any) []byte {
	s := reflect.Indirect(reflect.ValueOf(v))
	o := []byte{'{'}
	for i := range s.NumField() {
		key, options, _ := strings.Cut(s.Type().Field(i).Tag.Get("json"), ",")
		if options == "omitzero" && s.Field(i).IsZero() {
			continue
		}
		o = appendMember(o, key, encodeField(s.Field(i).Interface()))
	}
	return append(o, '}')
}

func encodeField(v any) []byte {
	switch v := v.(type) {
	case json.RawMessage:
		if len(v) == 0 {
			return []byte("null")
		}
		return v
	case Object:
		return v.Encode()
	case []string:
		if v == nil {
			v = []string{}
		}
		return encodeLeaf(v)
	default:
		return encodeLeaf(v)
	}
}

// encodeLeaf does not escape HTML, so that code stays readable in a trace.
func encodeLeaf(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null") // a kind of field that no struct here has
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func appendMember(o []byte, key string, value []byte) []byte {
	if len(o) > 1 {
		o = append(o, ',')
	}
	o = append(o, encodeLeaf(key)...)
	o = append(o, ':')
	return append(o, value...)
}

// Encode is the object's JSON, keys in order.
func (o Object) Encode() []byte {
	b := []byte{'{'}
	for _, k := range slices.Sorted(maps.Keys(o)) {
		b = appendMember(b, k, encodeField(o[k]))
	}
	return append(b, '}')
}

// MarshalJSON is Encode, for use inside other types.
func (o Object) MarshalJSON() ([]byte, error) { return o.Encode(), nil }

// Strings makes an object of strings, such as the data of a display_data.
func Strings(m map[string]string) Object {
	o := make(Object, len(m))
	for k, v := range m {
		o[k] = encodeLeaf(v)
	}
	return o
}
