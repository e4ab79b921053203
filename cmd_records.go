package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

// sessionsSchema names the document of `assay sessions --json`.
const sessionsSchema = "assay.sessions/1"

// openRecords opens the log of all sessions for reading; the companion may be running beside.
func openRecords() (*store.Reader, error) {
	r, err := store.OpenReader(homeDir())
	if errors.Is(err, store.ErrNone) {
		return nil, usagef("no session was recorded in %s yet; assay lab starts one", homeDir())
	}
	return r, err
}

func runSessions(ctx context.Context, args []string) error {
	fs := newFlags("sessions", "", "Lists the recorded sessions, the one that changed last first.")
	asJSON := fs.Bool("json", false, "print one JSON document")
	if _, err := parse(fs, args, 0, 0); err != nil {
		return err
	}
	list := []session.Summary{}
	records, err := store.OpenReader(homeDir())
	if err != nil && !errors.Is(err, store.ErrNone) {
		return err
	}
	if err == nil {
		defer records.Close()
		known, err := records.Sessions(ctx)
		if err != nil {
			return err
		}
		for _, k := range known {
			list = append(list, k.Summary)
		}
	}
	if *asJSON {
		return printJSON(struct {
			Schema   string            `json:"schema"`
			Sessions []session.Summary `json:"sessions"`
		}{sessionsSchema, list})
	}
	if len(list) == 0 {
		fmt.Fprintln(os.Stderr, "no session was recorded yet; assay lab starts one")
		return nil
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tCHALLENGE\tSTARTED\tSTATE\tRUNS\tPOINTS")
	for _, s := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", s.ID, s.Challenge, s.Started.Local().Format(time.DateTime), s.State, s.Runs, points(s.Points, s.Of))
	}
	return w.Flush()
}

func points(p *float64, of float64) string {
	if p == nil {
		return "not scored"
	}
	return fmt.Sprintf("%.4g of %.4g", *p, of)
}

// graded finds the session that id starts, and folds it for export.
func graded(ctx context.Context, id string, o notebooks.ExportOptions, banks []string) (*notebooks.Graded, error) {
	records, ch, err := sessionRecords(ctx, id, banks)
	if err != nil {
		return nil, err
	}
	return notebooks.Grade(ch, records, o)
}

// sessionRecords reads the log of the session that id names or starts, and its challenge.
func sessionRecords(ctx context.Context, id string, banks []string) ([]session.Record, *notebooks.Challenge, error) {
	reader, err := openRecords()
	if err != nil {
		return nil, nil, err
	}
	defer reader.Close()
	known, err := reader.Sessions(ctx)
	if err != nil {
		return nil, nil, err
	}
	var found []session.Summary
	for _, k := range known {
		if strings.HasPrefix(k.ID, id) {
			found = append(found, k.Summary)
		}
	}
	switch {
	case len(found) == 0:
		return nil, nil, usagef("no session %q; assay sessions lists them", id)
	case len(found) > 1:
		return nil, nil, usagef("%q starts %d sessions; give more of the ID", id, len(found))
	}
	bank, err := openBank(banks)
	if err != nil {
		return nil, nil, err
	}
	ch, ok := bank.Lookup(found[0].Challenge)
	if !ok {
		return nil, nil, usagef("session %s is of challenge %q, which is not here; name its folder with --bank", id, found[0].Challenge)
	}
	records, err := reader.ReadAll(ctx, found[0].ID)
	return records, ch, err
}

func runShow(ctx context.Context, args []string) error {
	fs := newFlags("show", "ID", "One session's scorecard. The first characters of an ID are enough.")
	asJSON := fs.Bool("json", false, "print one JSON document")
	var banks stringList
	fs.Var(&banks, "bank", "a `DIR` with more challenges; may be repeated")
	rest, err := parse(fs, args, 1, 1)
	if err != nil {
		return err
	}
	g, err := graded(ctx, rest[0], notebooks.ExportOptions{Audience: notebooks.ForInterviewer}, banks)
	if err != nil {
		return err
	}
	if *asJSON {
		raw, err := g.JSON()
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(raw)
		return err
	}
	_, err = fmt.Print(g.Text())
	return err
}

func runExport(ctx context.Context, args []string) error {
	fs := newFlags("export", "ID", "Writes a session's graded notebook and its report. The first characters of an ID are enough.")
	out := fs.String("o", ".", "the `DIR` to write to")
	format := fs.String("format", "ipynb,html", "which files, comma separated: ipynb, html, json")
	audience := fs.String("for", "candidate", "candidate (as the session's policy allows) or interviewer (everything)")
	notebook := fs.String("notebook", "", "the candidate's `FILE`, for its prose and the order of its cells (default: as recorded)")
	var banks stringList
	fs.Var(&banks, "bank", "a `DIR` with more challenges; may be repeated")
	rest, err := parse(fs, args, 1, 1)
	if err != nil {
		return err
	}
	if err := oneOf("--for", *audience, "candidate", "interviewer"); err != nil {
		return err
	}
	o := notebooks.ExportOptions{Audience: notebooks.Audience(*audience)}
	if *notebook != "" {
		if o.Notebook, err = openNotebook(*notebook); err != nil {
			return err
		}
	}
	g, err := graded(ctx, rest[0], o, banks)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return usagef("%s cannot be made: %v; give another folder with -o", *out, err)
	}
	for _, name := range strings.Split(*format, ",") {
		if err := exportOne(g, strings.TrimSpace(name), *out); err != nil {
			return err
		}
	}
	return nil
}

// exportOne writes one format under a name made of the challenge and the session.
func exportOne(g *notebooks.Graded, format, dir string) error {
	var raw []byte
	var err error
	switch format {
	case "ipynb":
		raw, err = g.Notebook().Bytes()
	case "html":
		raw, err = g.HTML()
	case "json":
		raw, err = g.JSON()
	default:
		return usagef("--format %q is none of ipynb, html, json", format)
	}
	if err != nil {
		return err
	}
	path := filepath.Join(dir, fmt.Sprintf("%s-%s.%s", g.Challenge, g.Session[:min(8, len(g.Session))], format))
	if err := writeFile(path, raw, 0o644); err != nil {
		return err
	}
	fmt.Println(path)
	return nil
}

func openNotebook(path string) (*notebooks.Notebook, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usagef("%v; give a notebook that exists", err)
	}
	defer f.Close()
	nb, err := notebooks.ReadNotebook(f)
	if err != nil {
		return nil, usagef("%s: %v", path, err)
	}
	return nb, nil
}

// exportMark is what an export says of itself in its notebook's metadata.
type exportMark struct {
	Session string `json:"session"`
	Head    string `json:"head"`
	Records uint64 `json:"records"`
}

func runCheck(ctx context.Context, args []string) error {
	fs := newFlags("check", "FILE.ipynb", "Compares an exported notebook with the log of its session on this machine, and the log with its own hash chain.\n"+
		"Names the first record that is not what the companion wrote; exits with 1 then.")
	asJSON := fs.Bool("json", false, "print one JSON document")
	var banks stringList
	fs.Var(&banks, "bank", "a `DIR` with more challenges; may be repeated")
	rest, err := parse(fs, args, 1, 1)
	if err != nil {
		return err
	}
	nb, err := openNotebook(rest[0])
	if err != nil {
		return err
	}
	mark, ok := markOf(nb)
	if !ok {
		return usagef("%s is no export of Assay: its metadata names no session", rest[0])
	}
	records, ch, err := sessionRecords(ctx, mark.Session, banks)
	if err != nil {
		return err
	}
	differences, err := compare(nb, ch, records, mark)
	if err != nil {
		return err
	}
	if *asJSON {
		if err := printJSON(struct {
			Schema      string                 `json:"schema"`
			OK          bool                   `json:"ok"`
			Session     string                 `json:"session"`
			Differences []notebooks.Difference `json:"differences"`
		}{"assay.check/1", len(differences) == 0, mark.Session, differences}); err != nil {
			return err
		}
	} else if len(differences) == 0 {
		fmt.Printf("%s is what the companion wrote: %s of session %s\n", rest[0], plural(int(mark.Records), "record"), mark.Session)
	} else {
		for _, d := range differences {
			fmt.Printf("%s: record %d: %s\n", rest[0], d.Seq, d.Text)
		}
	}
	if len(differences) > 0 {
		return errNegative
	}
	return nil
}

// compare holds the export against the log as it was when the export was written.
func compare(nb *notebooks.Notebook, ch *notebooks.Challenge, records []session.Record, mark exportMark) ([]notebooks.Difference, error) {
	records = records[:min(uint64(len(records)), mark.Records)]
	var broken *session.BrokenError
	if err := session.Verify(records, mark.Head); errors.As(err, &broken) {
		return []notebooks.Difference{{Seq: broken.Seq, Text: broken.Why}}, nil
	} else if err != nil {
		return nil, err
	}
	return notebooks.Check(nb, ch, records)
}

func markOf(nb *notebooks.Notebook) (m exportMark, ok bool) {
	raw, err := json.Marshal(nb.Metadata["assay"])
	if err != nil || json.Unmarshal(raw, &m) != nil {
		return m, false
	}
	return m, m.Session != ""
}
