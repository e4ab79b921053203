package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
)

// doctorSchema names the document of `assay doctor --json`.
const doctorSchema = "assay.doctor/1"

// finding is one line of the doctor's: what was looked at, what was found, and the next step if it is not well.
type finding struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`
	Next  string `json:"next,omitempty"`
}

func runDoctor(ctx context.Context, args []string) error {
	fs := newFlags("doctor", "", "Says what was found on this machine: Python, libraries, isolation, recorded sessions, companion.\n"+
		"Exits with 1 when something is missing without which nothing works. Where answers cannot be isolated, practice does.")
	asJSON := fs.Bool("json", false, "print one JSON document")
	pythonFlag := fs.String("python", "", "the interpreter (its `PATH`) to look at")
	if _, err := parse(fs, args, 0, 0); err != nil {
		return err
	}
	findings := []finding{{Name: "assay", OK: true, Found: version()}}
	var health *checks.Health
	if python, err := findPython(*pythonFlag); err != nil {
		findings = append(findings, finding{Name: "python", Found: "none", Next: err.Error()})
	} else {
		health = checks.Probe(ctx, python)
		findings = append(findings, examinePython(ctx, health)...)
	}
	findings = append(findings, examineStore(ctx), examineCompanion(), examineBank())
	summary, usable := examineInterview(findings)
	findings = append(findings, summary)
	if *asJSON {
		err := printJSON(struct {
			Schema   string         `json:"schema"`
			Home     string         `json:"home"`
			Grading  *checks.Health `json:"grading"`
			Findings []finding      `json:"findings"`
		}{doctorSchema, absHome(), health, findings})
		if err != nil {
			return err
		}
	} else if err := printFindings(findings); err != nil {
		return err
	}
	if !usable {
		return errNegative
	}
	return nil
}

// What must be well for anything to work, and for interviews besides. JupyterLab may be another Python's, and a library is
// needed by its lesson alone.
var (
	neededByAll        = []string{"python", "ipykernel", "sessions", "challenges"}
	neededByInterviews = []string{"grading", "isolation"}
)

// examineInterview sums the others up; usable is whether practice works at least.
func examineInterview(findings []finding) (summary finding, usable bool) {
	bad := func(names []string) (found []string) {
		for _, f := range findings {
			if !f.OK && slices.Contains(names, f.Name) && !slices.Contains(found, f.Name) {
				found = append(found, f.Name)
			}
		}
		return found
	}
	missing, weak := bad(neededByAll), bad(neededByInterviews)
	summary = finding{Name: "interviews", OK: len(missing)+len(weak) == 0, Found: "possible here"}
	switch {
	case len(missing) > 0:
		summary.Found = "not possible here, and no practice"
	case len(weak) > 0:
		summary.Found = "not possible here, practice is"
	}
	if !summary.OK {
		summary.Next = "see " + strings.Join(append(missing, weak...), ", ")
	}
	return summary, len(missing) == 0
}

func printFindings(findings []finding) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		mark := "ok"
		if !f.OK {
			mark = "!"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", mark, f.Name, f.Found)
		if f.Next != "" {
			fmt.Fprintf(w, "\t\t-> %s\n", f.Next)
		}
	}
	return w.Flush()
}

func examinePython(ctx context.Context, h *checks.Health) []finding {
	found := []finding{{Name: "python", OK: h.Version != "", Found: strings.TrimSpace(h.Version + " at " + h.Python)}}
	for _, module := range []string{"ipykernel", "jupyterlab"} {
		f := finding{Name: module, OK: true, Found: cmp.Or(h.Libraries[module], "there")}
		if exec.CommandContext(ctx, h.Python, "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('"+module+"') is None)").Run() != nil {
			f = finding{Name: module, Found: "not there", Next: "make venv, or install " + module + " into this Python"}
		}
		found = append(found, f)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Libraries)) {
		if !slices.ContainsFunc(found, func(f finding) bool { return f.Name == name }) {
			found = append(found, finding{Name: name, OK: true, Found: h.Libraries[name]})
		}
	}
	for _, missing := range h.Missing {
		found = append(found, finding{Name: "missing", Found: missing})
	}
	found = append(found, examineRuff(ctx, h.Python),
		finding{Name: "isolation", OK: h.Interviews, Found: h.Isolation.Level + ": " + strings.Join(h.Isolation.Layers, ", ")})
	for _, p := range h.Problems {
		found = append(found, finding{Name: "grading", Found: "limited", Next: p})
	}
	return found
}

func examineRuff(ctx context.Context, python string) finding {
	ruff := findRuff(python)
	if ruff == "" {
		return finding{Name: "ruff", Found: "not there", Next: "findings come from our own rules alone; install ruff into this Python for all of them"}
	}
	out, err := exec.CommandContext(ctx, ruff, "--version").Output()
	if err != nil {
		return finding{Name: "ruff", Found: "does not run", Next: err.Error()}
	}
	return finding{Name: "ruff", OK: true, Found: strings.TrimPrefix(lastLine(out), "ruff ")}
}

func examineStore(ctx context.Context) finding {
	f := finding{Name: "sessions"}
	records, err := store.OpenReader(homeDir())
	if err != nil {
		f.OK, f.Found = errors.Is(err, store.ErrNone), "none recorded in "+absHome()
		if !f.OK {
			f.Found, f.Next = "not readable", err.Error()
		}
		return f
	}
	defer records.Close()
	if err := records.Check(ctx); err != nil {
		f.Found, f.Next = "damaged", err.Error()
		return f
	}
	known, err := records.Sessions(ctx)
	if err != nil {
		f.Found, f.Next = "not readable", err.Error()
		return f
	}
	f.OK, f.Found = true, fmt.Sprintf("%s in %s", plural(len(known), "session"), absHome())
	return f
}

func examineCompanion() finding {
	a, err := link.ReadAddress(homeDir())
	if err != nil || !companionAnswers(a) {
		return finding{Name: "companion", OK: true, Found: "not running; a kernel starts it with the first cell of a challenge"}
	}
	return finding{Name: "companion", OK: true, Found: fmt.Sprintf("running at %s, process %d", a.URL, a.PID)}
}

func examineBank() finding {
	bank, err := openBank(nil)
	if err != nil {
		return finding{Name: "challenges", Found: "not readable", Next: err.Error()}
	}
	slugs := bankSlugs(bank)
	return finding{Name: "challenges", OK: len(slugs) > 0, Found: strings.Join(slugs, ", ")}
}
