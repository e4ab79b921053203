package notebooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func mustRead(t *testing.T, b []byte) *Notebook {
	t.Helper()
	nb, err := ReadNotebook(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func mustBytes(t *testing.T, nb *Notebook) []byte {
	t.Helper()
	b, err := nb.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// awkward holds what naive writers get wrong.
func awkward() *Notebook {
	count := 3
	return &Notebook{
		Metadata: map[string]any{
			"kernelspec": map[string]any{"name": "python3", "display_name": "Python 3"},
			"unknown": map[string]any{
				"z": []any{}, "a": map[string]any{}, "é": nil, "yes": true,
				"numbers": []any{json.Number("1"), json.Number("-0"), json.Number("1.0"), json.Number("1e5"), json.Number("1e16"),
					json.Number("123456789012345678901234567890"), json.Number("1.50"), json.Number("1e-5"), json.Number("0.0001"),
					json.Number("-0.0"), json.Number("1E22"), json.Number("0.1e-6"), json.Number("9007199254740993.0")},
			},
		},
		Cells: []Cell{
			{ID: "a", Type: "markdown", Source: "line\u2028and\u2029and\r\nand\rand\vand\fand\x1cand\u0085and <b>&\x7f\x01\"\\",
				Attachments: map[string]any{"p.png": map[string]any{"image/png": "aGk=\n"}}},
			{ID: "b", Type: "code", Source: "", Metadata: map[string]any{"tags": []any{"x"}, "assay": map[string]any{"role": "test"}}},
			{ID: "c", Type: "code", Source: "x\n\n", ExecutionCount: &count, Outputs: []map[string]any{
				{"output_type": "stream", "name": "stdout", "text": "a\nb\tc\b"},
				{"output_type": "execute_result", "execution_count": json.Number("3"), "metadata": map[string]any{}, "data": map[string]any{
					"text/plain": "1\n2", "text/html": "<p>\n</p>", "image/png": "aGk=\naGk=\n", "image/svg+xml": "<svg>\n</svg>",
					"application/vnd.x+json": []any{"a", "b"}, "application/json": map[string]any{"k": "v\nw"}, "application/javascript": "1\n2",
				}},
				{"output_type": "error", "ename": "E", "evalue": "v\nw", "traceback": []any{"t\n", "u"}},
			}},
			{ID: "d", Type: "raw", Source: "emoji 🐍 and nul \x00"},
		},
	}
}

func TestBytesAreWhatNbformatWrites(t *testing.T) {
	proveFormat(t, mustBytes(t, awkward()))
}

func TestRoundTrip(t *testing.T) {
	once := mustBytes(t, awkward())
	if again := mustBytes(t, mustRead(t, once)); !bytes.Equal(once, again) {
		t.Errorf("got\n%s\nwant\n%s", again, once)
	}
}

func TestReadNotebookRefuses(t *testing.T) {
	cell := func(s string) string {
		return `{"metadata":{},"nbformat":4,"nbformat_minor":5,"cells":[` + s + `]}`
	}
	code := func(outputs string) string {
		return cell(`{"id":"a","cell_type":"code","metadata":{},"source":"","execution_count":null,"outputs":[` + outputs + `]}`)
	}
	const same = `{"id":"a","cell_type":"raw","metadata":{},"source":""}`
	tests := []struct{ name, in, want string }{
		{"empty", "", "the file is empty"},
		{"blank", " \n\t", "the file is empty"},
		{"not JSON", "x", "the file is no notebook: it is not JSON"},
		{"broken", "{\"cells\": [],\n\"metadata\":\n{,}}", "the file is not JSON from line 3 on"},
		{"cut off", `{"nbformat":4,"cells":[`, "the file is cut off"},
		{"byte order mark", "\ufeff" + cell(""), "byte order mark"},
		{"deep", strings.Repeat("[", 20_000), "nested too deeply"},
		{"a list", "[]", "the file is JSON, but no notebook: it is a list"},
		{"a text", `"x"`, "no notebook: it is a text"},
		{"null", "null", "no notebook: it is a single value"},
		{"an object", "{}", "the file is JSON, but no notebook: it has no cells"},
		{"settings", `{"nbformat":{"a":1},"editor":"vim"}`, "it has no cells"},
		{"no version", `{"cells":[],"metadata":{}}`, "its nbformat is missing, not 4"},
		{"odd version", `{"cells":[],"metadata":{},"nbformat":{"a":[null]}}`, `its nbformat is {"a":[null]}, not 4`},
		{"no cell type", cell("{}"), "cell 1: its cell_type is missing"},
		{"two", cell("") + "{}", "something after"},
		{"old", `{"nbformat":3,"nbformat_minor":0,"worksheets":[],"metadata":{}}`, "save it"},
		{"new", `{"nbformat":4,"nbformat_minor":6,"cells":[],"metadata":{}}`, "4.6 is not known"},
		{"no minor", `{"nbformat":4,"cells":[],"metadata":{}}`, "nbformat_minor is missing"},
		{"root key", `{"nbformat":4,"nbformat_minor":5,"cells":[],"metadata":{},"x":1}`, `key "x"`},
		{"no id", cell(`{"cell_type":"raw","metadata":{},"source":""}`), "cell 1: its id is missing"},
		{"bad id", cell(`{"id":"a b","cell_type":"raw","metadata":{},"source":""}`), `cell 1: its id is "a b"`},
		{"same id", cell(same + "," + same), "cell 2: its id"},
		{"cell key", cell(`{"id":"a","cell_type":"raw","metadata":{},"source":"","outputs":[]}`), `key "outputs"`},
		{"source", cell(`{"id":"a","cell_type":"raw","metadata":{},"source":["a",1]}`), "source is not text"},
		{"output type", code(`{"output_type":"pyout"}`), "output 1: output_type pyout"},
		{"transient", code(`{"output_type":"display_data","data":{},"metadata":{},"transient":{}}`), `key "transient"`},
		{"output keys", code(`{"output_type":"stream","name":"stdout"}`), "a stream has"},
		{"mime", code(`{"output_type":"display_data","data":{"text/plain":{}},"metadata":{}}`), "text/plain is not text"},
		{"count", strings.Replace(code(""), "null", "-1", 1), "execution_count is -1"},
		{"outputs", code(strings.Repeat(`{"output_type":"stream","name":"stdout","text":""},`, maxOutputs) + `{}`), "at most 2000"},
		{"not UTF-8", cell("\xff"), "not UTF-8"},
		{"large", strings.Repeat(" ", MaxNotebookBytes+1), "larger than 20 MiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadNotebook(strings.NewReader(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			for _, word := range []string{"json:", "unmarshal", "Go value", "EOF", "<nil>", "map[", "invalid character"} {
				if strings.Contains(err.Error(), word) {
					t.Errorf("%q is in Go's words: %s", err, word)
				}
			}
		})
	}
}

func TestOlderMinorsGetStableIDs(t *testing.T) {
	in := `{"nbformat":4,"nbformat_minor":2,"metadata":{"signature":"x"},"cells":[
		{"cell_type":"markdown","metadata":{"trusted":true},"source":["a\n","b"]},{"cell_type":"raw","metadata":{},"source":"c"}]}`
	nb := mustRead(t, []byte(in))
	if nb.Cells[0].ID != "cell-1" || nb.Cells[1].ID != "cell-2" || nb.Cells[0].Source != "a\nb" {
		t.Errorf("got %+v", nb.Cells)
	}
	if len(nb.Metadata) != 0 || len(nb.Cells[0].Metadata) != 0 {
		t.Error("what belongs to a machine was kept")
	}
	proveFormat(t, mustBytes(t, nb))
}

func FuzzReadNotebook(f *testing.F) {
	b, err := awkward().Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"id":"a","cell_type":"code"}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		nb, err := ReadNotebook(bytes.NewReader(in))
		if err != nil {
			return
		}
		once, err := nb.Bytes()
		if err != nil {
			return // numbers out of range
		}
		again, err := ReadNotebook(bytes.NewReader(once))
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		if twice := mustBytes(t, again); !bytes.Equal(once, twice) {
			t.Fatalf("not stable:\n%s\n%s", once, twice)
		}
	})
}

func ExampleNotebook_Bytes() {
	nb := &Notebook{Cells: []Cell{{ID: "a", Type: "markdown", Source: "# Title\ntext"}}}
	b, _ := nb.Bytes()
	fmt.Print(string(b))
	// Output:
	// {
	//  "cells": [
	//   {
	//    "cell_type": "markdown",
	//    "id": "a",
	//    "metadata": {},
	//    "source": [
	//     "# Title\n",
	//     "text"
	//    ]
	//   }
	//  ],
	//  "metadata": {},
	//  "nbformat": 4,
	//  "nbformat_minor": 5
	// }
}
