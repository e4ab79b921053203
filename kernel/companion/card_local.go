package companion

import (
	"fmt"
	"html"
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

// cardInput stands in for card.Input.
type cardInput struct {
	Report   *report.Report
	Run      int
	Title    string
	Phase    string
	InPhase  time.Duration
	Budget   time.Duration
	Previous *report.Report
	Late     bool
}

func render(in cardInput) map[string]string {
	return message(fmt.Sprintf("Run %d", in.Run), fmt.Sprintf("%s: %v points of %v", in.Report.Status, in.Report.Total.Points, in.Report.Total.Of))
}

func message(title, text string) map[string]string {
	return map[string]string{
		"text/plain": title + "\n" + text, "text/markdown": "**" + title + "**\n\n" + text,
		"text/html": "<div><b>" + html.EscapeString(title) + "</b><p>" + html.EscapeString(text) + "</p></div>",
	}
}
