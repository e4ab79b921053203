package rubric

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

const suggestionHead = "import math\nimport sys\n\nimport numpy as np\nimport pandas as pd\n"

// suggestion is a finding on one of the bad forms, with its lines counted within the form.
type suggestion struct {
	form, source string
	report.Finding
}

// span is where one text stands in a source of many.
type span struct{ first, last int }

// joined puts texts into one source and tells where each stands.
func joined(texts []string) (string, []span) {
	var b strings.Builder
	b.WriteString(suggestionHead)
	var all []span
	for _, text := range texts {
		b.WriteString("\n\n")
		first := strings.Count(b.String(), "\n") + 1
		b.WriteString(strings.TrimSpace(text) + "\n")
		all = append(all, span{first, strings.Count(b.String(), "\n")})
	}
	return b.String(), all
}

// everyFinding gives all that any rule can say about the idiom of a source: hits that need a measurement and advice too.
func everyFinding(t *testing.T, source string) []report.Finding {
	t.Helper()
	python, ruff := tools(t)
	in := Input{Source: source, Report: graded()}
	for _, m := range defs.FindAllStringSubmatch(source, -1) {
		in.EntryPoints = append(in.EntryPoints, m[1])
	}
	if err := Gather(context.Background(), python, ruff, &in); err != nil {
		t.Fatal(err)
	}
	s := &scoring{in: in, r: in.Report, facts: readFacts(in.Facts), lint: readLint(in.RuffJSON), lines: splitLines(source), spent: map[string]bool{}}
	if s.facts == nil || s.facts.Error != nil {
		t.Fatalf("%+v\n%s", s.facts, source)
	}
	for _, h := range s.facts.Hits {
		s.advise(h)
	}
	s.reviewLint()
	return slices.DeleteFunc(s.findings, func(f report.Finding) bool { return f.Criterion != "fluency" || f.Rule == "F811" }) // many texts, one name
}

// suggested gives what the rules say about every bad form and every bad twin. It is found once.
func suggested(t *testing.T) []suggestion {
	t.Helper()
	if allSuggested == nil {
		allSuggested = suggest(t)
	}
	return allSuggested
}

var allSuggested []suggestion

func suggest(t *testing.T) []suggestion {
	t.Helper()
	forms := maps.Clone(badForms)
	for _, w := range twins {
		forms[w.name] = regexp.MustCompile("(?m)^import .*\n").ReplaceAllString(w.bad, "")
	}
	names := slices.Sorted(maps.Keys(forms))
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = strings.TrimSpace(forms[name])
	}
	source, spans := joined(texts)
	var out []suggestion
	for _, f := range everyFinding(t, source) {
		for i, at := range spans {
			if at.first <= f.Line && f.Line <= at.last {
				f.Line, f.EndLine = f.Line-at.first+1, f.EndLine-at.first+1
				out = append(out, suggestion{names[i], texts[i], f})
			}
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(out, func(s suggestion) bool { return s.form == name }) {
			t.Errorf("no rule says anything about %q", name)
		}
	}
	return out
}

// paste puts a suggestion where the statement stood that it speaks of, and tells where it is now.
func paste(s suggestion) (string, span) {
	lines := strings.Split(s.source, "\n")
	better := strings.Split(pastable(s.Better), "\n")
	if s.Line == 1 || strings.HasPrefix(s.source, "from ") && s.Line <= 3 {
		return strings.Join(slices.Concat(lines[:s.Line-1], better, lines[s.Line:]), "\n"), span{s.Line, s.Line + len(better) - 1}
	}
	inner := func(l string) bool {
		return strings.HasPrefix(l, "     ") || strings.HasPrefix(l, "    except") || strings.TrimSpace(l) == ""
	}
	from, to := s.Line-1, s.EndLine
	for inner(lines[from]) {
		from--
	}
	for to < len(lines) && inner(lines[to]) {
		to++
	}
	if strings.HasPrefix(better[0], "def ") {
		rest := slices.Concat(lines[1:from], []string{"    pass"}, lines[to:])
		return strings.Join(slices.Concat(better, rest), "\n"), span{1, len(better)}
	}
	for i := range better {
		better[i] = "    " + better[i]
	}
	return strings.Join(slices.Concat(lines[:from], better, lines[to:]), "\n"), span{from + 1, from + len(better)}
}

// pastable makes a statement of an expression and closes an open block.
func pastable(better string) string {
	last := better[strings.LastIndex(better, "\n")+1:]
	code, _, _ := strings.Cut(last, "  #")
	switch {
	case strings.HasPrefix(better, "except "):
		return "try:\n    pass\n" + better
	case strings.HasPrefix(better, "def "):
		return better
	case strings.HasSuffix(code, ":"):
		return better + "\n    pass"
	case strings.HasPrefix(better, "#"):
		return better + "\npass"
	case regexp.MustCompile(`^(return|import|from|raise) | = `).MatchString(better), strings.HasPrefix(better, "rng."):
		return better
	}
	return "result = " + better
}

// What a card calls better must not lose the same points again: pasted in, it is Python, and no rule speaks up about it.
func TestSuggestionsAreFreeOfFindings(t *testing.T) {
	python, _ := tools(t)
	var texts []string
	var pasted []suggestion
	var within []span
	seen, before := map[string]bool{}, map[string]bool{} // before: form and rule
	for _, s := range suggested(t) {
		before[s.form+s.Rule] = true
		text, at := paste(s)
		if seen[text] {
			continue
		}
		seen[text] = true
		facts, err := Analyse(context.Background(), python, Input{Source: text})
		if err != nil || readFacts(facts).Error != nil {
			t.Errorf("%s for %q is no Python: %v %s\n%s", s.Rule, s.form, err, facts, text)
			continue
		}
		texts, pasted, within = append(texts, text), append(pasted, s), append(within, at)
	}
	source, spans := joined(texts)
	for _, f := range everyFinding(t, source) {
		for i, at := range spans {
			s, first := pasted[i], at.first-1
			inside := first+within[i].first <= f.Line && f.Line <= first+within[i].last
			if inside && (f.Rule == s.Rule || !before[s.form+f.Rule]) { // another finding on the same line stands, as it did
				t.Errorf("the suggestion of %s for %q earns %s itself: %s\n%s", s.Rule, s.form, f.Rule, f.Why, texts[i])
			}
		}
	}
}

// Every own rule has a bad form here, so that a new one cannot bring a suggestion that nobody tries.
func TestEveryRuleHasABadForm(t *testing.T) {
	spoken := map[string]bool{}
	for _, s := range suggested(t) {
		spoken[s.Rule] = true
	}
	for _, name := range []string{"loops", "safe"} {
		source, err := os.ReadFile(filepath.Join("py", name+".py"))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`_hit\("(A\d+)"`).FindAllStringSubmatch(string(source), -1) {
			if !spoken[m[1]] {
				t.Errorf("no bad form for %s", m[1])
			}
		}
	}
}

// Suggestions with the candidate's own names compute what the code computed that they stand for.
func TestSuggestionsComputeTheSame(t *testing.T) {
	python, _ := tools(t)
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("no numpy on this machine")
	}
	script := suggestionHead + "\nx, y, X, Y = np.arange(1.0, 5), np.array([2.0, -3, 5]), np.array([[0.0, 1, 2], [3, -4, 1], [2, 2, 2]]), np.array([[1.0, 0, 3], [5, -1, 2]])\n"
	arguments := map[string]string{
		"distances by two loops": "(X)", "distances by steps": "(X)", "distances by three loops": "(X)", "two sets": "(X, Y)", "dot products": "(X)",
		"distances in brackets": "(X)", "distances by enumerate": "(X)", "distances by one loop": "(X)", "distances to all in brackets": "(X)", "distances in brackets by number": "(X)", "products of two vectors": "(x, y)", "rows against their mean": "(X)",
		"a sum per row": "(X)", "a choice per element": "(y)", "a weighted sum": "(y, y)", "elements": "(y)", "elements in brackets": "(y)",
		"means of rows in brackets": "(X)", "elements by number in brackets": "(y)", "kept elements": "(y)", "appending elements": "(y)",
	}
	tried := map[string]bool{}
	for _, s := range suggested(t) {
		if call := arguments[s.form]; call != "" && !tried[s.form] && !strings.Contains(s.Better, "...") {
			tried[s.form] = true
			text, _ := paste(s)
			if !strings.Contains(text, "return out") && !strings.Contains(text, "return total") {
				text += "\n    return result"
			}
			name := defs.FindStringSubmatch(s.source)[1]
			script += s.source + "\nwant = np.array(" + name + call + ")\n" + text + "\ngot = np.array(" + name + call + ")\n" +
				"assert want.shape == got.shape and np.allclose(np.triu(want) if want.ndim == 2 and len(want) == want.shape[1] else want, " +
				"np.triu(got) if want.ndim == 2 and len(want) == want.shape[1] else got), (" + `"` + s.form + `"` + ", want, got)\n"
		}
	}
	for name := range arguments {
		if !tried[name] {
			t.Errorf("nothing was suggested for %q", name)
		}
	}
	if out, err := exec.Command(python, "-c", script).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
