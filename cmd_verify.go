package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-kernel/assay/notebooks"
)

func runVerify(ctx context.Context, args []string) error {
	fs := newFlags("verify", "[SLUG...]", "Proves challenges: the starter does not pass, every accepted answer passes on every seed, every trap meets its fate,\n"+
		"and no test of class property or contract passes when every value of solution.py is wrong.\n"+
		"Without a SLUG it takes those of --bank, or every challenge. With --watch it goes on: one challenge's folder in --bank\n"+
		"is verified again whenever one of its files changes, until Ctrl-C.")
	seeds := fs.Int("seeds", 10, "grade each answer on `N` seeds; with --watch 2 unless you say otherwise")
	asJSON := fs.Bool("json", false, "print one JSON document")
	only := fs.String("only", "", "only answers with this `NAME` (a file of the folder), comma separated")
	mutants := fs.Bool("mutants", false, "also grade small wrong versions of solution.py: 95 % must be caught")
	watch := fs.Bool("watch", false, "verify again whenever a file changes")
	python := fs.String("python", "", "the interpreter (its `PATH`) that runs the answers")
	var banks stringList
	fs.Var(&banks, "bank", "a `DIR` with more challenges; may be repeated")
	slugs, err := parse(fs, args, 0, -1)
	if err != nil {
		return err
	}
	if *seeds < 1 {
		return usagef("--seeds %d: give 1 or more", *seeds)
	}
	options := notebooks.VerifyOptions{Seeds: *seeds, Parallel: 2, Mutants: *mutants,
		Progress: func(line string) { fmt.Fprintln(os.Stderr, line) }}
	if options.Python, err = findPython(*python); err != nil {
		return err
	}
	if *only != "" {
		options.Only = strings.Split(*only, ",")
	}
	grader, err := newGrader(options.Python, "", quietLog())
	if err != nil {
		return err
	}
	defer grader.Close()
	if *watch {
		if *asJSON {
			return usagef("--watch does not go with --json")
		}
		options.Seeds = 2
		fs.Visit(func(f *flag.Flag) {
			if f.Name == "seeds" {
				options.Seeds = *seeds
			}
		})
		return watchFolder(ctx, banks, slugs, grader, options)
	}
	chosen, err := chosenChallenges(banks, slugs)
	if err != nil {
		return err
	}
	return verifyAll(ctx, chosen, grader, options, *asJSON)
}

func verifyAll(ctx context.Context, chosen []*notebooks.Challenge, g notebooks.Grader, o notebooks.VerifyOptions, asJSON bool) error {
	var results []*notebooks.VerifyResult
	ok := true
	for _, ch := range chosen {
		fmt.Fprintln(os.Stderr, ch.Slug)
		r, err := notebooks.Verify(ctx, ch, g, o)
		if err != nil {
			return fmt.Errorf("%s: %w", ch.Slug, err)
		}
		results = append(results, r)
		ok = ok && r.OK
		if !asJSON {
			printVerified(r)
		}
	}
	if asJSON {
		if err := printJSON(struct {
			Schema     string                    `json:"schema"`
			OK         bool                      `json:"ok"`
			Challenges []*notebooks.VerifyResult `json:"challenges"`
		}{"assay.verify/1", ok, results}); err != nil {
			return err
		}
	}
	if !ok {
		return errNegative
	}
	return nil
}

// watchFolder goes past the bank: a folder that is being written is often one that no bank would take.
func watchFolder(ctx context.Context, banks, slugs []string, g notebooks.Grader, o notebooks.VerifyOptions) error {
	if len(banks) != 1 || len(slugs) > 1 {
		return usagef("--watch looks at one challenge in one --bank")
	}
	dir, err := filepath.Abs(banks[0])
	if err != nil {
		return err
	}
	if len(slugs) == 1 && filepath.Base(dir) != slugs[0] {
		dir = filepath.Join(dir, slugs[0])
	}
	if _, err := os.Stat(filepath.Join(dir, "challenge.toml")); err != nil {
		return usagef("--watch: %s has no challenge.toml", dir)
	}
	slug := filepath.Base(dir)
	return notebooks.Watch(ctx, dir, g, notebooks.WatchOptions{Verify: o, Show: func(ps notebooks.Problems, r *notebooks.VerifyResult) {
		if r != nil {
			printVerified(r)
			return
		}
		fmt.Printf("\n%s: read, %s so far\n", slug, plural(len(ps), "problem"))
		printProblems(slug, ps)
	}})
}

// chosenChallenges are those named, else those of the banks given, else all.
func chosenChallenges(banks, slugs []string) ([]*notebooks.Challenge, error) {
	bank, err := openBank(banks)
	if err != nil {
		return nil, err
	}
	if len(slugs) > 0 {
		var chosen []*notebooks.Challenge
		for _, slug := range slugs {
			ch, err := lookup(bank, slug, banks...)
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, ch)
		}
		return chosen, nil
	}
	if len(banks) == 0 {
		return bank.List(), nil
	}
	own, err := openBank(nil)
	if err != nil {
		return nil, err
	}
	var chosen []*notebooks.Challenge
	for _, ch := range bank.List() {
		if _, builtIn := own.Lookup(ch.Slug); !builtIn {
			chosen = append(chosen, ch)
		}
	}
	return chosen, nil
}

// printProblems prints what is wrong with a challenge's files the way compilers do; what is wrong with none of them follows
// the slug.
func printProblems(slug string, ps notebooks.Problems) {
	for _, p := range ps {
		if p.File == "" {
			fmt.Printf("%s: %s\n", slug, p)
		} else {
			fmt.Printf("%s/%s\n", slug, p)
		}
	}
}

func printVerified(r *notebooks.VerifyResult) {
	printProblems(r.Challenge, r.Problems)
	if m := r.Mutants; m != nil {
		for _, s := range m.Survivors {
			fmt.Printf("%s/solution.py:%d: survivor %q%s\n", r.Challenge, s.Line, s.Name, explained(s.Why))
		}
		fmt.Printf("%s: %d of %s caught, %d equivalent\n", r.Challenge, m.Killed, plural(m.Total, "mutant"), m.Equivalent)
	}
	if r.OK {
		fmt.Printf("%s: proven over %s, %s in %.1f s\n", r.Challenge, plural(r.Seeds, "seed"), plural(len(r.Answers), "answer"), r.Seconds)
	} else {
		fmt.Printf("%s: not proven, %s\n", r.Challenge, plural(len(r.Problems), "problem"))
	}
}

func explained(why string) string {
	if why == "" {
		return ", not explained in mutants.toml"
	}
	return " is equivalent: " + why
}
