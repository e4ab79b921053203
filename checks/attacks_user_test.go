package checks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAttacksAsOrdinaryUser runs the attacks again in processes that are not root: with an interpreter in root's home,
// which the user may read by a capability, and with one that everybody can reach, where user namespaces add their locks.
func TestAttacksAsOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("this process is an ordinary user's already")
	}
	t.Run("capability", func(t *testing.T) {
		again(t, python(t), ordinary(nobody, true), "isolation L1")
	})
	t.Run("namespaces", func(t *testing.T) {
		exe := reachable(t, python(t))
		if b, err := os.ReadFile("/proc/sys/kernel/unprivileged_userns_clone"); err == nil && strings.TrimSpace(string(b)) == "0" {
			t.Skip("this kernel forbids user namespaces to users")
		}
		again(t, exe, ordinary(nobody, false), "isolation L2 [rlimits non-dumpable userns netns ipcns pivot-root tmpfs pidns ")
	})
}

const nobody = 65534

// again runs TestAttacks in another process.
func again(t *testing.T, exe string, as *syscall.SysProcAttr, want string) {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		os.Chmod(d, 0o711)
	}
	tmp := filepath.Join(dir, "tmp")
	os.Mkdir(tmp, 0o700)
	os.Chown(tmp, nobody, nobody)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self) // where it lies now may be closed to others
	if err != nil {
		t.Fatal(err)
	}
	self = filepath.Join(dir, "checks.test")
	if err := os.WriteFile(self, program, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run", "^TestAttacks$", "-test.v")
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "HOME="+tmp, "ASSAY_PYTHON="+exe)
	cmd.SysProcAttr = as
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestAttacks ") || !strings.Contains(string(out), fmt.Sprintf("uid %d", nobody)) || !strings.Contains(string(out), want) {
		t.Errorf("%v\n%s", err, out)
	}
}

// reachable makes an environment of the system's Python, of the same version, and the packages of exe.
func reachable(t *testing.T, exe string) string {
	t.Helper()
	out, err := exec.Command(exe, "-I", "-c", "import sys, os, numpy; print(*sys.version_info[:2], os.path.dirname(os.path.dirname(numpy.__file__)))").Output()
	var major, minor int
	var packages string
	if _, scanErr := fmt.Sscan(string(out), &major, &minor, &packages); err != nil || scanErr != nil {
		t.Fatal(err, scanErr)
	}
	system := fmt.Sprintf("/usr/bin/python%d.%d", major, minor)
	if _, err := os.Stat(system); err != nil {
		t.Skip("no system interpreter of the same version:", err)
	}
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		os.Chmod(d, 0o755)
	}
	site := filepath.Join(dir, "lib", fmt.Sprintf("python%d.%d", major, minor), "site-packages")
	for name, text := range map[string]string{
		"pyvenv.cfg": "home = /usr/bin\ninclude-system-site-packages = false\n", filepath.Join(site[len(dir):], "there.pth"): packages + "\n",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	own := filepath.Join(dir, "bin", "python")
	os.Mkdir(filepath.Dir(own), 0o755)
	if err := os.Symlink(system, own); err != nil {
		t.Fatal(err)
	}
	check := exec.Command(own, "-I", "-c", "import numpy")
	check.SysProcAttr = ordinary(nobody, false)
	if out, err := check.CombinedOutput(); err != nil {
		t.Skipf("the packages cannot be reached by everybody: %v %s", err, out)
	}
	return own
}
