package session

import (
	"testing"
	"time"
)

// script is a session told in minutes: what ran when.
type script struct {
	at   float64
	kind Kind
	data any
}

func cellOf(role string) CellStarted { return CellStarted{Code: "pass", Role: role} }

func records(t *testing.T, steps []script) []Record {
	t.Helper()
	var out []Record
	for i, s := range steps {
		mono := time.Duration(s.at * float64(time.Minute))
		e := event(t, s.kind, "r", s.data)
		e.SrcSeq, e.Mono = uint64(i+1), int64(mono)
		out = append(out, Record{Session: "s", Seq: uint64(i + 1), Source: "a", Received: epoch.Add(mono), Event: e})
	}
	return out
}

func minutes(ms int64) float64 { return float64(ms) / 60000 }

func TestClock(t *testing.T) {
	start := script{0, KindKernelStarted, KernelStarted{}}
	tests := []struct {
		name  string
		steps []script
		at    float64
		phase string
		in    float64
		spent map[string]float64
	}{
		{"nothing has run", nil, 5, "", 0, nil},
		{"the first run starts it", []script{start}, 2, PhaseClarify, 2, nil},
		{"clarify is written, then run", []script{start, {2, KindCellStarted, cellOf(RoleClarify)}}, 3,
			PhasePlan, 1, map[string]float64{PhaseClarify: 2}},
		{"the usual course", []script{start, {2, KindCellStarted, cellOf(RoleClarify)},
			{6, KindCellStarted, cellOf(RolePlan)}, {18, KindCellStarted, cellOf(RoleSolution)},
			{21, KindCellStarted, cellOf(RoleTest)}}, 22, PhaseTest, 4,
			map[string]float64{PhaseClarify: 2, PhasePlan: 4, PhaseCode: 12, PhaseTest: 3}},
		{"back to clarify, then on with code", []script{start, {2, KindCellStarted, cellOf(RoleClarify)},
			{4, KindCellStarted, cellOf(RolePlan)}, {5, KindCellStarted, cellOf(RoleClarify)}}, 8, PhaseCode, 3,
			map[string]float64{PhaseClarify: 3, PhasePlan: 2}},
		{"magics count like their cells", []script{start, {1, KindMagic, Magic{Name: "clarify"}},
			{2, KindMagic, Magic{Name: "plan"}}, {3, KindMagic, Magic{Name: "hint"}}}, 4, PhaseCode, 2,
			map[string]float64{PhaseClarify: 1, PhasePlan: 1}},
		{"a front end without roles", []script{start, {3, KindCellStarted, cellOf("")},
			{3, KindCellFinished, CellFinished{Judge: true}}}, 5, PhaseCode, 5, map[string]float64{PhaseCode: 3}},
		{"a scratch cell moves nothing", []script{start, {2, KindCellStarted, cellOf(RolePlan)},
			{3, KindCellStarted, cellOf("")}, {3, KindCellFinished, CellFinished{}}}, 4, PhaseCode, 2,
			map[string]float64{PhasePlan: 2}},
		{"silent requests are not runs", []script{start, {1, KindCellStarted, CellStarted{Role: RolePlan, Silent: true}}},
			2, PhaseClarify, 2, nil},
		{"finished stops it", []script{start, {2, KindCellStarted, cellOf(RolePlan)}, {9, KindSessionFinished, SessionFinished{}},
			{12, KindCellStarted, cellOf(RoleTest)}}, 30, PhaseFinished, 0,
			map[string]float64{PhasePlan: 2, PhaseCode: 7}},
		{"a restart goes on", []script{start, {2, KindCellStarted, cellOf(RolePlan)}, {3, KindKernelEnded, KernelEnded{}},
			{4, KindKernelStarted, KernelStarted{}}}, 6, PhaseCode, 4, map[string]float64{PhasePlan: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c Clock
			for _, r := range records(t, tt.steps) {
				c.Observe(r)
			}
			now := c.Now(epoch.Add(time.Duration(tt.at * float64(time.Minute))))
			if now.Phase != tt.phase || minutes(now.InPhaseMS) != tt.in {
				t.Errorf("shows %q for %v min, want %q for %v", now.Phase, minutes(now.InPhaseMS), tt.phase, tt.in)
			}
			spent := c.Spent()
			for phase, want := range tt.spent {
				if got := spent[phase].Minutes(); got != want {
					t.Errorf("%s took %v min, want %v", phase, got, want)
				}
			}
		})
	}
}

func TestClockPlacesLateEvents(t *testing.T) {
	steps := []script{
		{0, KindKernelStarted, KernelStarted{}}, {2, KindCellStarted, cellOf(RoleClarify)},
		{5, KindCellStarted, cellOf(RolePlan)}, {15, KindCellStarted, cellOf(RoleSolution)},
	}
	log := records(t, steps)
	for i := 1; i < len(log); i++ { // the companion was away: all but the first arrive together
		log[i].Received = epoch.Add(20 * time.Minute)
	}
	var c Clock
	for _, r := range log {
		c.Observe(r)
	}
	spent := c.Spent()
	if spent[PhaseClarify] != 2*time.Minute || spent[PhasePlan] != 3*time.Minute || spent[PhaseCode] != 10*time.Minute {
		t.Errorf("spent %v", spent)
	}
}

func TestClockNeverBelievesTooMuch(t *testing.T) {
	log := records(t, []script{
		{0, KindKernelStarted, KernelStarted{}}, {2, KindCellStarted, cellOf(RoleClarify)}, {4, KindCellStarted, cellOf(RolePlan)},
	})
	log[1].Mono = int64(300 * time.Hour) // far ahead
	log[2].Mono = -5                     // and back
	var c Clock
	for _, r := range log {
		c.Observe(r)
	}
	if now := c.Now(epoch.Add(5 * time.Minute)); now.TotalMS != (5*time.Minute).Milliseconds() || now.InPhaseMS < 0 {
		t.Errorf("shows %+v", now)
	}
}

func TestClockIsTheSameInReplay(t *testing.T) {
	log := records(t, []script{
		{0, KindSessionStarted, SessionStarted{Minutes: 40}}, {0, KindKernelStarted, KernelStarted{}},
		{2, KindCellStarted, cellOf(RoleClarify)}, {9, KindCellStarted, cellOf(RoleSolution)},
	})
	whole := Fold(log)
	var steps State
	for i, r := range log {
		if moved := steps.Observe(r); moved != (i == 1 || i == 2 || i == 3) {
			t.Errorf("record %d: moved is %v", r.Seq, moved)
		}
	}
	at := epoch.Add(11 * time.Minute)
	if a, b := whole.Clock.Now(at), steps.Clock.Now(at); a != b || a.BudgetMS != (24*time.Minute).Milliseconds() {
		t.Errorf("%+v and %+v", a, b)
	}
}
