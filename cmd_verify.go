package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/assay-kernel/assay/notebooks"
)

func runVerify(ctx context.Context, args []string) error {
	fs := newFlags("verify", "[SLUG...]", "Proves challenges: the starter does not pass, every accepted answer passes on every seed, every trap meets its fate.\n"+
		"Without a SLUG it takes those of --bank, or every challenge.")
	seeds := fs.Int("seeds", 10, "grade each answer on `N` seeds")
	asJSON := fs.Bool("json", false, "print one JSON document")
	only := fs.String("only", "", "only answers with this `NAME` (a file of the folder), comma separated")
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
	chosen, err := chosenChallenges(banks, slugs)
	if err != nil {
		return err
	}
	grader, err := newGrader(*python, "", quietLog())
	if err != nil {
		return err
	}
	defer grader.Close()
	options := notebooks.VerifyOptions{Seeds: *seeds, Parallel: 2, Progress: func(line string) { fmt.Fprintln(os.Stderr, line) }}
	if *only != "" {
		options.Only = strings.Split(*only, ",")
	}
	var results []*notebooks.VerifyResult
	ok := true
	for _, ch := range chosen {
		fmt.Fprintln(os.Stderr, ch.Slug)
		r, err := notebooks.Verify(ctx, ch, grader, options)
		if err != nil {
			return fmt.Errorf("%s: %w", ch.Slug, err)
		}
		results = append(results, r)
		ok = ok && r.OK
		if !*asJSON {
			printVerified(r)
		}
	}
	if *asJSON {
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

// chosenChallenges are those named, else those of the banks given, else all.
func chosenChallenges(banks, slugs []string) ([]*notebooks.Challenge, error) {
	bank, err := openBank(banks)
	if err != nil {
		return nil, err
	}
	if len(slugs) > 0 {
		var chosen []*notebooks.Challenge
		for _, slug := range slugs {
			ch, err := lookup(bank, slug)
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

func printVerified(r *notebooks.VerifyResult) {
	for _, p := range r.Problems {
		fmt.Printf("%s/%s\n", r.Challenge, p)
	}
	if r.OK {
		fmt.Printf("%s: proven over %s, %s in %.1f s\n", r.Challenge, plural(r.Seeds, "seed"), plural(len(r.Answers), "answer"), r.Seconds)
	} else {
		fmt.Printf("%s: not proven, %s\n", r.Challenge, plural(len(r.Problems), "problem"))
	}
}
