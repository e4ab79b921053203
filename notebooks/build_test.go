package notebooks

import (
	"bytes"
	"strings"
	"testing"

	"github.com/assay-kernel/assay/kernel/session"
)

func warmUpChallenge(t *testing.T) *Challenge {
	t.Helper()
	c, err := Read(warmUpFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBuildIsValidAndStable(t *testing.T) {
	c := warmUpChallenge(t)
	b := mustBytes(t, Build(c, "00ff"))
	if !bytes.Equal(b, mustBytes(t, Build(c, "00ff"))) {
		t.Error("the same challenge gives other bytes")
	}
	if !bytes.Equal(b, mustBytes(t, mustRead(t, b))) {
		t.Error("reading and writing changes the bytes")
	}
	proveFormat(t, b)
}

func TestBuildMarksEveryCell(t *testing.T) {
	nb := Build(warmUpChallenge(t), "00ff")
	roles := map[string]int{}
	for _, c := range nb.Cells {
		assay, _ := c.Metadata["assay"].(map[string]any)
		if assay["challenge"] != warmUp || assay["instance"] != "00ff" {
			t.Errorf("%s: %v", c.ID, assay)
		}
		if role, ok := assay["role"].(string); ok {
			roles[role+" "+c.Type]++
		}
	}
	for _, want := range []string{session.RoleStatement + " markdown", session.RoleClarify + " code", session.RolePlan + " code",
		session.RoleSolution + " code", session.RoleTest + " code", session.RoleHelp + " code"} {
		if roles[want] != 1 {
			t.Errorf("%d cells are %s, want 1", roles[want], want)
		}
	}
	if a, b := NewInstance(), NewInstance(); a == b || len(a) != 32 {
		t.Errorf("instances %q and %q", a, b)
	}
}

func TestBuildSaysWhatMayBeUsedAndHowLarge(t *testing.T) {
	c := warmUpChallenge(t)
	c.Axes = []Axis{{Name: "rows", Max: 1_234_567}, {Name: "folds"}, {Name: "classes", Max: 50}}
	text := string(mustBytes(t, Build(c, "00ff")))
	for _, want := range []string{"Use the standard library, NumPy, pandas and SciPy; ask before", "for up to 1,234,567 rows and 50 classes."} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	c.Axes = nil
	if text := string(mustBytes(t, Build(c, "00ff"))); strings.Contains(text, "It has to work for") {
		t.Error("it promises sizes that nobody stated")
	}
}

func TestBuildShowsNothingHidden(t *testing.T) {
	c := warmUpChallenge(t)
	text := string(mustBytes(t, Build(c, "00ff")))
	hidden := []string{"np.maximum", "multiply it out", "equal_rows", c.Clarify[0].Question, c.FollowUps[0][:30]}
	for _, s := range hidden {
		if strings.Contains(text, s) {
			t.Errorf("the candidate's notebook has %q", s)
		}
	}
	for _, s := range []string{"never NaN", "From (0, 0) to (3, 4) it is 5", "1 and 2 are free; hint 3 costs 1 point of Problem Solving", "# assay: " + warmUp} {
		if !strings.Contains(text, s) {
			t.Errorf("the candidate's notebook lacks %q", s)
		}
	}
}
