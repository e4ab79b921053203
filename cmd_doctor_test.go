package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDoctorWithoutPythonExitsWith1(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	t.Setenv("ASSAY_PYTHON", "")
	t.Setenv("PATH", "")
	for _, args := range [][]string{{"doctor"}, {"doctor", "--json"}} {
		code, stdout, stderr := captured(t, args...)
		if code != 1 || stderr != "" || !strings.Contains(stdout, "not possible here") || !strings.Contains(stdout, "see python") {
			t.Errorf("%q: exit code %d\n%s\n%s", args, code, stdout, stderr)
		}
	}
}

func TestDoctorListsEachThingOnce(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	code, stdout, stderr := captured(t, "doctor", "--json", "--python", sciencePython(t))
	var doc struct{ Findings []finding }
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
		t.Fatalf("%v: exit code %d, %s", err, code, stderr)
	}
	seen := map[string]bool{}
	for _, f := range doc.Findings {
		if seen[f.Name] && f.Name != "missing" && f.Name != "grading" {
			t.Errorf("%s is listed twice", f.Name)
		}
		seen[f.Name] = true
		if f.Name == "sessions" && !f.OK {
			t.Errorf("a new home is not well: %+v", f)
		}
		if f.Name == "interviews" && f.OK && code != 0 {
			t.Errorf("%+v, but exit code %d", f, code)
		}
	}
	if !seen["ipykernel"] || !seen["interviews"] {
		t.Errorf("looked at %v only", seen)
	}
}

func TestExamineInterview(t *testing.T) {
	for _, c := range []struct {
		findings []finding
		next     string
		usable   bool
	}{
		{[]finding{{Name: "python", OK: true}, {Name: "jupyterlab"}, {Name: "missing"}, {Name: "ruff"}}, "", true},
		{[]finding{{Name: "ipykernel"}, {Name: "grading"}, {Name: "grading"}}, "see ipykernel, grading", false},
		{[]finding{{Name: "isolation"}, {Name: "python", OK: true}}, "see isolation", true},
	} {
		if f, usable := examineInterview(c.findings); f.Next != c.next || f.OK != (c.next == "") || usable != c.usable {
			t.Errorf("%+v: %+v, %v, want %q", c.findings, f, usable, c.next)
		}
	}
}
