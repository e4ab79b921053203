package notebooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// outputKeys are the exact keys of each output_type; nbformat refuses others.
var outputKeys = map[string][]string{
	"stream":         {"output_type", "name", "text"},
	"display_data":   {"output_type", "data", "metadata"},
	"execute_result": {"output_type", "data", "metadata", "execution_count"},
	"error":          {"output_type", "ename", "evalue", "traceback"},
}

// normalOutput checks an output's shape and joins its lists of lines.
func normalOutput(v any) (map[string]any, error) {
	o, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("it is not an object")
	}
	kind, _ := o["output_type"].(string)
	keys, ok := outputKeys[kind]
	if !ok {
		return nil, fmt.Errorf("output_type %v is not known", o["output_type"])
	}
	if err := onlyKeys(o, keys...); err != nil {
		return nil, err
	}
	if len(o) != len(keys) {
		return nil, fmt.Errorf("a %s has %s", kind, strings.Join(keys, ", "))
	}
	switch kind {
	case "stream":
		text, ok := joined(o["text"])
		if _, named := o["name"].(string); !ok || !named {
			return nil, errors.New("a stream has a name and a text")
		}
		o["text"] = text
	case "error":
		_, named := o["ename"].(string)
		_, valued := o["evalue"].(string)
		if !named || !valued || !isStrings(o["traceback"]) {
			return nil, errors.New("an error has two texts and a traceback of texts")
		}
	default:
		return o, checkBundle(o)
	}
	return o, nil
}

func checkBundle(o map[string]any) error {
	data, ok := o["data"].(map[string]any)
	_, meta := o["metadata"].(map[string]any)
	if !ok || !meta {
		return errors.New("data and metadata are not objects")
	}
	if n, given := o["execution_count"]; given && n != nil && jsonInt(n) < 0 {
		return fmt.Errorf("execution_count %v is not a count", n)
	}
	return checkMimes(data)
}

// checkMimes joins a bundle's texts and refuses what is none.
func checkMimes(data map[string]any) error {
	joinBundle(data)
	for mime, v := range data {
		if _, text := v.(string); !text && !isJSONMime(mime) {
			return fmt.Errorf("%s is not text", mime)
		}
	}
	return nil
}

// parseOutput reads an output as a kernel reported it. What nbformat has no place for (transient) is dropped.
func parseOutput(raw json.RawMessage) (map[string]any, error) {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	var o map[string]any
	if err := dec.Decode(&o); err != nil {
		return nil, err
	}
	kind, _ := o["output_type"].(string)
	for key := range o {
		if !slices.Contains(outputKeys[kind], key) {
			delete(o, key)
		}
	}
	return normalOutput(o)
}

// splitOutput is a copy of o with its texts as lists of lines.
func splitOutput(o map[string]any) map[string]any {
	o = maps.Clone(o)
	switch o["output_type"] {
	case "stream":
		if text, ok := o["text"].(string); ok {
			o["text"] = splitLines(text)
		}
	case "display_data", "execute_result":
		o["data"] = splitBundle(o["data"])
	}
	return o
}

func splitBundle(v any) any {
	bundle, ok := v.(map[string]any)
	if !ok {
		return v
	}
	bundle = maps.Clone(bundle)
	for mime, v := range bundle {
		text, ok := v.(string)
		if ok && (strings.HasPrefix(mime, "text/") || mime == "application/javascript" || mime == "image/svg+xml") {
			bundle[mime] = splitLines(text)
		}
	}
	return bundle
}

func joinBundle(bundle map[string]any) {
	for mime, v := range bundle {
		if text, ok := joined(v); ok && !isJSONMime(mime) {
			bundle[mime] = text
		}
	}
}

func isJSONMime(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

// joined is a text that may have been split into lines.
func joined(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []any:
		var b strings.Builder
		for _, line := range v {
			s, ok := line.(string)
			if !ok {
				return "", false
			}
			b.WriteString(s)
		}
		return b.String(), true
	}
	return "", false
}

func isStrings(v any) bool {
	_, text := v.(string)
	_, ok := joined(v)
	return ok && !text
}
