package companion

import (
	"testing"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/notebooks"
)

func TestOnlyDefinitionsOfTheChallengeAreJudged(t *testing.T) {
	ch := &notebooks.Challenge{EntryPoints: []string{"solve"}}
	for _, c := range []struct {
		ask  ask
		idle bool
	}{
		{ask{code: "def solve(x):\n    return x"}, false},
		{ask{code: "def helper(x):\n    return x"}, true},
		{ask{code: "# nothing", role: session.RoleSolution}, false},
		{ask{code: "%submit", submit: true}, false},
	} {
		if got := c.ask.idle(ch); got != c.idle {
			t.Errorf("%q with role %q: idle is %v", c.ask.code, c.ask.role, got)
		}
	}
}

func TestAFormIsNoNote(t *testing.T) {
	l := &live{}
	for body, want := range map[string]string{
		"":                                "Plan: nothing written yet",
		"- \n":                            "Plan: nothing written yet",
		"Approach: \nEdge cases:\n":       "Plan: nothing written yet",
		"Approach: sort once\nEdge:\n":    "Plan: noted",
		"- how large can n become?\n- \n": "Plan: noted",
	} {
		if got, _ := l.noted("Plan", body, session.PhasePlan); got != want {
			t.Errorf("%q: %s, want %s", body, got, want)
		}
	}
}
