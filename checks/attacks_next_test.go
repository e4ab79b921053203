package checks

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

// What one answer does may not touch the gradings that come after it, or run beside it: each test here grades a hostile
// answer and then an honest one.

// honestToo is a right answer that needs what others may have used up: room on the disk, threads, and time.
const honestToo = `import os, tempfile, threading
import numpy as np

def solve(X):
    got = []
    with tempfile.NamedTemporaryFile("wb", delete=False) as f:
        f.write(os.urandom(1 << 20))
    t = threading.Thread(target=lambda: got.append(X.mean(axis=0)))
    t.start()
    t.join()
    os.unlink(f.name)
    return got[0]`

// next grades an attack and then honest answers, which need more children than wait.
func next(t *testing.T, g *Grader, spec *Spec, attack string) {
	t.Helper()
	if !strings.Contains(attack, "def solve") {
		attack += "\n\n\ndef solve(X):\n    exploit(X)\n    return X * 0\n"
	}
	r := grade(t, g, spec, cell(read(t, "testdata/attacks/prelude.txt"), attack), Options{Session: "next", SkipFluency: true})
	if r.Correctness.Points != nil && *r.Correctness.Points != 0 {
		t.Error("it scored:", dump(r))
	}
	settled(t, g)
	for i := range 3 {
		if r := grade(t, g, spec, cell(honestToo), Options{Session: "next", SkipFluency: true}); r.Correctness.Points == nil || *r.Correctness.Points != 35 {
			t.Errorf("honest answer %d: %s", i, dump(r))
		}
	}
}

// settled waits until what an answer left behind is removed, and children wait for the next one.
func settled(t *testing.T, g *Grader) {
	t.Helper()
	const waiting = 1 + maxSpares
	quiet := 0
	for end := time.Now().Add(time.Minute); quiet < 3 && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		quiet++
		for _, b := range g.pool.benches {
			b.mu.Lock()
			if len(b.spares) < maxSpares || children(t, "import zygote", waiting) > waiting {
				quiet = 0
			}
			b.mu.Unlock()
		}
	}
}

// The name that who cleans up gives to what lies deeper can be foreseen, and is taken.
func TestNextAfterForeseenNames(t *testing.T) {
	g, spec := grader(t, Config{MinLevel: "L1"}), meansSpec(t)
	g.Warm(t.Context(), spec, "next")
	next(t, g, spec, `
def exploit(X):
    me = os.getpid()
    with open("full", "wb") as f:
        try:
            while True:
                f.write(b"x" * 65536)
        except OSError:
            pass
    try:
        for pid in range(me + 1, me + 1500):
            for k in (1, 2):
                os.makedirs("%d %d/a" % (pid, k))
        for n in range(8192):
            open("f%d" % n, "w").close()
    except OSError:
        pass
`)
}

var _ = time.Second

// Cells that take long to read use up the processor time of who reads them.
func TestNextAfterSlowCells(t *testing.T) {
	g, spec := grader(t, Config{MinLevel: "L1"}), meansSpec(t)
	g.Warm(t.Context(), spec, "next")
	b, err := g.pool.seat(t.Context(), "next", spec.Imports)
	if err != nil {
		t.Fatal(err)
	}
	defer b.leave()
	read := func() {
		t.Helper()
		slow := []Cell{{ID: "m", Source: strings.Repeat("%time\n", 200) + strings.Repeat("x = [1, 2, 3, 4]\n", 200)}, {ID: "a", Source: "def solve(X):\n    return 1"}}
		if err := b.warm(t.Context(), g.pool); err != nil {
			t.Fatal(err)
		}
		if a, err := b.collect(t.Context(), g.pool, spec, slow); err != nil || a.status != report.StatusGraded {
			t.Fatal(err, a.message)
		}
	}
	first := b.parser
	if read(); b.parser != first || b.parsed < 20*time.Millisecond {
		t.Fatal("nothing is noted:", b.parsed)
	}
	b.parsed = maxParsed // as if it had read more of the kind
	if read(); b.parser != nil {
		t.Error("it reads on, with", b.parsed, "behind it")
	}
	if read(); b.parser == nil || b.parsed > maxParsed/2 {
		t.Error("the next one starts with", b.parsed)
	}
}

// What runs answers goes first when memory runs out, then what compares them, and the grader last.
func TestWhoGoesFirst(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	g, spec := grader(t, Config{}), meansSpec(t)
	g.Warm(t.Context(), spec, "next")
	score := func(pid int) int {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid))
		if err != nil {
			t.Fatal(err)
		}
		n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
		return n
	}
	own, runners, oracles := score(os.Getpid()), pythons(t, "import zygote"), pythons(t, "import oracle")
	if len(runners) == 0 || len(oracles) == 0 {
		t.Fatal(runners, oracles)
	}
	for _, pid := range runners {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		for _, f := range strings.Fields(string(b)) {
			child, _ := strconv.Atoi(f)
			runners = append(runners, child)
		}
	}
	if len(runners) < 2+maxSpares {
		t.Error("no children:", runners)
	}
	for _, oracle := range oracles {
		for _, runner := range runners {
			if !(own < score(oracle) && score(oracle) < score(runner)) {
				t.Error(own, score(oracle), score(runner))
			}
		}
	}
}
