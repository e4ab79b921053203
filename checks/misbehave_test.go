package checks

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

// spoil puts a zygote in the place of the grader's that misbehaves when there are orders for it.
func spoil(t *testing.T, p harness.Python) {
	t.Helper()
	if err := os.Rename(filepath.Join(p.Dir, "zygote.py"), filepath.Join(p.Dir, "honest.py")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.Dir, "zygote.py"), []byte(read(t, "harness/testdata/misbehave.py")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A zygote that misbehaves costs time: the run is repeated with another one, and the session goes on.
func TestZygoteThatMisbehavesIsReplaced(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	spoil(t, g.python)
	victim := exec.Command("cat")
	in, err := victim.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at  string
		nth int // the first child parses, the second loads the answer, the others run groups of cases
		how string
	}{
		{"forked", 1, "twice"}, {"forked", 1, "late"}, {"forked", 2, "foreign"}, {"forked", 2, "late"},
		{"forked", 3, "twice"}, {"forked", 3, "foreign"}, {"forked", 3, "long_line"}, {"exit", 1, "twice"},
	} {
		session := fmt.Sprint(c.at, c.nth, c.how)
		t.Run(session, func(t *testing.T) {
			orders := filepath.Join(g.python.Dir, "orders")
			b, _ := json.Marshal(map[string]any{"at": c.at, "nth": c.nth, "how": c.how, "victim": victim.Process.Pid})
			if err := os.WriteFile(orders, b, 0o644); err != nil {
				t.Fatal(err)
			}
			for i := range 2 {
				r := grade(t, g, s, cell(s.Solution), Options{Session: session, SkipFluency: true, Seed: 3})
				if r.Status != report.StatusGraded || *r.Correctness.Points != 35 {
					t.Error("grading", i+1, dump(r))
				}
				if _, err := os.Stat(orders); err == nil {
					t.Error("the zygote did not misbehave")
				}
			}
			g.pool.end(session)
		})
	}
	in.Close()
	if err := victim.Wait(); err != nil { // it ends by itself now, if it has not been killed
		t.Error("somebody else's process:", err)
	}
}

// An answer that comes twice is none, also when nothing is asked after it.
func TestLastAnswerTwice(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	code := cell("import os, sys", "wire = sys.modules['wire']", "old, twice = wire.write_frame, []",
		"def write(fd, nonce, payload):", "    if twice:", "        frame = wire.HEAD.pack(len(payload) + 8, nonce) + payload", "        os.write(fd, frame + frame)",
		"    else:", "        old(fd, nonce, payload)", "wire.write_frame = write", "def solve(X):", "    wire.write_frame = write", "    if len(X) == 1:", "        twice.append(1)", "    return X.mean(axis=0)")
	r := grade(t, g, s, code, Options{SkipFluency: true})
	for _, c := range r.Correctness.Cases {
		want := report.Pass
		if c.ID == "one" {
			want = report.Killed
		}
		if c.Outcome != want || want == report.Killed && !strings.Contains(c.Message, "malformed") {
			t.Errorf("%s: %s %s", c.ID, c.Outcome, c.Message)
		}
	}
}

// Children know their zygote's memory layout: after some forks there is another one.
func TestZygoteIsReplacedAfterSomeForks(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	g.pool.forks = 2
	var before *harness.Zygote
	for i := range 3 {
		r := grade(t, g, s, cell(s.Solution), Options{Session: "x", SkipFluency: true})
		if *r.Correctness.Points != 35 {
			t.Error(dump(r))
		}
		b, err := g.pool.seat(t.Context(), "x", s.Imports)
		if err != nil {
			t.Fatal(err)
		}
		now := b.zygote
		if n := now.Forks(); n > g.pool.forks {
			t.Error(n, "forks, and it is still there")
		}
		b.leave()
		if now == before || before != nil && before.Alive() {
			t.Errorf("grading %d: the zygote is the one before", i+1)
		}
		before = now
	}
}
