package card

import (
	_ "embed"
	"html/template"
	"strings"
)

//go:embed card.html
var cardHTML string

// The template escapes everything it inserts. tone is the only value that goes into a style, and it is one of ours.
var cardTemplate = template.Must(template.New("card").Funcs(template.FuncMap{
	"tone": func(t tone) template.CSS { return template.CSS(t) },
	"num":  num,
}).Parse(cardHTML))

func (v view) html() string {
	var b strings.Builder
	if err := cardTemplate.Execute(&b, v); err != nil {
		return template.HTMLEscapeString(v.text())
	}
	return squeeze(b.String())
}

// squeeze drops the indentation of the template between elements, outside of <pre>.
func squeeze(s string) string {
	var b strings.Builder
	inside := false
	for _, line := range strings.Split(s, "\n") {
		if !inside {
			line = strings.TrimLeft(line, " \t")
			if line == "" {
				continue
			}
		}
		b.WriteString(line)
		b.WriteByte('\n')
		open, shut := strings.LastIndex(line, "<pre"), strings.LastIndex(line, "</pre>")
		if open >= 0 || shut >= 0 {
			inside = open > shut
		}
	}
	return b.String()
}
