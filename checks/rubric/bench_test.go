package rubric

import (
	"context"
	"testing"
)

func BenchmarkRun(b *testing.B) {
	python, ruff := tools(b)
	in := Input{Source: warmup, ReferenceSource: warmup, EntryPoints: []string{"pairwise_distances"}, Steps: flat("rows")}
	for b.Loop() {
		in.Report = graded()
		if err := Run(context.Background(), python, ruff, in); err != nil {
			b.Fatal(err)
		}
	}
}
