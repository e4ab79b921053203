package rubric

import "github.com/assay-kernel/assay/checks/report"

// Input is the evidence about one answer. Missing evidence makes parts "not scored"; it never costs points.
type Input struct {
	Report      *report.Report // Status, Public and Correctness are filled already
	Source      string         // the collected cells, joined
	Lines       []Line         // Lines[i] is where line i+1 of Source came from; may be nil
	EntryPoints []string

	Steps   []StepSeries
	Clock   []ClockRatio
	Without []string // what could not be counted or timed, and why

	ReferenceSource string // the challenge's own answer, for scale
	StarterSource   string // what the candidate was given: lines of it cost nothing

	RuffJSON []byte // from Lint; nil when ruff did not run
	Facts    []byte // from Analyse; nil when the own rules did not run
}

// Line is a place in a notebook: a cell's id and a line in it, from 1.
type Line struct {
	Cell string
	Line int
}

// StepSeries counts the Python-level steps of the candidate's and the reference's code while one axis grows and all
// others stay.
type StepSeries struct {
	Axis      string
	Closed    bool // a loop over this axis counts against the answer
	Sizes     []int
	Candidate []int
	Reference []int
	Partial   bool // the counter's cap was reached: the last counts are lower bounds
}

// ClockRatio is candidate time over reference time at one size, the best of several interleaved runs.
type ClockRatio struct {
	Size  string
	Ratio float64
	Limit float64 // the ratio that still counts as good, says the challenge; 0: it says nothing
	Again float64 // the ratio in a second process; 0: it was not measured again
}

// confirmed reports whether two processes took longer than the challenge calls good.
func (c ClockRatio) confirmed() bool {
	return c.Limit > 0 && min(c.Ratio, c.Again) > max(c.Limit, fastEnough)
}

// place maps a line of Source to its cell.
func (in *Input) place(line int) (cell string, at int) {
	if line < 1 || line > len(in.Lines) {
		return "", line
	}
	l := in.Lines[line-1]
	return l.Cell, l.Line
}
