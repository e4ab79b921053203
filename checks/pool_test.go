package checks

import (
	"fmt"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
)

// More sessions than benches: the idle ones go, the one in use stays, and nobody waits for himself.
func TestPoolStaysSmall(t *testing.T) {
	p := newPool(harness.Python{}, "L0", nil)
	hold := &bench{used: time.Now().Add(-time.Hour)}
	hold.mu.Lock()
	p.benches["held"] = hold
	for i := range maxZygotes + 3 {
		p.benches[fmt.Sprint(i)] = &bench{used: time.Now().Add(-time.Duration(maxZygotes+3-i) * time.Second)}
	}
	for _, b := range p.crowd("") {
		if !b.leaving {
			t.Error("a bench that was taken out can still be used")
		}
		b.mu.Unlock()
	}
	if len(p.benches) != maxZygotes || p.benches["held"] == nil || p.benches["0"] != nil || p.benches[fmt.Sprint(maxZygotes+2)] == nil {
		t.Error(len(p.benches), p.benches["held"])
	}
	hold.mu.Unlock()
	for _, b := range p.benches {
		b.used = time.Now().Add(-2 * maxIdle)
	}
	for _, b := range p.crowd("") {
		b.mu.Unlock()
	}
	if len(p.benches) != 0 {
		t.Error(len(p.benches), "benches outlive their time")
	}
	p.close()
}

// Where all others work, the one that is asked for is one too many, and stays all the same.
func TestPoolKeepsWhatIsAskedFor(t *testing.T) {
	p := newPool(harness.Python{}, "L0", nil)
	for i := range maxZygotes {
		busy := &bench{used: time.Now()}
		busy.mu.Lock()
		defer busy.mu.Unlock()
		p.benches[fmt.Sprint(i)] = busy
	}
	b, err := p.bench("new", nil)
	if err != nil || b.leaving || p.benches["new"] != b || len(p.benches) != maxZygotes+1 {
		t.Error(err, b, len(p.benches))
	}
}

func TestBudget(t *testing.T) {
	s := &Spec{CaseSeconds: 1, TotalSeconds: 10}
	b, p := newBudget(s, time.Now()), &patience{}
	if got := b.limit(p, 0); got != time.Second {
		t.Error(got)
	}
	if got := b.limit(p, 2.5); got != 2500*time.Millisecond {
		t.Error("a case's own wish:", got)
	}
	b.answered(p, 20*time.Millisecond, true)
	b.late(p, time.Second, time.Second)
	if got := b.limit(p, 0); got != time.Second {
		t.Error("one timeout:", got)
	}
	b.late(p, time.Second, time.Second)
	if got := b.limit(p, 0); got != 250*time.Millisecond {
		t.Error("patience is over:", got)
	}
	b.late(p, 600*time.Millisecond, 0)
	if got := b.limit(p, 0); got != 0 {
		t.Error("nothing is left:", got)
	}
	p = &patience{}
	b.died(p, time.Second, 400*time.Millisecond)
	if b.died(p, time.Second, 1900*time.Millisecond); p.lost != 1500*time.Millisecond {
		t.Error("quick deaths cost nothing, slow ones the time:", p.lost)
	}
	if got := b.limit(&patience{}, 0); got != time.Second {
		t.Error("another group:", got)
	}
	p = &patience{}
	if b.late(p, 2*time.Second, 2*time.Second); p.lost != time.Second {
		t.Error("a long case is one case:", p.lost)
	}
	b.late(p, time.Second, time.Second)
	if got := b.limit(p, 0); got != 0 {
		t.Error("nothing passed and patience is over:", got)
	}
	b, p = newBudget(s, time.Now()), &patience{}
	b.answered(p, 9500*time.Millisecond, true)
	if got := b.limit(p, 0); got != 500*time.Millisecond {
		t.Error("the total:", got)
	}
}

// Children wait for the next answer. One that has ended, or was made for other limits, is never handed out.
func TestChildrenThatWait(t *testing.T) {
	g, spec := grader(t, Config{}), meansSpec(t)
	b, err := g.pool.seat(t.Context(), "waiting", spec.Imports)
	if err != nil {
		t.Fatal(err)
	}
	b.leave()
	b.prepare(spec.limits())
	b.mu.Lock()
	if len(b.spares) != maxSpares {
		t.Fatal(len(b.spares), "children wait")
	}
	dead := <-b.spares
	dead.Kill()
	dead.Wait()
	b.spares <- dead
	forks := b.zygote.Forks()
	for range maxSpares {
		c, err := b.fork(spec.limits())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Call(harness.Request("load", "answer = 1\n"), time.Minute); err != nil || c == dead {
			t.Error(err, c == dead)
		}
		c.Close()
	}
	if got := b.zygote.Forks() - forks; got != 1 {
		t.Error(got, "were forked for the one that had ended")
	}
	b.mu.Unlock()

	b.prepare(spec.limits())
	other := spec.limits()
	other.MemoryMB /= 2
	b.mu.Lock()
	defer b.mu.Unlock()
	forks = b.zygote.Forks()
	if _, err := b.fork(other); err != nil || b.zygote.Forks() != forks+1 || len(b.spares) != maxSpares {
		t.Error("a child of other limits was handed out:", err, b.zygote.Forks()-forks, len(b.spares))
	}
	waiting := b.spares
	b.shut()
	if len(waiting) != 0 {
		t.Error("children wait for nobody")
	}
}
