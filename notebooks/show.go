package notebooks

// Text is the session at a glance, as Markdown that reads well as it stands: what it is, and the scorecard.
func (g *Graded) Text() string {
	if g.Report == nil {
		return g.headline() + "\n"
	}
	_, scorecard := g.scorecard()
	return g.headline() + "\n\n" + scorecard + "\n"
}
