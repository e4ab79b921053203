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

// noSession is the error of a session that was not recorded in this home.
type noSession struct{ usageError }

// openRecords opens the log of all sessions for reading; the companion may be running beside.
func openRecords() (*store.Reader, error) {
	r, err := store.OpenReader(homeDir())
	if errors.Is(err, store.ErrNone) {
		return nil, noSession{usageError{fmt.Sprintf("no session was recorded in %s yet; assay lab starts one", homeDir())}}
	}
	return r, err
}

func runSessions(ctx context.Context, args []string) error {
	fs := newFlags("sessions", "", "Lists the recorded sessions, the one that changed last first.\n"+
		"LAST RUN has the machine's points of the last run that was graded. assay show has the run that was submitted, and adds\n"+
		"the points that people gave.")
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
	fmt.Fprintln(w, "ID\tCHALLENGE\tSTARTED\tSTATE\tRUNS\tLAST RUN")
	for _, s := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", s.ID, s.Challenge, s.Started.Local().Format(time.DateTime), s.State, s.Runs, points(s.Points, s.Of))
	}
	return w.Flush()
}

func points(p *float64, of float64) string {
	if p == nil {
		return "not scored"
	}
	return notebooks.Points(*p) + " of " + notebooks.Points(of)
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
		return nil, nil, noSession{usageError{fmt.Sprintf("no session %q; assay sessions lists them", id)}}
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
	Records uint64 `json:"records"`
}

// checked is the document of `assay check --json`.
type checked struct {
	Schema      string                 `json:"schema"`
	OK          bool                   `json:"ok"` // nothing differs, and the session did not go on
	Session     string                 `json:"session"`
	Records     uint64                 `json:"records"`     // that the export has
	Of          int                    `json:"of"`          // that the log has
	OutOfDate   bool                   `json:"out_of_date"` // the session went on after the export
	Exported    *notebooks.Standing    `json:"exported"`    // how the session stood then; null when the log is not whole
	Later       *notebooks.Standing    `json:"later"`       // how it stands now; null when nothing came after the export
	Differences []notebooks.Difference `json:"differences"`
}

func runCheck(ctx context.Context, args []string) error {
	fs := newFlags("check", "FILE.ipynb", "Compares an exported notebook with the log of its session, and the log with its own hash chain. The log is in\n"+
		"$ASSAY_HOME of the machine that recorded the session: check runs there.\n"+
		"\nexit codes:\n"+
		"  0  the file is what the companion wrote, and the session did not go on after it\n"+
		"  1  the file or the log was changed, and what differs is named; or the file is out of date: the session went on\n"+
		"  2  it could not be checked: no export, or a session that was not recorded here")
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
	if none := (noSession{}); errors.As(err, &none) {
		return usagef("session %q was not recorded in %s; check needs its log: run it on the machine that recorded it, with that ASSAY_HOME",
			mark.Session, homeDir())
	} else if err != nil {
		return err
	}
	c, err := compare(nb, ch, records, mark)
	if err != nil {
		return err
	}
	if *asJSON {
		err = printJSON(c)
	} else {
		fmt.Print(c.text(rest[0]))
	}
	if err == nil && !c.OK {
		return errNegative
	}
	return err
}

// compare holds the export against the log as it was when the export was written, and says what the log has since. The
// log's head at that time is in the export, so a log that was written anew differs there.
func compare(nb *notebooks.Notebook, ch *notebooks.Challenge, records []session.Record, mark exportMark) (*checked, error) {
	c := &checked{Schema: "assay.check/1", Session: mark.Session, Records: mark.Records, Of: len(records), Differences: []notebooks.Difference{}}
	then := records[:min(uint64(len(records)), mark.Records)]
	err := session.Verify(records, "")
	var broken *session.BrokenError
	if errors.As(err, &broken) {
		c.Differences = append(c.Differences, notebooks.Difference{Seq: broken.Seq, Text: "the log itself is broken: " + broken.Why})
		return c, nil
	} else if err != nil {
		return nil, err
	}
	differences, err := notebooks.Check(nb, ch, records)
	if err != nil {
		return nil, err
	}
	c.Differences = append(c.Differences, differences...)
	if c.Exported, err = stand(ch, then); err != nil {
		return nil, err
	}
	if len(then) < len(records) {
		c.OutOfDate = notebooks.WentOn(records, len(then))
		c.Later, err = stand(ch, records)
	}
	c.OK = len(c.Differences) == 0 && !c.OutOfDate
	return c, err
}

func stand(ch *notebooks.Challenge, records []session.Record) (*notebooks.Standing, error) {
	s, err := notebooks.Stand(ch, records)
	return &s, err
}

// text is the answer for a terminal.
func (c *checked) text(file string) string {
	var b strings.Builder
	for _, d := range c.Differences {
		fmt.Fprintf(&b, "%s: %s\n", file, d)
	}
	count := fmt.Sprintf("%d of %s", c.Records, plural(c.Of, "record"))
	switch {
	case c.OutOfDate:
		fmt.Fprintf(&b, "%s: %s: the session went on after this export and %s; this export has %s\n", file, count, ending(c.Later), c.Exported.Score())
	case len(c.Differences) > 0:
	case c.Later != nil:
		fmt.Fprintf(&b, "%s is what the companion wrote: %s of session %s, which %s; the later ones are notes, people's points or what does not count\n",
			file, count, c.Session, ending(c.Later))
	default:
		fmt.Fprintf(&b, "%s is what the companion wrote: %s of session %s, which %s\n", file, plural(c.Of, "record"), c.Session, ending(c.Exported))
	}
	return b.String()
}

// ending is how a session stands, as the end of a sentence.
func ending(s *notebooks.Standing) string {
	handed := ""
	if !s.Submitted {
		handed = ", with nothing submitted"
	}
	if s.State == "open" {
		return "is still open at " + s.Score() + handed
	}
	return "ended at " + s.Score() + handed
}

func markOf(nb *notebooks.Notebook) (m exportMark, ok bool) {
	raw, err := json.Marshal(nb.Metadata["assay"])
	if err != nil || json.Unmarshal(raw, &m) != nil {
		return m, false
	}
	return m, m.Session != ""
}
