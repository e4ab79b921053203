package notebooks

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// The bytes that nbformat writes, so that saving an export in JupyterLab leaves it as it is: sorted keys, indent 1, no
// ASCII escapes. encoding/json cannot write them: it escapes U+2028 and prints floats in another way than Python.

// appendJSON writes v, made of nil, bool, string, int, json.Number, []string, []any and map[string]any.
func appendJSON(b []byte, v any, indent int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case json.Number:
		return appendNumber(b, v)
	case []string:
		items := make([]any, len(v))
		for i, s := range v {
			items[i] = s
		}
		return appendArray(b, items, indent)
	case []any:
		return appendArray(b, v, indent)
	case map[string]any:
		return appendObject(b, v, indent)
	}
	return nil, fmt.Errorf("a notebook cannot hold a %T", v)
}

func appendArray(b []byte, items []any, indent int) (_ []byte, err error) {
	if len(items) == 0 {
		return append(b, "[]"...), nil
	}
	b = append(b, '[')
	for i, item := range items {
		b = newline(b, i > 0, indent+1)
		if b, err = appendJSON(b, item, indent+1); err != nil {
			return nil, err
		}
	}
	return append(newline(b, false, indent), ']'), nil
}

func appendObject(b []byte, m map[string]any, indent int) (_ []byte, err error) {
	if len(m) == 0 {
		return append(b, "{}"...), nil
	}
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(m)) {
		b = append(appendString(newline(b, i > 0, indent+1), key), ": "...)
		if b, err = appendJSON(b, m[key], indent+1); err != nil {
			return nil, err
		}
	}
	return append(newline(b, false, indent), '}'), nil
}

func newline(b []byte, comma bool, indent int) []byte {
	if comma {
		b = append(b, ',')
	}
	b = append(b, '\n')
	for range indent {
		b = append(b, ' ')
	}
	return b
}

func appendString(b []byte, s string) []byte {
	const short = "\b\f\n\r\t\"\\"
	const letters = `bfnrt"\`
	b = append(b, '"')
	for i := range len(s) {
		c := s[i]
		if at := strings.IndexByte(short, c); at >= 0 {
			b = append(b, '\\', letters[at])
		} else if c < ' ' {
			b = fmt.Appendf(b, `\u%04x`, c)
		} else {
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// appendNumber writes what Python's json would after reading n: its ints keep all digits, its floats are the shortest
// that read back the same.
func appendNumber(b []byte, n json.Number) ([]byte, error) {
	text := n.String()
	if !strings.ContainsAny(text, ".eE") {
		i, ok := new(big.Int).SetString(text, 10)
		if !ok {
			return nil, fmt.Errorf("%q is not a number", text)
		}
		return i.Append(b, 10), nil
	}
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%s is outside of what a notebook can hold", text)
	}
	text = strconv.FormatFloat(f, 'e', -1, 64)
	if exp, _ := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:]); exp < -4 || exp >= 16 {
		return append(b, text...), nil
	}
	text = strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return append(b, text...), nil
}

// splitLines is Python's str.splitlines(keepends=True), which breaks at more than newlines.
func splitLines(s string) []string {
	lines := []string{}
	start := 0
	for i, r := range s {
		end := 0
		switch r {
		case '\r':
			if strings.HasPrefix(s[i+1:], "\n") {
				continue
			}
			end = i + 1
		case '\n', '\v', '\f', '\x1c', '\x1d', '\x1e':
			end = i + 1
		case '\u0085':
			end = i + 2
		case '\u2028', '\u2029':
			end = i + 3
		default:
			continue
		}
		lines = append(lines, s[start:end])
		start = end
	}
	if start < len(s) {
		lines = append(lines, s[start:])
	}
	return lines
}
