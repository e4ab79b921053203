package notebooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Notebook is the part of nbformat 4.5 that we use. Whatever it holds that we do not know, in metadata and in outputs,
// survives reading and writing.
type Notebook struct {
	Cells    []Cell
	Metadata map[string]any
}

// Cell is one cell.
type Cell struct {
	ID             string
	Type           string // code, markdown, raw
	Source         string
	Metadata       map[string]any
	Outputs        []map[string]any // code only, in nbformat's shape; texts are whole, not lists of lines
	ExecutionCount *int             // code only
	Attachments    map[string]any   // markdown and raw only
}

// Limits of a notebook file: a larger one is refused before it is parsed further.
const (
	MaxNotebookBytes = 20 << 20
	maxCells         = 5000
	maxOutputs       = 2000 // of one cell
)

var cellID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// ReadNotebook reads an .ipynb file. Files older than 4.5 get ids for their cells, which depend on nothing but the
// place of the cell. Its errors are for people who know their file and not our code: the caller puts the file's name
// before them.
func ReadNotebook(r io.Reader) (*Notebook, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxNotebookBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > MaxNotebookBytes:
		return nil, fmt.Errorf("the file is larger than %d MiB", MaxNotebookBytes>>20)
	case !utf8.Valid(b):
		return nil, errors.New("the file is not UTF-8, which every notebook is")
	case len(bytes.TrimSpace(b)) == 0:
		return nil, errors.New("the file is empty")
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return nil, brokenJSON(b, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("there is something after the notebook's end")
	}
	top, ok := root.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the file is JSON, but no notebook: it is %s, not an object with cells", jsonKind(root))
	}
	return fromJSON(top)
}

// brokenJSON says in a person's words where a file stops being JSON.
func brokenJSON(b []byte, err error) error {
	var bad *json.SyntaxError
	switch {
	case bytes.HasPrefix(b, []byte("\ufeff")):
		return errors.New("the file begins with a byte order mark; save it as UTF-8 without one")
	case !strings.ContainsRune("{[", rune(bytes.TrimSpace(b)[0])):
		return errors.New("the file is no notebook: it is not JSON")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file is cut off: its JSON does not end")
	case !errors.As(err, &bad):
		return errors.New("the file is not JSON")
	case strings.Contains(bad.Error(), "depth"):
		return errors.New("the file is JSON that is nested too deeply")
	}
	return fmt.Errorf("the file is not JSON from line %d on", 1+bytes.Count(b[:max(bad.Offset-1, 0)], []byte("\n")))
}

// jsonKind names what a file holds that is no object.
func jsonKind(v any) string {
	switch v.(type) {
	case []any:
		return "a list"
	case string:
		return "a text"
	case json.Number:
		return "a number"
	}
	return "a single value"
}

// asInFile is a value of the file as the file has it, cut to what a line can hold.
func asInFile(v any) string {
	if v == nil {
		return "missing"
	}
	b, err := json.Marshal(v)
	if r := []rune(string(b)); err == nil && len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return string(b)
}

func fromJSON(root map[string]any) (*Notebook, error) {
	major, minor := jsonInt(root["nbformat"]), jsonInt(root["nbformat_minor"])
	_, cells := root["cells"]
	_, sheets := root["worksheets"] // where nbformat 3 has them
	switch {
	case !cells && !sheets:
		return nil, errors.New("the file is JSON, but no notebook: it has no cells")
	case major != 4:
		return nil, fmt.Errorf("its nbformat is %s, not 4; open the file in JupyterLab and save it", asInFile(root["nbformat"]))
	case root["nbformat_minor"] == nil:
		return nil, errors.New("its nbformat_minor is missing; open the file in JupyterLab and save it")
	case minor < 0 || minor > 5:
		return nil, fmt.Errorf("nbformat 4.%s is not known here; 4.5 is the newest", asInFile(root["nbformat_minor"]))
	}
	return readCells(root, minor)
}

func readCells(root map[string]any, minor int) (*Notebook, error) {
	if err := onlyKeys(root, "cells", "metadata", "nbformat", "nbformat_minor"); err != nil {
		return nil, err
	}
	nb := &Notebook{}
	var ok bool
	if nb.Metadata, ok = root["metadata"].(map[string]any); !ok {
		return nil, errors.New("metadata is not an object")
	}
	cells, ok := root["cells"].([]any)
	if !ok || len(cells) > maxCells {
		return nil, fmt.Errorf("cells is not a list of at most %d", maxCells)
	}
	seen := map[string]bool{}
	for i, v := range cells {
		c, err := readCell(v, i, minor)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %v", i+1, err)
		}
		if seen[c.ID] {
			return nil, fmt.Errorf("cell %d: its id %q is taken", i+1, c.ID)
		}
		seen[c.ID] = true
		nb.Cells = append(nb.Cells, c)
	}
	nb.stripTransient()
	return nb, nil
}

func readCell(v any, at, minor int) (c Cell, err error) {
	m, ok := v.(map[string]any)
	if !ok {
		return c, errors.New("it is not an object")
	}
	c.Type, _ = m["cell_type"].(string)
	keys := []string{"id", "cell_type", "metadata", "source"}
	switch c.Type {
	case "code":
		keys = append(keys, "outputs", "execution_count")
	case "markdown", "raw":
		keys = append(keys, "attachments")
	default:
		return c, fmt.Errorf("its cell_type is %s, not code, markdown or raw", asInFile(m["cell_type"]))
	}
	if err := onlyKeys(m, keys...); err != nil {
		return c, err
	}
	if id, given := m["id"]; given || minor >= 5 {
		if c.ID, ok = id.(string); !ok || !cellID.MatchString(c.ID) {
			return c, fmt.Errorf("its id is %s, not 1 to 64 letters, digits, - and _", asInFile(id))
		}
	} else {
		c.ID = fmt.Sprintf("cell-%d", at+1)
	}
	if c.Source, ok = joined(m["source"]); !ok {
		return c, errors.New("source is not text")
	}
	if c.Metadata, ok = m["metadata"].(map[string]any); !ok {
		return c, errors.New("metadata is not an object")
	}
	if a, given := m["attachments"]; given {
		if c.Attachments, ok = a.(map[string]any); !ok {
			return c, errors.New("attachments is not an object")
		}
		for name, v := range c.Attachments {
			bundle, ok := v.(map[string]any)
			if !ok {
				return c, fmt.Errorf("attachment %q is not an object", name)
			}
			if err := checkMimes(bundle); err != nil {
				return c, fmt.Errorf("attachment %q: %v", name, err)
			}
		}
	}
	if c.Type != "code" {
		return c, nil
	}
	return c, c.readRun(m)
}

func (c *Cell) readRun(m map[string]any) error {
	if n := m["execution_count"]; n != nil {
		count := jsonInt(n)
		if count < 0 {
			return fmt.Errorf("its execution_count is %s, not a count", asInFile(n))
		}
		c.ExecutionCount = &count
	}
	outputs, ok := m["outputs"].([]any)
	if !ok || len(outputs) > maxOutputs {
		return fmt.Errorf("outputs is not a list of at most %d", maxOutputs)
	}
	for i, v := range outputs {
		o, err := normalOutput(v)
		if err != nil {
			return fmt.Errorf("output %d: %v", i+1, err)
		}
		c.Outputs = append(c.Outputs, o)
	}
	return nil
}

// Bytes is the file, as nbformat would write it.
func (nb *Notebook) Bytes() ([]byte, error) {
	nb.stripTransient()
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.toJSON()
	}
	b, err := appendJSON(nil, map[string]any{
		"cells": cells, "metadata": object(nb.Metadata), "nbformat": 4, "nbformat_minor": 5,
	}, 0)
	if err != nil {
		return nil, fmt.Errorf("writing a notebook: %v", err)
	}
	return append(b, '\n'), nil
}

func (c *Cell) toJSON() map[string]any {
	m := map[string]any{
		"cell_type": c.Type, "id": c.ID, "metadata": object(c.Metadata), "source": splitLines(c.Source),
	}
	if c.Attachments != nil {
		attachments := map[string]any{}
		for name, bundle := range c.Attachments {
			attachments[name] = splitBundle(bundle)
		}
		m["attachments"] = attachments
	}
	if c.Type == "code" {
		outputs := make([]any, len(c.Outputs))
		for i, o := range c.Outputs {
			outputs[i] = splitOutput(o)
		}
		m["outputs"], m["execution_count"] = outputs, nil
		if c.ExecutionCount != nil {
			m["execution_count"] = *c.ExecutionCount
		}
	}
	return m
}

// stripTransient drops what nbformat drops: it belongs to a machine, not to the file.
func (nb *Notebook) stripTransient() {
	for _, key := range []string{"orig_nbformat", "orig_nbformat_minor", "signature"} {
		delete(nb.Metadata, key)
	}
	for _, c := range nb.Cells {
		delete(c.Metadata, "trusted")
	}
}

func onlyKeys(m map[string]any, known ...string) error {
	for key := range m {
		if !slices.Contains(known, key) {
			return fmt.Errorf("key %q is not part of the format", key)
		}
	}
	return nil
}

// jsonInt is -1 for whatever is not an integer that fits.
func jsonInt(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil || i != int64(int(i)) {
		return -1
	}
	return int(i)
}

func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
