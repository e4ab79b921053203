package checks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProbe(t *testing.T) {
	h := Probe(t.Context(), python(t))
	if !h.CanGrade || h.Version == "" || h.Libraries["numpy"] == "" || h.Isolation.Level == "" || len(h.Isolation.Layers) == 0 {
		t.Errorf("%+v", h)
	}
	t.Logf("%+v", h)
}

func TestProbeNamesTheNextStep(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "python")
	os.WriteFile(bad, []byte("#!/bin/sh\necho not today >&2\nexit 3\n"), 0o755)
	for path, want := range map[string]string{"/nonexistent/python": "--python", bad: "not today"} {
		h := Probe(t.Context(), path)
		if h.CanGrade || len(h.Problems) != 1 || !strings.Contains(h.Problems[0], want) {
			t.Errorf("%s: %+v", path, h)
		}
	}
}
