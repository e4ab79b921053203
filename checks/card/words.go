package card

import (
	"fmt"
	"strings"
)

// markdown draws the card for front ends that take no HTML.
func (v view) markdown() string {
	var b strings.Builder
	head := "**" + strings.TrimSpace(v.Glyph+" "+mdText(v.Verdict)) + "**"
	if v.Score != "" {
		head += " (" + mdText(v.Score) + comma(v.Unscored) + ")"
	}
	paragraph(&b, head)
	if v.Meta != "" {
		paragraph(&b, mdText(v.Meta))
	}
	if len(v.Next) > 0 {
		paragraph(&b, mdSpans(v.Next))
	}
	for _, p := range v.Body {
		paragraph(&b, mdSpans(p))
	}
	if len(v.Tests) > 0 {
		b.WriteString("| Tests | Result | Before |\n|---|---|---|\n")
		for _, t := range v.Tests {
			fmt.Fprintf(&b, "| %s | %s %s | %s |\n", mdText(t.Name), t.Glyph, t.Result, mdText(t.Note))
		}
		b.WriteByte('\n')
	}
	mdRemarks(&b, v.Heading, v.First)
	mdRemarks(&b, "Also: "+v.MoreName, v.More)
	if len(v.Criteria) > 0 {
		mdCriteria(&b, v)
	}
	for _, f := range v.Foot {
		paragraph(&b, mdSpans(f))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + mdText(s)
}

func paragraph(b *strings.Builder, text string) { b.WriteString(text + "\n\n") }

func mdRemarks(b *strings.Builder, heading string, all []remark) {
	if len(all) == 0 {
		return
	}
	paragraph(b, "**"+mdText(heading)+"**")
	for _, m := range all {
		fmt.Fprintf(b, "- %s%s: %s%s\n\n", prefix(m.Cost), mdText(tagged(m)), mdSpans(m.Why), mdFacts(m.Facts))
		mdBlock(b, "now", m.Code)
		mdBlock(b, "better", m.Better)
	}
}

func prefix(cost string) string {
	if cost == "" {
		return ""
	}
	return "**" + mdText(cost) + "** "
}

func tagged(m remark) string {
	if m.Where == "" {
		return m.Tag
	}
	return m.Tag + ", " + m.Where
}

func mdFacts(facts string) string {
	if facts == "" {
		return ""
	}
	return " (" + mdText(facts) + ")"
}

// mdBlock fences code with a fence that the code cannot close.
func mdBlock(b *strings.Builder, name, text string) {
	if text == "" {
		return
	}
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "  %s:\n\n  %spython\n", name, fence)
	for _, line := range strings.Split(text, "\n") {
		b.WriteString("  " + line + "\n")
	}
	fmt.Fprintf(b, "  %s\n\n", fence)
}

func mdCriteria(b *strings.Builder, v view) {
	b.WriteString("| Criterion | Points | Scored by |\n|---|---|---|\n")
	for _, c := range v.Criteria {
		fmt.Fprintf(b, "| **%s** | %s | %s |\n", mdText(c.Name), c.Points, mdText(c.By))
		for _, p := range c.Subparts {
			fmt.Fprintf(b, "| %s | %s | %s |\n", mdText(p.Name), p.Points, mdText(p.Why))
		}
	}
	b.WriteByte('\n')
	if v.Interval != "" {
		paragraph(b, mdText(v.Interval))
	}
}

var mdEscaper = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	"#", `\#`, "|", `\|`, "$", `\$`, "~", `\~`, "!", `\!`, "://", `\://`, "www.", `www\.`, "\n", " ")

// mdText escapes foreign text so that Markdown shows it and does nothing else with it.
func mdText(s string) string { return mdEscaper.Replace(s) }

// mdCode is inline code with a delimiter that the code cannot close.
func mdCode(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "|", "\\|")
	if !strings.Contains(text, "`") {
		return "`" + text + "`"
	}
	delimiter := "``"
	for strings.Contains(text, delimiter) {
		delimiter += "`"
	}
	return delimiter + " " + text + " " + delimiter
}

func mdSpans(s spans) string {
	var b strings.Builder
	for _, p := range s {
		if p.Code {
			b.WriteString(mdCode(p.Text))
		} else if p.Bold {
			b.WriteString("**" + mdText(p.Text) + "**")
		} else {
			b.WriteString(mdText(p.Text))
		}
	}
	return b.String()
}

// text draws the card for terminals.
func (v view) text() string {
	var b strings.Builder
	head := strings.TrimSpace(v.Glyph + " " + v.Verdict)
	if v.Score != "" {
		head += "   " + v.Score
		if v.Unscored != "" {
			head += " (" + v.Unscored + ")"
		}
	}
	b.WriteString(head + "\n")
	for _, line := range append([]string{v.Meta, v.Next.plain()}, plains(v.Body)...) {
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	for _, t := range v.Tests {
		fmt.Fprintf(&b, "  %-22s %s %-10s %s\n", t.Name, t.Glyph, t.Result, t.Note)
	}
	textRemarks(&b, v.Heading, v.First)
	textRemarks(&b, "Also: "+v.MoreName, v.More)
	for i, c := range v.Criteria {
		if i == 0 {
			b.WriteString("Score so far\n")
		}
		fmt.Fprintf(&b, "  %-16s %-12s %s\n", c.Name, c.Points, c.By)
	}
	if v.Interval != "" {
		b.WriteString("  " + v.Interval + "\n")
	}
	for _, f := range v.Foot {
		b.WriteString(f.plain() + "\n")
	}
	return trimLines(b.String())
}

func plains(all []spans) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.plain()
	}
	return out
}

func textRemarks(b *strings.Builder, heading string, all []remark) {
	if len(all) == 0 {
		return
	}
	b.WriteString(heading + "\n")
	for _, m := range all {
		cost := ""
		if m.Cost != "" {
			cost = m.Cost + "  "
		}
		fmt.Fprintf(b, "  %s%s: %s\n", cost, tagged(m), m.Why.plain())
		textBlock(b, "now", m.Code)
		textBlock(b, "better", m.Better)
	}
}

func textBlock(b *strings.Builder, name, text string) {
	if text == "" {
		return
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(b, "    %-7s| %s\n", name, line)
	}
}

func trimLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
