package companion

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/checks/report"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

// instant grades without looking.
type instant struct{}

func (instant) Warm(context.Context, *checks.Spec, string) {}

func (instant) Grade(_ context.Context, spec *checks.Spec, _ checks.Submission, _ checks.Options) (*report.Report, error) {
	return &report.Report{Schema: report.Schema, Challenge: spec.Slug, Status: report.StatusGraded}, nil
}

// BenchmarkVerdict is what a judged cell costs beside its grading: spool, link, commit, job, verdict, card, link. Half
// of it are two commits.
func BenchmarkVerdict(b *testing.B) {
	home := b.TempDir()
	c, err := Open(Config{Home: home, Bank: bank{}, Grader: instant{}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- c.Serve(context.Background()) }()
	k, err := link.Open(link.Config{Home: home, Hello: session.Hello{Challenge: "warm-up", Instance: "nb"}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	final := func(request string) {
		for d := range k.Events() {
			if d.Feedback != nil && d.Feedback.Final && d.Feedback.Request == request || request == "" && d.Welcome != nil {
				return
			}
		}
	}
	final("")
	n := 0
	for b.Loop() {
		n++
		request := fmt.Sprint(n)
		for _, e := range []struct {
			kind session.Kind
			data any
		}{{session.KindCellStarted, session.CellStarted{Code: "def pairwise(X): ...", Role: session.RoleSolution}},
			{session.KindCellFinished, session.CellFinished{Status: "ok", Judge: true}}} {
			event, err := session.NewEvent(e.kind, request, "sol", e.data)
			if err != nil {
				b.Fatal(err)
			}
			k.Record(event)
		}
		final(request)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/verdict")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := k.Close(ctx); err != nil {
		b.Error(err)
	}
	if err := c.Close(); err != nil {
		b.Error(err)
	}
	if err := <-served; err != nil {
		b.Error(err)
	}
}
