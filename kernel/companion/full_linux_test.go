package companion

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

// TestCompanionsFullDisk fills the companion's disk while a kernel on another disk records. Nothing is acknowledged
// that is not stored, the kernel keeps it, and when there is room again everything arrives, without a restart.
func TestCompanionsFullDisk(t *testing.T) {
	home := t.TempDir()
	if err := syscall.Mount("tmpfs", home, "tmpfs", 0, "size=3m"); err != nil {
		t.Skipf("a small disk needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(home, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	ballast := home + "/ballast"
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	said := newEar()
	c := start(t, home, func(cfg *Config) { cfg.Logger = said.logger() })
	kernels := t.TempDir()
	if err := link.WriteAddress(kernels, c.Address()); err != nil {
		t.Fatal(err)
	}
	k := connect(t, kernels, session.Hello{Instance: "nb"})
	id := k.welcome().Session
	const cells = 40
	for i := range cells {
		k.run("a", "", fmt.Sprintf("x = '%d %s'", i, string(make([]byte, 5000))), false)
	}
	said.until(t, "events not stored")
	stored := len(mustFold(t, c, id).Runs)
	if stored >= cells {
		t.Fatal("the disk was never full")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	k.final(k.run("sol", session.RoleSolution, "def pairwise", true))
	if n := len(mustFold(t, c, id).Runs); n != cells+1 {
		t.Errorf("%d runs, want %d", n, cells+1)
	}
	t.Logf("%d of %d runs were stored when the disk was full", stored, cells)
}
