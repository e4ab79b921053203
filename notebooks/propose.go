package notebooks

import (
	"cmp"
	"slices"

	"github.com/assay-kernel/assay/checks/rubric"
	"github.com/assay-kernel/assay/kernel/session"
)

// stepKinds says which of a session's cells tell something about the way of working.
var stepKinds = map[string]string{
	session.RoleClarify: "clarify", session.RolePlan: "plan", session.RoleSolution: "run", session.RoleTest: "test",
}

// propose reads the session's course for signs of a systematic way of working; "" when there is too little of it.
func (g *Graded) propose() string {
	from := cmp.Or(g.state.Clock.Started(), g.state.Started)
	var history []rubric.Step
	for _, run := range g.state.Runs {
		step := rubric.Step{At: run.At.Sub(from), Kind: stepKinds[run.Role], Text: run.Code}
		if m := run.Magic; m != nil {
			step.Kind, step.Text = stepKinds[m.Name], m.Body
			if m.Name == "submit" {
				step.Kind = "submit"
			}
		}
		if f := run.Finished; f != nil && f.Status == "error" {
			step.Error = f.EName
		}
		history = append(history, step)
	}
	history = slices.DeleteFunc(history, func(s rubric.Step) bool { return s.Kind == "" })
	if p := rubric.Propose(history); p.Band > 0 {
		return p.String()
	}
	return ""
}
