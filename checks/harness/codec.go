package harness

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// Doc is one value as data: a tree of nil, bool, int64, float64, string, []any, Blob and *Tagged, and the arrays that
// its Blobs number, each a strict npy v1.
type Doc struct {
	Root  any
	Blobs [][]byte
}

// Blob is the number of an array.
type Blob int

// Tagged is any value that is not plain JSON: a tuple, an array, a table, a message.
type Tagged struct {
	Tag    string
	Fields []any
}

// Limits of a document. A runner can send anything; these hold before memory is spent.
const (
	maxDepth = 80
	maxNodes = 2_000_000
	maxBlobs = 4_000
)

// arity lists the tags that exist, with the least and the greatest number of fields (-1: any).
var arity = map[string][2]int{
	"float": {1, 1}, "int": {1, 1}, "complex": {2, 2}, "tuple": {0, -1}, "dict": {0, -1}, "set": {0, -1}, "handle": {1, 1},
	"arr": {1, 1}, "scalar": {1, 1}, "obj": {3, 3}, "dt": {2, 2}, "moment": {2, 2}, "tensor": {3, 3},
	"frame": {2, -1}, "series": {3, 3}, "index": {2, 2}, "range": {4, 4}, "multi": {1, -1}, "cat": {3, 3}, "dtz": {3, 3},
	"str": {2, 2}, "masked": {3, 3}, "periods": {2, 2}, "sparse": {4, 4}, "nat": {0, 0}, "na": {0, 0},
	"timestamp": {3, 3}, "timedelta": {2, 2}, "period": {2, 2},
	"req": {6, 6}, "ok": {1, 1}, "seen": {3, 3}, "err": {3, 3}, "unsendable": {1, 1}, "count": {2, 2}, "collected": {1, 1},
}

// Parse reads a document and refuses every other form: unknown tags, wrong field counts, bad numbers or strings, arrays
// that are missing, used twice, or not exactly as long as their header says.
func Parse(b []byte) (*Doc, error) {
	if len(b) < 4 {
		return nil, fmt.Errorf("document: too short")
	}
	n := binary.LittleEndian.Uint32(b)
	if uint64(n) > uint64(len(b)-4) {
		return nil, fmt.Errorf("document: tree length")
	}
	doc, rest := &Doc{}, b[4+n:]
	for len(rest) > 0 {
		if len(rest) < 4 || uint64(binary.LittleEndian.Uint32(rest)) > uint64(len(rest)-4) || len(doc.Blobs) == maxBlobs {
			return nil, fmt.Errorf("document: array %d: length", len(doc.Blobs))
		}
		k := binary.LittleEndian.Uint32(rest)
		blob := rest[4 : 4+k]
		if err := checkNPY(blob); err != nil {
			return nil, fmt.Errorf("document: array %d: %v", len(doc.Blobs), err)
		}
		doc.Blobs, rest = append(doc.Blobs, blob), rest[4+k:]
	}
	p := parser{b: b[4 : 4+n], used: make([]bool, len(doc.Blobs))}
	root, err := p.document()
	if err != nil {
		return nil, fmt.Errorf("document: byte %d: %v", p.at, err)
	}
	for i, used := range p.used {
		if !used {
			return nil, fmt.Errorf("document: array %d is not used", i)
		}
	}
	doc.Root = root
	return doc, nil
}

// Bytes encodes a document in the one canonical form; it is what the oracle gets to see.
func (d *Doc) Bytes() []byte {
	tree := appendValue(nil, d.Root)
	size := 4 + len(tree)
	for _, b := range d.Blobs {
		size += 4 + len(b)
	}
	out := make([]byte, 0, size)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(tree)))
	out = append(out, tree...)
	for _, b := range d.Blobs {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(b)))
		out = append(out, b...)
	}
	return out
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return appendFloat(b, v)
	case string:
		return appendString(b, v)
	case Blob:
		b = strconv.AppendInt(append(b, `{"b":`...), int64(v), 10)
		return append(b, '}')
	case *Tagged:
		b = appendString(append(b, `{"t":`...), v.Tag)
		b = appendList(append(b, `,"x":`...), v.Fields)
		return append(b, '}')
	case []any:
		return appendList(b, v)
	}
	panic(fmt.Sprintf("codec: a %T in a document", v)) // a programming error on our side: Parse makes no such value
}

func appendList(b []byte, vs []any) []byte {
	b = append(b, '[')
	for i, v := range vs {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, v)
	}
	return append(b, ']')
}

// appendFloat keeps a point or an exponent in the text, or Python would read an integer.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		panic("codec: a float that JSON cannot hold")
	}
	n := len(b)
	b = strconv.AppendFloat(b, f, 'g', -1, 64)
	for _, c := range b[n:] {
		if c == '.' || c == 'e' {
			return b
		}
	}
	return append(b, ".0"...)
}

func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
