package harness

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// parser reads the tree of a document: the JSON that codec.py writes, and no other.
type parser struct {
	b     []byte
	at    int
	nodes int
	used  []bool
}

var errSyntax = errors.New("not a tree")

func (p *parser) document() (any, error) {
	v, err := p.value(0)
	if err == nil && p.at != len(p.b) {
		err = errors.New("bytes after the tree")
	}
	return v, err
}

// eat consumes a literal.
func (p *parser) eat(s string) bool {
	if len(p.b)-p.at >= len(s) && string(p.b[p.at:p.at+len(s)]) == s {
		p.at += len(s)
		return true
	}
	return false
}

func (p *parser) value(depth int) (any, error) {
	if p.nodes++; p.nodes > maxNodes {
		return nil, fmt.Errorf("more than %d parts", maxNodes)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	if p.at >= len(p.b) {
		return nil, errSyntax
	}
	switch c := p.b[p.at]; {
	case c == '"':
		return p.str()
	case c == '[':
		return p.list(depth)
	case c == '{':
		return p.object(depth)
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case p.eat("null"):
		return nil, nil
	case p.eat("true"):
		return true, nil
	case p.eat("false"):
		return false, nil
	}
	return nil, errSyntax
}

func (p *parser) list(depth int) ([]any, error) {
	if !p.eat("[") {
		return nil, errSyntax
	}
	out := []any{}
	if p.eat("]") {
		return out, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		switch {
		case p.eat(","):
		case p.eat("]"):
			return out, nil
		default:
			return nil, errSyntax
		}
	}
}

// object reads the two kinds there are: {"b":n} and {"t":"tag","x":[...]}.
func (p *parser) object(depth int) (any, error) {
	if p.eat(`{"b":`) {
		v, err := p.number()
		i, ok := v.(int64)
		if err != nil || !ok || i < 0 || i >= int64(len(p.used)) || p.used[i] || !p.eat("}") {
			return nil, errors.New("a wrong array number")
		}
		p.used[i] = true
		return Blob(i), nil
	}
	if !p.eat(`{"t":`) {
		return nil, errSyntax
	}
	tag, err := p.str()
	if err != nil {
		return nil, err
	}
	bounds, ok := arity[tag]
	if !ok || !p.eat(`,"x":`) {
		return nil, fmt.Errorf("an unknown tag %.40q", tag)
	}
	fields, err := p.list(depth)
	if err != nil {
		return nil, err
	}
	if len(fields) < bounds[0] || bounds[1] >= 0 && len(fields) > bounds[1] || !p.eat("}") {
		return nil, fmt.Errorf("%d fields in %q", len(fields), tag)
	}
	return &Tagged{tag, fields}, nil
}

func (p *parser) digits() int {
	n := 0
	for p.at < len(p.b) && p.b[p.at] >= '0' && p.b[p.at] <= '9' {
		p.at++
		n++
	}
	return n
}

func (p *parser) number() (any, error) {
	start, float := p.at, false
	p.eat("-")
	lead := p.at
	n := p.digits()
	if n == 0 || n > 1 && p.b[lead] == '0' {
		return nil, errSyntax
	}
	if p.eat(".") {
		float = true
		if p.digits() == 0 {
			return nil, errSyntax
		}
	}
	if p.eat("e") || p.eat("E") {
		float = true
		if !p.eat("+") {
			p.eat("-")
		}
		if p.digits() == 0 {
			return nil, errSyntax
		}
	}
	text := string(p.b[start:p.at])
	if !float {
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errors.New("an integer of more than 64 bits")
		}
		return i, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, errors.New("a float out of range")
	}
	return f, nil
}

func (p *parser) str() (string, error) {
	if !p.eat(`"`) {
		return "", errSyntax
	}
	start := p.at
	for p.at < len(p.b) && p.b[p.at] != '"' && p.b[p.at] != '\\' && p.b[p.at] >= 0x20 {
		p.at++
	}
	out := append([]byte(nil), p.b[start:p.at]...)
	for !p.eat(`"`) {
		if p.at >= len(p.b) || p.b[p.at] < 0x20 {
			return "", errors.New("a string without an end")
		}
		c := p.b[p.at]
		p.at++
		if c != '\\' {
			out = append(out, c)
			continue
		}
		r, err := p.escape()
		if err != nil {
			return "", err
		}
		out = utf8.AppendRune(out, r)
	}
	if !utf8.Valid(out) {
		return "", errors.New("a string that is not UTF-8")
	}
	return string(out), nil
}

func (p *parser) escape() (rune, error) {
	if p.at >= len(p.b) {
		return 0, errSyntax
	}
	c := p.b[p.at]
	p.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		r, err := p.hex4()
		if err != nil || !utf16.IsSurrogate(r) {
			return r, err
		}
		if !p.eat(`\u`) {
			return 0, errors.New("half a surrogate pair")
		}
		low, err := p.hex4()
		if r = utf16.DecodeRune(r, low); err != nil || r == utf8.RuneError {
			return 0, errors.New("half a surrogate pair")
		}
		return r, nil
	}
	return 0, errors.New("an unknown escape")
}

func (p *parser) hex4() (rune, error) {
	if len(p.b)-p.at < 4 {
		return 0, errSyntax
	}
	n, err := strconv.ParseUint(string(p.b[p.at:p.at+4]), 16, 16)
	p.at += 4
	if err != nil {
		return 0, errSyntax
	}
	return rune(n), nil
}
