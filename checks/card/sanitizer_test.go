package card

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

// What JupyterLab's sanitizer keeps, of what a card uses. A property needs one of its values; anything else is dropped
// from an untrusted notebook, so the card would look different there.
var (
	keptElements = map[string][]string{
		"div": nil, "span": nil, "b": nil, "p": nil, "code": nil, "pre": nil, "details": {"open"}, "summary": nil, "table": nil, "thead": nil, "tbody": nil,
		"tr": nil, "td": nil, "th": nil, "meter": {"min", "max", "low", "high", "value"},
	}
	length = `(0|[0-9.]+(px|em|%))`
	colour = `(#[0-9a-f]{6}|rgba\(128,128,128,0\.[0-9]+\)|transparent)`
	kept   = map[string]*regexp.Regexp{
		"max-width": whole(length), "width": whole(length), "font-size": whole(length), "line-height": whole(`[0-9.]+`), "opacity": whole(`0\.[0-9]+`),
		"margin": whole(length + `( ` + length + `){0,3}`), "padding": whole(length + `( ` + length + `){0,3}`), "padding-left": whole(length), "border-radius": whole(length),
		"border": whole(length + ` solid ` + colour), "border-left": whole(length + ` solid ` + colour), "border-top": whole(length + ` solid ` + colour),
		"background": whole(`transparent`), "color": whole(`#[0-9a-f]{6}`), "display": whole(`flex`), "cursor": whole(`pointer`), "text-align": whole(`left|right`), "vertical-align": whole(`top`),
		"white-space": whole(`nowrap|pre-wrap`), "overflow": whole(`auto`), "border-collapse": whole(`collapse`), "table-layout": whole(`auto`), "font-weight": whole(`bold`),
	}
)

func whole(r string) *regexp.Regexp { return regexp.MustCompile(`^(` + r + `)$`) }

// problems lists everything in a piece of HTML that the sanitizer would change.
func problems(html string) []string {
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var out, open []string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(out, "does not parse: "+err.Error())
		}
		switch e := tok.(type) {
		case xml.StartElement:
			open = append(open, e.Name.Local)
			out = append(out, elementProblems(e)...)
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != e.Name.Local {
				return append(out, "unbalanced </"+e.Name.Local+">")
			}
			open = open[:len(open)-1]
		case xml.Comment, xml.Directive, xml.ProcInst:
			out = append(out, "a comment or directive")
		}
	}
	if len(open) > 0 {
		out = append(out, "left open: "+strings.Join(open, " "))
	}
	return out
}

func elementProblems(e xml.StartElement) []string {
	attrs, ok := keptElements[e.Name.Local]
	if !ok {
		return []string{"element <" + e.Name.Local + ">"}
	}
	var out []string
	for _, a := range e.Attr {
		if a.Name.Local == "style" {
			out = append(out, styleProblems(a.Value)...)
			continue
		}
		known := false
		for _, k := range attrs {
			known = known || k == a.Name.Local
		}
		if !known {
			out = append(out, "attribute "+a.Name.Local+" on <"+e.Name.Local+">")
		}
	}
	return out
}

func styleProblems(style string) []string {
	var out []string
	for _, decl := range strings.Split(style, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(decl), ":")
		if re := kept[name]; re == nil || !re.MatchString(strings.TrimSpace(value)) {
			out = append(out, "style "+decl)
		}
	}
	return out
}

func TestCardsSurviveTheSanitizer(t *testing.T) {
	for name, bundle := range bundles() {
		for _, p := range problems(bundle["text/html"]) {
			t.Errorf("%s: %s", name, p)
		}
	}
}

func TestTheCheckItselfFindsWhatIsDropped(t *testing.T) {
	for html, want := range map[string]string{
		`<script>alert(1)</script>`:               "element <script>",
		`<div onclick="x()">a</div>`:              "attribute onclick",
		`<div class="a">a</div>`:                  "attribute class",
		`<div style="position: fixed">a</div>`:    "style position: fixed",
		`<div style="background: url(x)">a</div>`: "style background",
		`<a href="https://example.org">a</a>`:     "element <a>",
		`<div>`:                                   "does not parse",
		`<p>a</p></div>`:                          "does not parse",
	} {
		if got := strings.Join(problems(html), "; "); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", html, got, want)
		}
	}
}

var hostile = []string{
	`</pre></div><script>alert(document.cookie)</script>`,
	`<img src=x onerror=alert(1)>`,
	"```\n\n# a heading\n<b>bold</b>\n```python",
	"`" + `<svg onload=alert(1)>` + "`",
	`[click](javascript:alert(1)) ![x](https://example.org/pixel.png)`,
	"\x1b[31mred\x1b[0m \x00 \u202egnp.exe \u2066x\u2069",
	`{{.Report}} {{template "remark"}} %hint`,
	"' onmouseover='alert(1)' \" style=\"position:fixed",
	"\xff\xfe broken utf-8",
	`$\href{javascript:alert(1)}{x}$ | a | b |`,
	strings.Repeat("A", 100_000) + strings.Repeat("\n<i>x</i>", 2000),
	`--> <!-- ]]> <?php`,
}

func TestHostileInputStaysText(t *testing.T) {
	for _, h := range hostile {
		r := loopy(withCase(graded([2]int{4, 4}, with(full, "edge", 3)), report.Case{ID: h, Class: "edge", Outcome: report.Fail, Message: h, Guards: h}))
		r.Challenge = h
		r.Correctness.Classes = append(r.Correctness.Classes, report.Class{Name: h, Passed: 0, Total: 1})
		for i := range r.Findings {
			f := &r.Findings[i]
			f.Code, f.Why, f.Better, f.Cell, f.Rule, f.Witnesses = h, h, h, h, h, []string{"step counter " + h}
		}
		r.Fluency.Parts[0].Why, r.Quality.Why = h, h
		syntax := status(report.StatusSyntaxError, h, 1)
		for _, b := range []map[string]string{
			Render(Input{Report: r, Run: 1, Title: h, Phase: "code"}), Render(Input{Report: syntax, Run: 1, Title: h, Phase: h}), Message(h, h, h), Placeholder(h, 1),
			scorecard(ScorecardInput{Report: r, Title: h, Mode: h, Hints: []string{h}, Note: h, Propose: h, Ratings: []Rating{{h, h, pts(1), h}}}),
		} {
			checkHostile(t, h, b)
		}
	}
}

func scorecard(in ScorecardInput) map[string]string {
	html, md := Scorecard(in)
	return map[string]string{"text/html": html, "text/markdown": md, "text/plain": ""}
}

func checkHostile(t *testing.T, h string, b map[string]string) {
	t.Helper()
	for _, p := range problems(b["text/html"]) {
		t.Errorf("%.40q: html: %s", h, p)
	}
	for mime, text := range b {
		if i := strings.IndexAny(text, "\x00\x1b\u202e\u2066"); i >= 0 {
			t.Errorf("%.40q: %s keeps a control character", h, mime)
		}
		if len(text) > 60_000 {
			t.Errorf("%.40q: %s has %d bytes", h, mime, len(text))
		}
	}
	for _, line := range outsideFences(b["text/markdown"]) {
		line = strings.TrimPrefix(line, "## Scorecard")
		if regexp.MustCompile("(^|[^\\\\`])<[a-z!/?]|[^\\\\]\\]\\(|^#").MatchString(stripCode(line)) {
			t.Errorf("%.40q: markdown keeps markup: %.120s", h, line)
		}
	}
}

// outsideFences gives the lines of a Markdown text that are not code.
func outsideFences(md string) []string {
	var out []string
	fence := ""
	for _, line := range strings.Split(md, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		run := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
		switch {
		case fence == "" && len(run) >= 3:
			fence = run
		case fence != "" && len(run) >= len(fence) && strings.TrimSpace(strings.TrimLeft(trimmed, "`")) == "":
			fence = ""
		case fence == "":
			out = append(out, line)
		}
	}
	return out
}

var inlineCode = regexp.MustCompile("`` .*? ``|`[^`]*`")

func stripCode(line string) string { return inlineCode.ReplaceAllString(line, "") }
