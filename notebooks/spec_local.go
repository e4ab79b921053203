package notebooks

// Spec stands in for checks.Spec until that exists.
type Spec struct {
	Slug, Title, Version     string
	EntryPoints              []string
	Imports, Allowed         []string
	Tests, Solution, Starter string
	Axes                     []SpecAxis
	CaseSeconds              float64
	TotalSeconds             float64
	MemoryMB                 int
}

// SpecAxis stands in for checks.Axis.
type SpecAxis struct {
	Name   string
	Closed bool
}
