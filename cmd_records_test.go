package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/session"
)

// recorder writes the log of one session of the warm-up into a home.
type recorder struct {
	t    *testing.T
	log  *store.Store
	seqs uint64
}

const recorded = "c0ffee00c0ffee00"

// record opens a fresh home, and makes it that of the command line.
func record(t *testing.T) *recorder {
	t.Helper()
	home := t.TempDir()
	t.Setenv("ASSAY_HOME", home)
	log, err := store.Open(home, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	r := &recorder{t: t, log: log}
	r.own(session.KindSessionStarted, "", session.SessionStarted{Challenge: "warmup-pairwise-distances", Version: "v1", Mode: "practice", Policy: "full", Minutes: 15})
	return r
}

func (r *recorder) append(source string, e session.Event, data any) {
	r.t.Helper()
	var err error
	if e.Data, err = session.Encode(data); err != nil {
		r.t.Fatal(err)
	}
	batch := store.Batch{Session: recorded, Source: source, Entries: []store.Entry{{Event: e}},
		Identity: &store.Identity{Instance: "i", Challenge: "warmup-pairwise-distances"}}
	if _, err := r.log.Append(r.t.Context(), batch); err != nil {
		r.t.Fatal(err)
	}
}

func (r *recorder) own(kind session.Kind, request string, data any) {
	r.append(store.Companion, session.Event{Kind: kind, Request: request}, data)
}

func (r *recorder) kernel(kind session.Kind, cell, request string, data any) {
	r.seqs++
	r.append("kernel", session.Event{SrcSeq: r.seqs, Kind: kind, Cell: cell, Request: request}, data)
}

// run is one run of the solution and what it got.
func (r *recorder) run(n int, request, code string, points float64) {
	r.kernel(session.KindCellStarted, "assay-solution", request, session.CellStarted{Code: code, Role: session.RoleSolution})
	r.kernel(session.KindCellFinished, "assay-solution", request, session.CellFinished{Status: "ok", ExecutionCount: n, Judge: true})
	r.verdict(n, request, points, false)
}

func (r *recorder) verdict(n int, request string, points float64, final bool) {
	rep := &report.Report{
		Schema: report.Schema, Challenge: "warmup-pairwise-distances", Status: report.StatusGraded,
		Correctness: report.Correctness{Points: &points, Of: 55},
		Total:       report.Total{Points: points, Of: 55},
	}
	raw, err := session.Encode(rep)
	if err != nil {
		r.t.Fatal(err)
	}
	r.own(session.KindVerdict, request, session.Verdict{Run: n, Report: raw, Final: final})
}

// submit hands in and finishes.
func (r *recorder) submit(n int, points float64) {
	r.kernel(session.KindMagic, "assay-help", "submit", session.Magic{Name: "submit", Answer: true})
	r.verdict(n, "submit", points, true)
	r.own(session.KindSessionFinished, "", session.SessionFinished{Why: "the candidate finished"})
}

// exported writes the notebook and returns its path.
func exported(t *testing.T) string {
	t.Helper()
	code, stdout, stderr := captured(t, "export", recorded, "--format", "ipynb", "-o", t.TempDir())
	if code != 0 {
		t.Fatalf("export: exit code %d, %s", code, stderr)
	}
	return strings.TrimSpace(stdout)
}

// checkJSON is the answer of `assay check --json`.
func checkJSON(t *testing.T, file string) (c checked) {
	t.Helper()
	_, stdout, stderr := captured(t, "check", "--json", file)
	if err := json.Unmarshal([]byte(stdout), &c); err != nil {
		t.Fatalf("%v: %s%s", err, stdout, stderr)
	}
	return c
}

// A candidate may not hand in the best moment of a session as its end.
func TestCheckSaysThatTheSessionWentOn(t *testing.T) {
	r := record(t)
	r.run(1, "r1", "def pairwise_distances(X): return 1", 53.91)
	best := exported(t)
	code, stdout, _ := captured(t, "check", best)
	if want := best + " is what the companion wrote: 4 records of session " + recorded + ", which is still open at 53.9 of 55 points, with nothing submitted\n"; code != 0 || stdout != want {
		t.Errorf("at once: exit code %d, %s", code, stdout)
	}
	r.run(2, "r2", "def pairwise_distances(X): return 2", 20)
	r.submit(3, 11.84)
	code, stdout, _ = captured(t, "check", best)
	want := best + ": 4 of 10 records: the session went on after this export and ended at 11.8 of 55 points; this export has 53.9 of 55 points\n"
	if code != 1 || stdout != want {
		t.Errorf("exit code %d\n%s\nwant 1\n%s", code, stdout, want)
	}
	c := checkJSON(t, best)
	if c.OK || !c.OutOfDate || c.Records != 4 || c.Of != 10 || c.Differences == nil || len(c.Differences) > 0 {
		t.Errorf("got %+v", c)
	}
	if c.Exported.State != "open" || *c.Exported.Points != 53.91 || c.Later.State != "finished" || !c.Later.Submitted || *c.Later.Points != 11.84 {
		t.Errorf("got %+v, then %+v", c.Exported, c.Later)
	}
}

// What people add to a finished session takes nothing from what the candidate handed in.
func TestCheckAfterPeoplesPoints(t *testing.T) {
	r := record(t)
	r.run(1, "r1", "def pairwise_distances(X): return 1", 10)
	r.submit(2, 11.84)
	file, seven := exported(t), 7.5
	if code, stdout, _ := captured(t, "check", file); code != 0 || !strings.Contains(stdout, "7 records of session "+recorded+", which ended at 11.8 of 55 points\n") {
		t.Errorf("exit code %d, %s", code, stdout)
	}
	r.own(session.KindScore, "", session.Score{Part: "communication", Points: &seven, By: "Ada"})
	code, stdout, _ := captured(t, "check", file)
	if code != 0 || !strings.Contains(stdout, "7 of 8 records") || !strings.Contains(stdout, "ended at") {
		t.Errorf("exit code %d, %s", code, stdout)
	}
	if c := checkJSON(t, file); !c.OK || c.OutOfDate || c.Later == nil || *c.Later.Points <= *c.Exported.Points {
		t.Errorf("got %+v", c)
	}
}

func TestCheckNamesTheCellThatWasChanged(t *testing.T) {
	r := record(t)
	r.run(1, "r1", "def pairwise_distances(X):\n    return 1", 10)
	r.submit(2, 11.84)
	file := exported(t)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(strings.ReplaceAll(string(raw), "return 1", "return 2"), "11.8 of 55", "51.8 of 55")
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := captured(t, "check", file)
	for _, want := range []string{
		`, id assay-solution, "def pairwise_distances(X):": record 2: its text is another, from its line 2 on`,
		`cell 1, id assay-graded, "**Graded notebook**`, `, id assay-timeline, "## Timeline": its text is another`,
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("lacks %q:\n%s", want, stdout)
		}
	}
	if code != 1 || strings.Contains(stdout, "record 0") || strings.Contains(stdout, "what the companion wrote") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	if c := checkJSON(t, file); c.OK || c.OutOfDate || len(c.Differences) < 3 || c.Differences[0].Number == 0 || c.Differences[0].First == "" {
		t.Errorf("got %+v", c)
	}
}

// What a log says of the time after an export counts only when its chain holds to the end.
func TestCheckReadsTheWholeChain(t *testing.T) {
	r := record(t)
	r.run(1, "r1", "x = 1", 10)
	file := exported(t)
	r.submit(2, 11.84)
	nb, err := openNotebook(file)
	if err != nil {
		t.Fatal(err)
	}
	mark, _ := markOf(nb)
	records, ch, err := sessionRecords(t.Context(), recorded, nil)
	if err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(records)
	changed[4].Data = []byte(`{"name":"hint"}`)
	for name, tt := range map[string]struct {
		records []session.Record
		seq     uint64
	}{
		"cut before the export's end": {records[:2], 3},
		"a record taken out later":    {append(records[:5:5], records[6:]...), 6},
		"a record changed later":      {changed, 5},
	} {
		c, err := compare(nb, ch, tt.records, mark)
		if err != nil || c.OK || len(c.Differences) != 1 || c.Differences[0].Seq != tt.seq {
			t.Errorf("%s: got %+v, %v", name, c, err)
		}
	}
}

func TestCheckNeedsTheMachineThatRecorded(t *testing.T) {
	r := record(t)
	r.run(1, "r1", "x = 1", 10)
	file := exported(t)
	elsewhere := t.TempDir()
	t.Setenv("ASSAY_HOME", elsewhere)
	says := func(when string) {
		t.Helper()
		code, stdout, stderr := captured(t, "check", file)
		if code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q, %q", when, code, stdout, stderr)
		}
		for _, want := range []string{recorded, elsewhere, "the machine that recorded it", "ASSAY_HOME"} {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: lacks %q: %s", when, want, stderr)
			}
		}
	}
	says("in an empty home")
	log, err := store.Open(elsewhere, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	says("in a home without this session")
}

func TestCheckSaysWhatAFileIs(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	file := filepath.Join(t.TempDir(), "x.ipynb")
	for text, want := range map[string]string{
		"":                    file + ": the file is empty",
		"[1, 2]":              file + ": the file is JSON, but no notebook: it is a list",
		`{"name": "x"}`:       file + ": the file is JSON, but no notebook: it has no cells",
		`{"cells": [`:         file + ": the file is cut off",
		"{\n\"cells\": oops}": file + ": the file is not JSON from line 2 on",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := captured(t, "check", file)
		if code != 2 || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit code %d, %s, want %s", text, code, stderr, want)
		}
	}
}

func TestCheckHelpHasTheExitCodes(t *testing.T) {
	_, stdout, _ := captured(t, "check", "--help")
	for _, want := range []string{"exit codes:\n", "\n  0  ", "\n  1  ", "\n  2  ", "out of date", "ASSAY_HOME"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("lacks %q:\n%s", want, stdout)
		}
	}
}

// One rounding everywhere, and a name for the number where it is not the scorecard's.
func TestSessionsAndShowAgreeOnPoints(t *testing.T) {
	r := record(t)
	r.run(1, "r1", "x = 1", 53.914)
	_, list, _ := captured(t, "sessions")
	_, card, _ := captured(t, "show", recorded)
	if !strings.Contains(list, "LAST RUN") || !strings.Contains(list, "53.9 of 55\n") || !strings.Contains(card, "53.9 of 55 points") {
		t.Errorf("sessions:\n%s\nshow:\n%s", list, card)
	}
	seven := 7.5
	r.own(session.KindScore, "", session.Score{Part: "communication", Points: &seven, By: "Ada"})
	_, list, _ = captured(t, "sessions")
	_, card, _ = captured(t, "show", recorded)
	if !strings.Contains(list, "53.9 of 55\n") || !strings.Contains(card, "61.4 of 65 points") {
		t.Errorf("sessions:\n%s\nshow:\n%s", list, card)
	}
	_, help, _ := captured(t, "sessions", "--help")
	if !strings.Contains(help, "LAST RUN") || !strings.Contains(help, "people gave") {
		t.Errorf("help does not say which points the list has:\n%s", help)
	}
}
