package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOutOfReach(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	lib, bank, link := filepath.Join(top, "lib"), filepath.Join(top, "lib", "bank"), filepath.Join(top, "link")
	if err := os.MkdirAll(bank, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(bank, link); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		level, readable, hidden string
		refused                 bool
	}{
		{"L1", lib, bank, true},
		{"L2", lib, bank, true},
		{"L2", lib, link, true},
		{"L2", lib, lib, true},
		{"L0", lib, bank, false},
		{"L2", lib, top, false},
		{"L2", lib, lib + "rary", false},
		{"L2", bank, filepath.Join(lib, "other"), false},
		{"L2", filepath.Dir(exe), top, true}, // this program, which is always hidden
	} {
		err := outOfReach(&Info{Level: c.level, Readable: []string{c.readable}}, []string{c.hidden})
		if (err != nil) != c.refused || err != nil && !strings.Contains(err.Error(), c.readable) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A zygote whose children could read a hidden folder does not start.
func TestZygoteThatCouldTellDoesNotStart(t *testing.T) {
	p := python(t)
	z := zygote(t, p, ZygoteOptions{Level: "L1"})
	if z.Info.Level == "L0" {
		t.Skip("children can read everything on this machine")
	}
	hidden := z.Info.Readable[0]
	z.Close()
	if _, err := StartZygote(t.Context(), p, ZygoteOptions{Level: "L1", Hidden: []string{hidden}}); err == nil || !strings.Contains(err.Error(), hidden) {
		t.Error(err)
	}
}
