package notebooks

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/kernel/session"
)

func export(t *testing.T, records []session.Record, o ExportOptions) *Graded {
	t.Helper()
	g, err := Grade(warmUpChallenge(t), records, o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func findCell(t *testing.T, nb *Notebook, id string) Cell {
	t.Helper()
	i := slices.IndexFunc(nb.Cells, func(c Cell) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no cell %s", id)
	}
	return nb.Cells[i]
}

func TestExportIsValidAndStable(t *testing.T) {
	records := demo(t)
	for _, audience := range []Audience{ForCandidate, ForInterviewer} {
		g := export(t, records, ExportOptions{Audience: audience})
		b := mustBytes(t, g.Notebook())
		if again := mustBytes(t, export(t, records, ExportOptions{Audience: audience}).Notebook()); !bytes.Equal(b, again) {
			t.Error("the same log gives other bytes")
		}
		proveFormat(t, b)
	}
}

func TestExportTellsTheWholeSession(t *testing.T) {
	nb := export(t, demo(t), ExportOptions{Audience: ForInterviewer}).Notebook()
	ids := []string{}
	for _, c := range nb.Cells {
		ids = append(ids, c.ID)
	}
	want := []string{cellGraded, cellGuard, cellStatement, cellStart, cellClarifyDoc, cellClarify, cellPlanDoc, cellPlan, cellCodeDoc,
		cellSolution, "my-scratch", cellTestDoc, cellTest, cellHelpDoc, cellHelp, cellTimeline, cellScorecard}
	if !slices.Equal(ids, want) {
		t.Errorf("cells %q\nwant  %q", ids, want)
	}
	solution := findCell(t, nb, cellSolution)
	if solution.Source != answer || *solution.ExecutionCount != 4 {
		t.Error("the solution is not as it ran last")
	}
	last := solution.Outputs[len(solution.Outputs)-1]["data"].(map[string]any)
	if !strings.Contains(last["text/html"].(string), "Equal rows have distance 0") {
		t.Error("the solution lacks its feedback card")
	}
	if n := len(solution.Outputs); n != 8 {
		t.Errorf("%d outputs, want 7 and the card", n)
	}
	if got := findCell(t, nb, cellClarify).Source; !strings.HasPrefix(got, "%%clarify\n- Can rows be equal?") {
		t.Errorf("clarify: %q", got)
	}
	if got := findCell(t, nb, cellHelp); got.Source != "%submit" {
		t.Errorf("help: %q", got.Source)
	}
	timeline := findCell(t, nb, cellTimeline).Source
	for _, s := range []string{"Feedback 1", "Hint 1 of 3", "well asked", "Handed in", "NameError", "the candidate finished", "plan 1:00"} {
		if !strings.Contains(timeline, s) {
			t.Errorf("the timeline lacks %q:\n%s", s, timeline)
		}
	}
	if score := findCell(t, nb, cellScorecard).Source; !strings.Contains(score, "Ada") || !strings.Contains(score, "7.5") {
		t.Errorf("the scorecard lacks what Ada gave:\n%s", score)
	}
	assay := nb.Metadata["assay"].(map[string]any)
	if assay["head"] != demo(t)[len(demo(t))-1].Hash || assay["trust"] != "mode: practice, unverified" || assay["verified"] != false {
		t.Errorf("metadata: %v", assay)
	}
}

// The best moment of a session must not look like its end.
func TestExportSaysThatTheSessionWasOpen(t *testing.T) {
	records := demo(t)
	handedIn := slices.IndexFunc(records, func(r session.Record) bool { return r.Request == "r9" }) + 1
	unsubmitted := &journal{t: t, records: slices.Clone(records[:handedIn-1])}
	unsubmitted.add(session.KindSessionFinished, "", "", session.SessionFinished{Why: "the time is over"})
	for _, tt := range []struct {
		name    string
		records []session.Record
		want    string // "" says nothing
	}{
		{"running", records[:16], "The session was still open and nothing was submitted when this was exported, at record 16"},
		{"handed in, not graded", records[:handedIn], "The session was still open when this was exported"},
		{"handed in, not finished", records[:len(records)-1], "The session was still open when this was exported"},
		{"finished only", unsubmitted.records, "Nothing was submitted"},
		{"handed in and finished", records, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := export(t, tt.records, ExportOptions{})
			page, err := g.HTML()
			if err != nil {
				t.Fatal(err)
			}
			nb := g.Notebook()
			for format, text := range map[string]string{"ipynb": nb.Cells[0].Source, "html": string(page)} {
				said := strings.Contains(text, "still open") || strings.Contains(text, "Nothing was submitted")
				if !strings.Contains(text, tt.want) || tt.want == "" && said {
					t.Errorf("%s: want %q in\n%.900s", format, tt.want, text)
				}
			}
			diffs, err := Check(mustRead(t, mustBytes(t, nb)), warmUpChallenge(t), tt.records)
			if err != nil || len(diffs) > 0 {
				t.Errorf("check says %+v, %v", diffs, err)
			}
		})
	}
}

func TestExportNeverStartsASession(t *testing.T) {
	for _, c := range export(t, demo(t), ExportOptions{}).Notebook().Cells {
		if assay, ok := c.Metadata["assay"].(map[string]any); ok && assay["challenge"] != nil {
			t.Errorf("cell %s names a challenge", c.ID)
		}
	}
}

func TestAudienceOfNotes(t *testing.T) {
	for audience, want := range map[Audience]bool{ForCandidate: false, ForInterviewer: true} {
		g := export(t, demo(t), ExportOptions{Audience: audience})
		page, err := g.HTML()
		if err != nil {
			t.Fatal(err)
		}
		doc, err := g.JSON()
		if err != nil {
			t.Fatal(err)
		}
		for format, b := range map[string][]byte{"ipynb": mustBytes(t, g.Notebook()), "html": page, "json": doc} {
			if got := bytes.Contains(b, []byte("private")); got != want {
				t.Errorf("%s for the %s: private note shown: %v", format, audience, got)
			}
		}
	}
}

func TestExportKeepsThePolicy(t *testing.T) {
	tests := []struct {
		policy   string
		audience Audience
		rule     bool // the rule behind a failed hidden test
		counts   bool
		message  bool // what the oracle said of it
	}{
		{"full", ForCandidate, true, true, false},
		{"counts", ForCandidate, false, true, false},
		{"none", ForCandidate, false, false, false},
		{"", ForCandidate, false, false, false},
		{"none", ForInterviewer, true, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.policy+" for "+string(tt.audience), func(t *testing.T) {
			records := demo(t)
			records[0].Data = json.RawMessage(strings.Replace(string(records[0].Data), `"policy":"full"`, `"policy":"`+tt.policy+`"`, 1))
			g := export(t, records, ExportOptions{Audience: tt.audience})
			page, err := g.HTML()
			if err != nil {
				t.Fatal(err)
			}
			doc, err := g.JSON()
			if err != nil {
				t.Fatal(err)
			}
			for format, b := range map[string][]byte{"ipynb": mustBytes(t, g.Notebook()), "html": page, "json": doc} {
				text := strings.ReplaceAll(string(b), "- Equal rows have distance 0, never NaN", "") // the statement's own
				text = strings.ReplaceAll(text, "<li>Equal rows have distance 0, never NaN", "")
				if got := strings.Contains(text, "Equal rows have distance 0"); got != tt.rule {
					t.Errorf("%s: rule shown: %v", format, got)
				}
				if got := strings.Contains(text, "hidden tests 9 of 11"); got != tt.counts {
					t.Errorf("%s: counts shown: %v", format, got)
				}
				if got := strings.Contains(text, "secret-input"); got && !tt.message {
					t.Errorf("%s: the oracle's message is shown", format)
				}
			}
		})
	}
}

func TestExportFollowsTheCandidatesFile(t *testing.T) {
	own := Build(warmUpChallenge(t), "00ff")
	own.Cells = slices.DeleteFunc(own.Cells, func(c Cell) bool { return c.ID == cellPlanDoc })
	own.Cells = append([]Cell{
		{ID: "mine", Type: "markdown", Source: "# My thoughts", Metadata: map[string]any{"tags": "wrong", "name": json.Number("3"), "x": "kept"}},
		{ID: "my-scratch", Type: "code", Source: "edited after the run"},
		{ID: cellGraded, Type: "markdown", Source: "of an earlier export"},
	}, own.Cells...)
	nb := export(t, demo(t), ExportOptions{Notebook: own}).Notebook()
	if nb.Cells[2].ID != "mine" || nb.Cells[2].Source != "# My thoughts" || nb.Cells[2].Metadata["x"] != "kept" {
		t.Errorf("third cell: %+v", nb.Cells[2])
	}
	if c := nb.Cells[3]; c.ID != "my-scratch" || c.Source != "1/0 if False else 42" {
		t.Errorf("the log does not win over the file: %+v", c)
	}
	proveFormat(t, mustBytes(t, nb))
}

func TestExportOfAFrontEndWithoutCellIDs(t *testing.T) {
	j := &journal{t: t}
	j.add(session.KindSessionStarted, "", "", session.SessionStarted{Challenge: warmUp, Mode: "practice"})
	j.run("", "", "r1", "import numpy as np", 1)
	j.run("", session.RoleSolution, "r2", answer, 2)
	j.run("vscode-notebook-cell:/home/x/a%20b.ipynb#W0sZmlsZQ==", "", "r3", "y = 1", 3)
	j.run("vscode-notebook-cell:#W1", session.RoleTest, "r4", "%%test\n1", 4)
	j.run("vscode-notebook-cell:#W2", session.RoleTest, "r5", "%%test\n2", 5)
	j.run("vscode-notebook-cell:#W1", session.RoleTest, "r6", "%%test\n3", 6)
	nb := export(t, j.records, ExportOptions{}).Notebook()
	if got := findCell(t, nb, cellTest).Source; got != "%%test\n3" {
		t.Errorf("the first cell with a URI and a role is not ours: %q", got)
	}
	if !slices.ContainsFunc(nb.Cells, func(c Cell) bool { return c.Source == "%%test\n2" }) {
		t.Error("two cells of one role were made one")
	}
	if findCell(t, nb, cellSolution).Source != answer {
		t.Error("a run with a role does not find its cell")
	}
	if findCell(t, nb, "run-2").Source != "import numpy as np" {
		t.Error("a run without a role has no cell")
	}
	proveFormat(t, mustBytes(t, nb))
}

func TestExportRefuses(t *testing.T) {
	c := warmUpChallenge(t)
	if _, err := Grade(c, nil, ExportOptions{}); err == nil {
		t.Error("exported an empty log")
	}
	c.Slug = "another"
	if _, err := Grade(c, demo(t), ExportOptions{}); err == nil {
		t.Error("exported with the wrong challenge")
	}
}

func TestExportKeepsItsSize(t *testing.T) {
	j := &journal{t: t}
	j.add(session.KindSessionStarted, "", "", session.SessionStarted{Challenge: warmUp, Mode: "practice"})
	large := `{"output_type":"stream","name":"stdout","text":"` + strings.Repeat("x", 1<<20) + `"}`
	deep := `{"output_type":"display_data","data":{"application/json":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `},"metadata":{}}`
	outputs := append(slices.Repeat([]string{large}, 15), deep, `{"output_type":"stream","name":"stdout","text":"`+strings.Repeat("x", 3<<20)+`"}`)
	outputs = append(outputs, slices.Repeat([]string{`{"output_type":"stream","name":"stdout","text":"."}`}, maxOutputs)...)
	j.run(cellSolution, session.RoleSolution, "r1", answer, 1, outputs...)
	b := mustBytes(t, export(t, j.records, ExportOptions{}).Notebook())
	if len(b) > 14<<20 {
		t.Errorf("%d bytes", len(b))
	}
	nb := mustRead(t, b)
	text := string(b)
	for _, s := range []string{"together they are too large", "nested too deeply", "output of 3145", "Further outputs"} {
		if !strings.Contains(text, s) {
			t.Errorf("nothing says %q", s)
		}
	}
	if n := len(findCell(t, nb, cellSolution).Outputs); n >= maxOutputs {
		t.Errorf("%d outputs", n)
	}
}

func TestHTMLHasNothingActive(t *testing.T) {
	g := export(t, demo(t), ExportOptions{Audience: ForInterviewer})
	b, err := g.HTML()
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, bad := range []string{"<script", "onerror=\"", "onload", "<svg", "evil.test/x.png\"", "\x1b", "http-equiv=\"refresh"} {
		if i := strings.Index(page, bad); i >= 0 {
			t.Errorf("the page has %q: %.120q", bad, page[max(0, i-40):])
		}
	}
	points := regexp.MustCompile(`(?i)\s(src|href|on\w+)\s*=\s*["']?([^"'> ]{0,12})`)
	for _, tag := range regexp.MustCompile(`<[a-zA-Z][^>]*>`).FindAllString(page, -1) {
		if m := points.FindStringSubmatch(tag); m != nil && !strings.HasPrefix(m[2], "data:image/") {
			t.Errorf("the page points at %q", tag)
		}
	}
	for _, want := range []string{`http-equiv="Content-Security-Policy" content="default-src 'none'`, "&lt;script&gt;alert(1)&lt;/script&gt;",
		"The output was HTML", "red link", "data:image/svg&#43;xml;base64,", "practice, unverified", "Feedback 2", "<li>Equal rows have distance 0, never NaN."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestJSONIsOneDocument(t *testing.T) {
	b, err := export(t, demo(t), ExportOptions{Audience: ForInterviewer}).JSON()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Schema string
		Report struct{ Communication struct{ Points float64 } }
		Run    int
		Cells  []struct{ ID string }
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Schema != "assay.export/1" || doc.Report.Communication.Points != 7.5 || doc.Run != 3 || len(doc.Cells) < 10 {
		t.Errorf("got %+v", doc)
	}
}

func TestTextForATerminal(t *testing.T) {
	records := demo(t)
	j := &journal{t: t, records: records}
	j.add(session.KindNote, "", "", session.Note{Text: "bell\a \x1b]52;c;eA==\a\u202eback \x1b[2Jgone", By: "Ada", Show: true})
	text := export(t, j.records, ExportOptions{}).Text()
	for _, want := range []string{"All-pairs Euclidean distances", "practice, unverified", "Correctness      31", "not scored", "Communication    7.5",
		"Total            63.5", "9:00", "Hint 1 of 3 (free)              What does (a - b)^2 become?"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x202e }); i >= 0 {
		t.Errorf("a control character: %q", text[i:min(len(text), i+20)])
	}
}

// The real tools: an export becomes a page, and runs from top to bottom with the ordinary Python kernel.
func TestExportWithRealTools(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a kernel")
	}
	python(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "graded.ipynb")
	if err := os.WriteFile(file, mustBytes(t, export(t, demo(t), ExportOptions{}).Notebook()), 0o644); err != nil {
		t.Fatal(err)
	}
	nbconvert(t, dir, "--to", "html", "graded.ipynb")
	nbconvert(t, dir, "--to", "notebook", "--execute", "--output", "again", "graded.ipynb")
	b, err := os.ReadFile(filepath.Join(dir, "again.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	nb := mustRead(t, b)
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			if o["output_type"] == "error" {
				t.Errorf("cell %s: %v %v", c.ID, o["ename"], o["evalue"])
			}
		}
	}
	if out := findCell(t, nb, cellSolution).Outputs; len(out) != 1 {
		t.Errorf("the solution put out %v", out)
	}
}

// Whatever a candidate's host reports as an output, the file stays one that can be read.
func FuzzExportOutput(f *testing.F) {
	for _, s := range []string{`{"output_type":"stream","name":"stdout","text":["a","b"]}`, `{"output_type":"error","ename":"E","evalue":"v","traceback":["t"]}`,
		`{"output_type":"display_data","data":{"application/json":[1e400,{"a":null}]},"metadata":{"x":1e-7}}`, `null`, `"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		budget := maxAllOutputs
		nb := &Notebook{Cells: []Cell{{ID: "a", Type: "code", Outputs: []map[string]any{exportOutput(raw, &budget)}}}}
		mustRead(t, mustBytes(t, nb))
	})
}
