package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/assay-kernel/assay/notebooks"
)

// listSchema names the document of `assay list --json`.
const listSchema = "assay.list/1"

// openBank reads the challenges that come with the program and those in dirs.
func openBank(dirs []string) (*notebooks.Bank, error) { return notebooks.OpenBank(dirs...) }

// lookup finds a challenge, or names the ones whose slugs look like what was asked for. The folders of the bank are for the
// command that lists all of them.
func lookup(bank *notebooks.Bank, slug string, dirs ...string) (*notebooks.Challenge, error) {
	if c, ok := bank.Lookup(slug); ok {
		return c, nil
	}
	list := "assay list shows them; one of your own needs --bank DIR"
	if len(dirs) > 0 {
		list = "assay list --bank " + strings.Join(dirs, " --bank ") + " shows them"
	}
	near := nearSlugs(bankSlugs(bank), slug)
	if len(near) > 0 && len(near) <= 4 {
		return nil, usagef("no challenge %q; did you mean %s? %s", slug, strings.Join(near, " or "), list)
	}
	return nil, usagef("no challenge %q; %s", slug, list)
}

// nearSlugs are those that are few typing errors away, else those that share a word with what was asked for.
func nearSlugs(slugs []string, slug string) []string {
	var near, related []string
	least := 3 // so many errors are another word
	for _, s := range slugs {
		if d := typingErrors(s, slug); d < least {
			near, least = []string{s}, d
		} else if d == least && len(near) > 0 {
			near = append(near, s)
		}
		if strings.Contains(s, slug) || sharedWord(s, slug) {
			related = append(related, s)
		}
	}
	if len(near) > 0 {
		return near
	}
	return related
}

// typingErrors counts the letters to add, drop or change to make b of a.
func typingErrors(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func sharedWord(a, b string) bool {
	for _, w := range strings.Split(b, "-") {
		if len(w) > 3 && strings.Contains(a, w) {
			return true
		}
	}
	return false
}

func bankSlugs(bank *notebooks.Bank) []string {
	var slugs []string
	for _, c := range bank.List() {
		slugs = append(slugs, c.Slug)
	}
	return slugs
}

// buildNotebook is the candidate's notebook of ch, with an identity of its own.
func buildNotebook(ch *notebooks.Challenge) ([]byte, error) {
	return notebooks.Build(ch, notebooks.NewInstance()).Bytes()
}

// listed is one challenge in `assay list --json`.
type listed struct {
	Slug        string   `json:"slug"`
	Title       string   `json:"title"`
	Lesson      string   `json:"lesson"`
	Category    string   `json:"category"`
	Difficulty  string   `json:"difficulty"`
	Minutes     int      `json:"minutes"`
	Needs       []string `json:"needs"`
	EntryPoints []string `json:"entry_points"`
}

func runList(_ context.Context, args []string) error {
	fs := newFlags("list", "", "Lists the challenges in the order of the course.")
	asJSON := fs.Bool("json", false, "print one JSON document")
	var banks stringList
	fs.Var(&banks, "bank", "a `DIR` with more challenges; may be repeated")
	if _, err := parse(fs, args, 0, 0); err != nil {
		return err
	}
	bank, err := openBank(banks)
	if err != nil {
		return err
	}
	rows := []listed{}
	for _, c := range bank.List() {
		rows = append(rows, listed{c.Slug, c.Title, c.Lesson, c.Category, c.Difficulty, c.Minutes, orEmpty(c.Needs), c.EntryPoints})
	}
	if *asJSON {
		return printJSON(struct {
			Schema     string   `json:"schema"`
			Challenges []listed `json:"challenges"`
		}{listSchema, rows})
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SLUG\tTITLE\tLESSON\tCATEGORY\tDIFFICULTY\tMINUTES\tNEEDS")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", r.Slug, r.Title, r.Lesson, r.Category, r.Difficulty, r.Minutes, strings.Join(r.Needs, ", "))
	}
	return w.Flush()
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	sort.Strings(list)
	return list
}

func runNew(_ context.Context, args []string) error {
	fs := newFlags("new", "SLUG", "Writes the candidate's notebook of a challenge. With --author it makes the folder of a new challenge instead,\n"+
		"every file in place and saying what belongs into it; assay verify --bank then shows what is missing.")
	out := fs.String("o", "", "the `FILE` to write (default: SLUG.ipynb); with --author the folder to write into")
	force := fs.Bool("force", false, "replace the file if it is there")
	author := fs.Bool("author", false, "make a challenge folder named SLUG here (or in the folder -o)")
	var banks stringList
	fs.Var(&banks, "bank", "a `DIR` with more challenges; may be repeated")
	rest, err := parse(fs, args, 1, 1)
	if err != nil {
		return err
	}
	if *author {
		return scaffold(rest[0], *out)
	}
	bank, err := openBank(banks)
	if err != nil {
		return err
	}
	ch, err := lookup(bank, rest[0], banks...)
	if err != nil {
		return err
	}
	path := *out
	if path == "" {
		path = ch.Slug + ".ipynb"
	}
	if _, err := os.Stat(path); err == nil && !*force {
		return usagef("%s is there already; name another file with -o, or replace it with --force", path)
	}
	raw, err := buildNotebook(ch)
	if err != nil {
		return err
	}
	if err := writeFile(path, raw, 0o644); err != nil {
		return missingFolder(err, path)
	}
	fmt.Println(path)
	return nil
}

// missingFolder turns "no such file" about a folder into a sentence about the folder.
func missingFolder(err error, path string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("there is no folder %s; make it first", filepath.Dir(path))
	}
	return err
}

func scaffold(slug, parent string) error {
	if parent == "" {
		parent = "."
	}
	dir := filepath.Join(parent, slug)
	if _, err := os.Stat(parent); err != nil {
		return missingFolder(err, dir)
	}
	if err := notebooks.Scaffold(parent, slug); err != nil {
		if strings.HasSuffix(err.Error(), syscall.EEXIST.Error()) { // its errors are for people: they are text only
			return usagef("%s is there already; see what it lacks with assay verify --bank %s %s, or choose another slug or folder (-o)", dir, dir, slug)
		}
		return err
	}
	fmt.Println(dir)
	fmt.Fprintf(os.Stderr, "next: change its files, and see what is missing with assay verify --bank %s %s --watch\n", dir, slug)
	return nil
}

// printJSON prints one document to stdout.
func printJSON(v any) error {
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
