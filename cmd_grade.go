package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/card"
	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/checks/rubric"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// maxAnswerBytes bounds an answer that is graded or reviewed from a file.
const maxAnswerBytes = 20 << 20

// newGrader makes a grader for the interpreter that flag and environment name, with that environment's ruff. Where an
// isolation level is required, what this machine offers is looked at now: an interview must not find out by refused answers.
// This process holds hidden tests from here on, so it closes itself to others of the same user; answers may not be able to
// read what is hidden.
func newGrader(pythonFlag, minLevel string, log *slog.Logger, hidden ...string) (*checks.Grader, error) {
	python, err := findPython(pythonFlag)
	if err != nil {
		return nil, err
	}
	if minLevel != "" {
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		defer stop()
		if h := checks.Probe(ctx, python); h.Isolation.Level < minLevel {
			return nil, usagef("isolation %s is required and %s was reached: %s", minLevel, h.Isolation.Level, strings.Join(h.Problems, "; "))
		}
	}
	if err := harness.Harden(); err != nil {
		log.Warn("other processes of this user can look into the grader", "err", err)
	}
	return checks.New(checks.Config{Python: python, Ruff: findRuff(python), Logger: log, MinLevel: minLevel, Hidden: hidden})
}

// findRuff is the ruff beside python, else the one of PATH, else none: our own rules then stand alone and reports say so.
func findRuff(python string) string {
	beside := filepath.Join(filepath.Dir(python), "ruff")
	if _, err := os.Stat(beside); err == nil {
		return beside
	}
	if p, err := exec.LookPath("ruff"); err == nil {
		return p
	}
	return ""
}

// quietLog keeps what a command's own words say already out of its output.
func quietLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

func runGrade(ctx context.Context, args []string) error {
	fs := newFlags("grade", "SLUG FILE", "Grades an answer in a .py file or a notebook, outside of an interview. Exits with 1 when a test fails,\n"+
		"with 2 when the file is no answer to the challenge.")
	asJSON := fs.Bool("json", false, "print the assay.grade/1 document")
	seed := fs.Uint64("seed", 0, "draw the hidden inputs from `N` instead of from chance (0)")
	policy := fs.String("policy", "full", "what to show of hidden tests: `POLICY` full, counts or none")
	python := fs.String("python", "", "the interpreter (its `PATH`) that runs the answer")
	var banks stringList
	fs.Var(&banks, "bank", "a `DIR` with more challenges; may be repeated")
	rest, err := parse(fs, args, 2, 2)
	if err != nil {
		return err
	}
	if err := oneOf("--policy", *policy, "full", "counts", "none"); err != nil {
		return err
	}
	bank, err := openBank(banks)
	if err != nil {
		return err
	}
	ch, err := lookup(bank, rest[0], banks...)
	if err != nil {
		return err
	}
	submission, err := readSubmission(rest[1], ch)
	if err != nil {
		return err
	}
	grader, err := newGrader(*python, "", quietLog(), banks...)
	if err != nil {
		return err
	}
	defer grader.Close()
	full, err := grader.Grade(ctx, ch.Spec, submission, checks.Options{Seed: *seed})
	if err != nil {
		return err
	}
	if full.Status == report.StatusNotStarted && !attempted(ch, submission) {
		return usagef("%s does not define %s, so it is no answer to %s; name the right file, or write the challenge's notebook with assay new %[3]s",
			rest[1], strings.Join(ch.EntryPoints, " or "), ch.Slug)
	}
	if err := printGrade(rest[1], ch.Title, full, *policy, *asJSON); err != nil {
		return err
	}
	if !passed(full) {
		return errNegative
	}
	return nil
}

// attempted says whether an answer has anything that could be one: a definition of an entry point, whatever it is worth.
func attempted(ch *notebooks.Challenge, s checks.Submission) bool {
	defines := session.Definition(ch.EntryPoints)
	return slices.ContainsFunc(s.Cells, func(c checks.Cell) bool { return defines.MatchString(c.Source) })
}

func printGrade(path, title string, full *report.Report, policy string, asJSON bool) error {
	shown := full.ForCandidate(policy)
	if asJSON {
		return printJSON(shown)
	}
	text := card.Render(card.Input{Report: shown, Title: title, Policy: policy})["text/plain"]
	if isPython(path) {
		text = withoutCells.Replace(text)
	}
	_, err := fmt.Printf("%s\n%s\n", strings.TrimRight(text, "\n"), isolation(shown.Isolation.Level))
	return err
}

// withoutCells turns the sentences of a card that speak of cells and the kernel into ones that are true of a .py file.
var withoutCells = strings.NewReplacer(
	" and run the cell again", " and grade the file again",
	"restart the kernel, run all cells, and fix ", "fix ",
	"the first cell that fails", "it",
	"Checks take what your answer needs out of your cells and run it in a new process, without what your kernel has in memory. A name that only an earlier or deleted cell defined is missing there.",
	"Checks take what your answer needs out of the file and run it in a new process.",
	"Your cells were checked in a fresh process", "Your code was checked in a fresh process",
	"no cell defines ", "nothing in the file defines ",
	" as the cells are now", "",
)

func isPython(path string) bool { return strings.ToLower(filepath.Ext(path)) == ".py" }

// isolation says how well the answer was kept from the rest of the machine.
func isolation(level string) string {
	if level < "L1" {
		return "limited isolation (" + level + "): for practice only, see assay doctor"
	}
	return "isolation " + level
}

// passed says whether every public and hidden case passed.
func passed(r *report.Report) bool {
	if r.Status != report.StatusGraded || r.Public.Passed < r.Public.Total {
		return false
	}
	for _, c := range r.Correctness.Classes {
		if c.Passed < c.Total {
			return false
		}
	}
	return true
}

// readSubmission reads an answer to ch: a .py file is one cell, a notebook its code cells from top to bottom.
func readSubmission(path string, ch *notebooks.Challenge) (s checks.Submission, err error) {
	raw, err := readAnswer(path)
	if err != nil {
		return s, err
	}
	switch {
	case isPython(path):
		s.Cells = []checks.Cell{{Source: string(raw), Role: "solution"}}
	case strings.ToLower(filepath.Ext(path)) == ".ipynb":
		nb, err := notebooks.ReadNotebook(bytes.NewReader(raw))
		if err != nil {
			return s, usagef("%s: %v", path, err)
		}
		if of := nb.Challenge(); of != "" && of != ch.Slug {
			return s, usagef("%s is the notebook of %s, not of %s; grade it with assay grade %[2]s %[1]s", path, of, ch.Slug)
		}
		s = nb.Submission()
	default:
		return s, usagef("%s is neither a .py file nor a notebook (.ipynb)", path)
	}
	if !slices.ContainsFunc(s.Cells, func(c checks.Cell) bool { return hasCode(c.Source) }) {
		return s, usagef("there is no code in %s; write the answer there first, or name another file", path)
	}
	return s, nil
}

// hasCode says whether a line is neither empty nor a comment.
func hasCode(source string) bool {
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return true
		}
	}
	return false
}

func readAnswer(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("there is no file %s", path)
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, usagef("%s is a folder; name a .py file or a notebook", path)
	case info.Size() > maxAnswerBytes:
		return nil, usagef("%s has %d MB; an answer has at most %d", path, info.Size()>>20, maxAnswerBytes>>20)
	}
	return os.ReadFile(path)
}

// oneOf checks a flag with a few allowed values.
func oneOf(flagName, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return usagef("%s %q is none of %s", flagName, value, strings.Join(allowed, ", "))
}

func runReview(ctx context.Context, args []string) error {
	fs := newFlags("review", "FILE...", "Fluency and quality findings on any Python file or notebook: no challenge, no score. The files are read, never run.")
	asJSON := fs.Bool("json", false, "print one JSON document")
	pythonFlag := fs.String("python", "", "the interpreter (its `PATH`) that parses the files")
	rest, err := parse(fs, args, 1, -1)
	if err != nil {
		return err
	}
	python, err := findPython(*pythonFlag)
	if err != nil {
		return err
	}
	var all []*rubric.Review
	for _, path := range rest {
		raw, err := readAnswer(path)
		if err != nil {
			return err
		}
		review, err := rubric.ReviewFile(ctx, python, findRuff(python), path, raw)
		if err != nil {
			return fmt.Errorf("%s: %v", path, err)
		}
		all = append(all, review)
	}
	if *asJSON {
		return printJSON(struct {
			Schema string           `json:"schema"`
			Files  []*rubric.Review `json:"files"`
		}{rubric.ReviewSchema, all})
	}
	for _, r := range all {
		printReview(r)
	}
	return nil
}

// printReview prints findings the way compilers do, so that editors can jump to them.
func printReview(r *rubric.Review) {
	if r.Message != "" {
		fmt.Printf("%s:%d: %s\n", place(r.File, r.Cell), r.Line, r.Message)
	}
	for _, f := range r.Findings {
		fmt.Printf("%s:%d: %s (%s, %s)\n", place(r.File, f.Cell), f.Line, f.Why, f.Rule, f.Criterion)
		for _, line := range strings.Split(strings.TrimRight(f.Code, "\n"), "\n") {
			fmt.Printf("    %s\n", line)
		}
		if f.Better != "" {
			fmt.Println("  better:")
			for _, line := range strings.Split(strings.TrimRight(f.Better, "\n"), "\n") {
				fmt.Printf("    %s\n", line)
			}
		}
	}
	if r.Message == "" {
		fmt.Printf("%s: %s in %s\n", r.File, plural(len(r.Findings), "finding"), plural(r.Functions, "function"))
	}
}

func place(file, cell string) string {
	if cell == "" {
		return file
	}
	return file + "#" + cell
}
