package notebooks

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

//go:embed report.html
var reportHTML string

var reportTemplate = template.Must(template.New("report").Parse(reportHTML))

// htmlCell is a cell before it is drawn.
type htmlCell struct {
	Label   string
	Prose   template.HTML
	Source  string
	Code    bool
	Outputs []htmlOutput
	Card    template.HTML
}

// htmlOutput is one output: a text, or a picture.
type htmlOutput struct {
	Note    string
	Text    string
	Error   bool
	Picture template.URL
}

// HTML is the graded notebook as one page that needs nothing else: no script, no request, and nothing of the candidate's
// but text and pictures. HTML that the candidate's code put out is shown as its source.
func (g *Graded) HTML() ([]byte, error) {
	page := map[string]any{"G": g, "Spent": g.spent(), "Cells": []htmlCell{}}
	if g.Report != nil && !g.withheld() {
		score, _ := g.scorecard()
		page["Scorecard"] = template.HTML(score) // card's own template escaped it
	}
	var cells []htmlCell
	for _, c := range g.Cells {
		cells = append(cells, drawCell(c))
	}
	page["Cells"] = cells
	var b bytes.Buffer
	if err := reportTemplate.Execute(&b, page); err != nil {
		return nil, fmt.Errorf("writing a report: %v", err)
	}
	return b.Bytes(), nil
}

func drawCell(c GradedCell) htmlCell {
	out := htmlCell{Code: c.Type == "code", Source: c.Source}
	if c.Type == "markdown" {
		out.Prose = prose(c.Source)
	}
	if !out.Code {
		return out
	}
	switch {
	case c.Count != nil:
		out.Label = fmt.Sprintf("In [%d]", *c.Count)
	case c.Seq == 0:
		out.Label = "not run"
	}
	for _, o := range c.Outputs {
		out.Outputs = append(out.Outputs, drawOutput(o))
	}
	out.Card = template.HTML(c.Feedback["text/html"]) // card's own template escaped it
	return out
}

var terminal = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|.)|[\u0080-\u009f]")

func plain(s string) string { return terminal.ReplaceAllString(s, "") }

func drawOutput(o map[string]any) htmlOutput {
	text := func(m map[string]any, key string) string { s, _ := m[key].(string); return plain(s) }
	switch o["output_type"] {
	case "stream":
		return htmlOutput{Text: text(o, "text"), Error: o["name"] == "stderr"}
	case "error":
		lines, _ := joined(o["traceback"])
		if lines == "" {
			lines = text(o, "ename") + ": " + text(o, "evalue")
		}
		return htmlOutput{Text: plain(strings.TrimRight(lines, "\n")), Error: true}
	}
	data, _ := o["data"].(map[string]any)
	if url := picture(data); url != "" {
		return htmlOutput{Picture: url}
	}
	for _, mime := range []string{"text/plain", "text/markdown", "text/latex", "text/html"} {
		if s := text(data, mime); s != "" {
			out := htmlOutput{Text: s}
			if _, rich := data["text/html"]; rich {
				out.Note = "The output was HTML; this is its text."
			}
			return out
		}
	}
	return htmlOutput{Note: "An output that this page cannot show."}
}

// magic are the first bytes of the pictures that we show: what says it is one must look like one.
var magic = []struct{ mime, start string }{
	{"image/png", "\x89PNG\r\n\x1a\n"}, {"image/jpeg", "\xff\xd8\xff"}, {"image/gif", "GIF8"},
}

// picture is a data URL. SVG runs no script inside an img element.
func picture(data map[string]any) template.URL {
	for _, m := range magic {
		s, _ := data[m.mime].(string)
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
		if err == nil && strings.HasPrefix(string(raw), m.start) {
			return template.URL("data:" + m.mime + ";base64," + base64.StdEncoding.EncodeToString(raw))
		}
	}
	if svg, _ := data["image/svg+xml"].(string); svg != "" {
		return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg)))
	}
	return ""
}

var (
	inlineCode = regexp.MustCompile("`([^`\n]+)`")
	inlineBold = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
)

// prose draws the little markdown that statements use: headings, lists, fenced code, code and bold. All of it is
// escaped first, so a candidate's own prose cannot be more than text either.
func prose(markdown string) template.HTML {
	var b strings.Builder
	open := "" // the element that is open
	to := func(next string) {
		if open != next && open != "" {
			b.WriteString("</" + open + ">\n")
		}
		if open != next && next != "" {
			b.WriteString("<" + next + ">")
		}
		open = next
	}
	for line := range strings.Lines(markdown) {
		line = strings.TrimSuffix(line, "\n")
		item, isItem := strings.CutPrefix(line, "- ")
		switch {
		case strings.HasPrefix(line, "```") && open == "pre":
			to("")
		case strings.HasPrefix(line, "```"):
			to("pre")
		case open == "pre":
			b.WriteString(template.HTMLEscapeString(line) + "\n")
		case strings.HasPrefix(line, "#"):
			to("")
			level := min(len(line)-len(strings.TrimLeft(line, "#")), 5)
			fmt.Fprintf(&b, "<h%d>%s</h%d>\n", level, inline(strings.TrimSpace(strings.TrimLeft(line, "#"))), level)
		case isItem:
			to("ul")
			b.WriteString("<li>" + inline(item))
		case strings.TrimSpace(line) == "":
			to("")
		default:
			if open == "" {
				to("p")
			}
			b.WriteString(inline(line) + "\n")
		}
	}
	to("")
	return template.HTML(b.String())
}

func inline(s string) string {
	s = inlineCode.ReplaceAllString(template.HTMLEscapeString(s), "<code>$1</code>")
	return inlineBold.ReplaceAllString(s, "<b>$1</b>")
}
