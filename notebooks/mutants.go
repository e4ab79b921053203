package notebooks

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/notebooks/mutate"
)

const (
	mutantsFile = "mutants.toml"
	mutantSeeds = 3    // a mutant that passes on all of these has survived
	minKillRate = 0.95 // share of the mutants that are not equivalent
)

// Equivalent is an entry of mutants.toml: a mutant of the reference that is right as well.
type Equivalent struct {
	Name string `toml:"name"` // as mutate.Mutant.Name has it
	Why  string `toml:"why"`  // no test can tell it from the reference

	line int // of the entry
}

// MutantsResult is what became of the mutants of the reference.
type MutantsResult struct {
	Total      int        `json:"total"`
	Killed     int        `json:"killed"`
	Equivalent int        `json:"equivalent"` // survivors that the author has explained
	Rate       float64    `json:"rate"`       // killed of those that are not equivalent
	Survivors  []Survivor `json:"survivors"`
}

// Survivor is a mutant that passes everything.
type Survivor struct {
	Name string `json:"name"`
	Line int    `json:"line"` // of solution.py
	What string `json:"what"`
	Why  string `json:"why,omitempty"` // the author's reason for calling it equivalent
}

// readMutants reads mutants.toml:
//
//	[[equivalent]]
//	name = "return np.maximum(0, x): two arguments are swapped"
//	why = "..."
func readMutants(text string, ps *Problems) []Equivalent {
	var f struct {
		Equivalent []Equivalent `toml:"equivalent"`
	}
	md, err := toml.Decode(text, &f)
	var pe toml.ParseError
	if errors.As(err, &pe) {
		ps.add(mutantsFile, pe.Position.Line, "%s", pe.Message)
		return nil
	} else if err != nil {
		line, text := tomlError(err)
		ps.add(mutantsFile, line, "%s", text)
		return nil
	}
	for _, key := range md.Undecoded() {
		ps.add(mutantsFile, keyLine(text, key[len(key)-1]), "unknown key %q", key.String())
	}
	var starts []int
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "[[equivalent]]" {
			starts = append(starts, i+1)
		}
	}
	seen := map[string]bool{}
	for i := range f.Equivalent {
		e := &f.Equivalent[i]
		if len(starts) == len(f.Equivalent) {
			e.line = starts[i]
		}
		if e.Name == "" || strings.TrimSpace(e.Why) == "" {
			ps.add(mutantsFile, e.line, "an entry has a name and a why")
		} else if seen[e.Name] {
			ps.add(mutantsFile, e.line, "%q has an entry already", e.Name)
		}
		seen[e.Name] = true
	}
	return f.Equivalent
}

// mutants grades small wrong versions of the reference: a test suite that lets them pass would let candidates pass who
// made the same mistake.
func (v *verifier) mutants(ctx context.Context) error {
	all, err := mutate.Make(ctx, v.options.Python, v.challenge.Solution.Source)
	if err != nil {
		return err
	}
	survived := make([]bool, len(all))
	err = v.each(ctx, len(all), func(ctx context.Context, session string, i int) (err error) {
		if survived[i], err = v.survives(ctx, session, all[i]); err != nil {
			return fmt.Errorf("mutant of %s: %w", all[i].Name(), err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	v.judgeMutants(all, survived)
	return nil
}

func (v *verifier) survives(ctx context.Context, session string, m mutate.Mutant) (bool, error) {
	for seed := 1; seed <= mutantSeeds; seed++ {
		r, err := v.grade(ctx, session, m.Source, seed, false)
		if r == nil || err != nil {
			return false, err
		}
		if r.Status != report.StatusGraded || len(failing(r)) > 0 {
			return false, nil
		}
	}
	v.progress("mutant of solution.py survives: %s", m.Name())
	return true, nil
}

// judgeMutants holds what survived against what the author says must.
func (v *verifier) judgeMutants(all []mutate.Mutant, survived []bool) {
	entries := map[string]Equivalent{}
	for _, e := range v.challenge.Mutants {
		entries[e.Name] = e
	}
	r := &MutantsResult{Total: len(all), Rate: 1, Survivors: []Survivor{}}
	v.result.Mutants = r
	var unexplained []string
	for i, m := range all {
		e, listed := entries[m.Name()]
		delete(entries, m.Name())
		switch {
		case !survived[i] && listed:
			v.result.Problems.add(mutantsFile, e.line, "%q is not equivalent: a test catches it", m.Name())
			fallthrough
		case !survived[i]:
			r.Killed++
			continue
		case listed:
			r.Equivalent++
		default:
			unexplained = append(unexplained, m.Name())
		}
		r.Survivors = append(r.Survivors, Survivor{Name: m.Name(), Line: m.Line, What: m.What, Why: e.Why})
	}
	for _, e := range v.challenge.Mutants {
		if _, left := entries[e.Name]; left {
			v.result.Problems.add(mutantsFile, e.line, "%q is none of the reference's mutants", e.Name)
		}
	}
	if counted := r.Total - r.Equivalent; counted > 0 {
		r.Rate = float64(r.Killed) / float64(counted)
	}
	if r.Rate < minKillRate {
		v.result.Problems.add("tests.py", 1, "%d of %d mutants are caught, %.0f %%; at least %.0f %%. These pass: %s",
			r.Killed, r.Total-r.Equivalent, 100*r.Rate, 100*minKillRate, strings.Join(unexplained, "; "))
	}
}
