// Package mutate makes small wrong versions of a solution, to find out what hidden tests would miss.
//
// The mutants are made from the author's source by its syntax tree; no code is run here.
package mutate

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
)

//go:embed mutate.py
var script string

// Mutant is a version of the solution that differs in one place.
type Mutant struct {
	Line   int    `json:"line"` // of the original source
	What   string `json:"what"` // what was changed, in words; a second such change in a line of this text is numbered
	Source string `json:"source"`

	text string // of the line
}

// Name is how a mutant is called in a list of survivors: no other mutant of the source has it, and it stays the same
// while the line reads the same, wherever it stands.
func (m Mutant) Name() string { return m.text + ": " + m.What }

// Make returns the mutants of source, in the order of its syntax tree. python is the interpreter that parses it.
func Make(ctx context.Context, python, source string) (_ []Mutant, err error) {
	cmd := exec.CommandContext(ctx, python, "-I", "-B", "-c", script)
	cmd.Stdin = strings.NewReader(source)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if complaint.Len() == 0 && err != nil {
		return nil, fmt.Errorf("mutate: %v", err)
	} else if err != nil {
		lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
		return nil, fmt.Errorf("mutate: %s", lines[len(lines)-1])
	}
	var mutants []Mutant
	if err := json.Unmarshal(out, &mutants); err != nil {
		return nil, fmt.Errorf("mutate: %v", err)
	}
	name(mutants, strings.Split(source, "\n"))
	return mutants, nil
}

// name gives each mutant its line, and tells equal changes in equal lines apart.
func name(mutants []Mutant, lines []string) {
	seen := map[string]int{}
	for i := range mutants {
		m := &mutants[i]
		m.text = strings.TrimSpace(lines[max(m.Line-1, 0)])
		name := m.Name()
		if seen[name]++; seen[name] > 1 {
			m.What = fmt.Sprintf("%s (%d)", m.What, seen[name])
		}
	}
}
