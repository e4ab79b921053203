package notebooks

import (
	"os"
	"slices"
	"testing"
)

func TestScaffoldIsWellFormed(t *testing.T) {
	dir := t.TempDir()
	if err := Scaffold(dir, "two-words"); err != nil {
		t.Fatal(err)
	}
	c, err := Read(os.DirFS(dir + "/two-words"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Slug != "two-words" {
		t.Errorf("slug %q", c.Slug)
	}
	if _, err := OpenBank(dir); err != nil {
		t.Errorf("as a bank: %v", err)
	}
	v, err := Verify(t.Context(), c, scripted{challenge: c}, VerifyOptions{Seeds: 1})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range v.Problems {
		lines = append(lines, p.String())
	}
	want := []string{"traps/: 3 traps; at least 15",
		"tests.py:21: class edge catches no trap: nothing shows what it is for",
		"tests.py:27: class property catches no trap: nothing shows what it is for"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}

func TestScaffoldRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/taken", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, slug := range []string{"taken", "../up", "Upper", "", "a b"} {
		if err := Scaffold(dir, slug); err == nil {
			t.Errorf("made %q", slug)
		}
	}
}
