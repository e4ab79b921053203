package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assay-kernel/assay/checks/report"
)

// An attack is an answer that is right only where its exploit works. Here each must score nothing and leave the host
// alone; under testdata/naive_grader.py, which shares one process with the answer, the same file must succeed: a test
// with a broken payload proves nothing.

// stage is what attacks aim at.
type stage struct {
	dir    string
	words  map[string]string // placeholders
	leaks  chan string       // what a listener received
	victim *exec.Cmd
}

const secret = "SECRET-OF-THE-GRADER"

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir(), leaks: make(chan string, 100)}
	os.Chmod(s.dir, 0o755)
	canary := filepath.Join(s.dir, "hidden_tests.py")
	os.WriteFile(canary, []byte("CANARY"), 0o644)
	s.victim = exec.Command("/bin/sleep", "1000")
	if err := s.victim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.victim.Process.Kill(); s.victim.Wait() })
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := tcp.Addr().(*net.TCPAddr).Port
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	abstract := fmt.Sprintf("assay-attack-%d", os.Getpid())
	hidden, err := net.Listen("unix", "@"+abstract)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, "s")
	named, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	datagram := filepath.Join(s.dir, "d")
	packets, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: datagram, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []net.Listener{tcp, hidden, named} {
		go s.accept(l) // ends when its listener is closed
		t.Cleanup(func() { l.Close() })
	}
	for _, p := range []net.PacketConn{udp, packets} {
		go s.packets(p) // ends when its socket is closed
		t.Cleanup(func() { p.Close() })
	}
	program, _ := os.Executable()
	_, noMPTCP := os.Stat("/proc/sys/net/mptcp/enabled")
	s.words = map[string]string{
		"@CANARY@": canary, "@PROGRAM@": program, "@VICTIM@": fmt.Sprint(s.victim.Process.Pid), "@TCP@": fmt.Sprint(port),
		"@ABSTRACT@": abstract, "@UNIX@": path, "@DGRAM@": datagram, "@MARK@": filepath.Join(s.dir, "mark"),
		"@TOKEN@": randomName(), "@SECRET@": secret, "@NOMPTCP@": map[bool]string{true: "True", false: "False"}[noMPTCP != nil],
	}
	return s
}

func (s *stage) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.leaks <- l.Addr().String()
		c.Close()
	}
}

func (s *stage) packets(p net.PacketConn) {
	b := make([]byte, 100)
	for {
		if _, _, err := p.ReadFrom(b); err != nil {
			return
		}
		s.leaks <- p.LocalAddr().String()
	}
}

// source fills in an attack's placeholders; naive tells the payload that nothing protects the grader.
func (s *stage) source(text string, naive bool) string {
	for k, v := range s.words {
		text = strings.ReplaceAll(text, k, v)
	}
	word := ""
	if naive {
		word = "naive"
	}
	return strings.ReplaceAll(text, "@NAIVE@", word)
}

// unharmed checks the host after an attack.
func (s *stage) unharmed(t *testing.T) {
	t.Helper()
	select {
	case where := <-s.leaks:
		t.Errorf("something was sent to %s", where)
	default:
	}
	if err := s.victim.Process.Signal(syscall.Signal(0)); err != nil {
		t.Error("the victim is gone:", err)
	}
	if _, err := os.Stat(s.words["@MARK@"]); err == nil {
		t.Error("a pickle was loaded")
	}
}

func attackNames(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/attacks/*.py")
	if err != nil || len(names) < 40 {
		t.Fatal("the attacks are missing:", err, len(names))
	}
	return names
}

func meansSpec(t *testing.T) *Spec {
	return &Spec{Slug: "means", EntryPoints: []string{"solve"}, Imports: []string{"numpy"}, Tests: read(t, "testdata/means_tests.py"),
		Solution: "def solve(X):\n    return X.mean(axis=0)\n", CaseSeconds: 0.5}
}

func TestAttacks(t *testing.T) {
	t.Setenv("ASSAY_ATTACK_SECRET", secret)
	g, spec, stage := grader(t, Config{MinLevel: "L1"}), meansSpec(t), newStage(t)
	prelude := read(t, "testdata/attacks/prelude.txt")
	honest := grade(t, g, spec, cell("import numpy as np\ndef solve(X):\n    return np.mean(X, axis=0)"), Options{Session: "attacks"})
	if *honest.Correctness.Points != 35 {
		t.Fatal("the honest answer fails:", dump(honest))
	}
	if slices.Contains(honest.Isolation.Layers, "tmpfs") {
		stage.words["@BOUNDED@"] = "yes"
	} else {
		stage.words["@BOUNDED@"] = ""
	}
	t.Logf("isolation %s %v, uid %d", honest.Isolation.Level, honest.Isolation.Layers, os.Getuid())
	for _, name := range attackNames(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".py"), func(t *testing.T) {
			source := stage.source(read(t, name), false)
			sub := Submission{Cells: []Cell{{ID: "p", Source: prelude}, {ID: "a", Source: source}}}
			began := time.Now()
			r := grade(t, g, spec, sub, Options{Session: "attacks", SkipFluency: true})
			if r.Correctness.Points != nil && *r.Correctness.Points != 0 || r.Public.Passed > 0 && !strings.Contains(name, "g10") && !strings.Contains(name, "g3") {
				t.Error("it scored:", dump(r))
			}
			if took := time.Since(began); took > 6*time.Second {
				t.Errorf("it took %v", took)
			}
			stage.unharmed(t)
		})
	}
	if left := children(t, "import zygote"); left > 1 {
		t.Errorf("%d children are left", left-1) // one is the parser
	}
	again := grade(t, g, spec, cell("import numpy as np\ndef solve(X):\n    return np.mean(X, axis=0)"), Options{Session: "attacks"})
	if *again.Correctness.Points != 35 {
		t.Error("the session does not go on:", dump(again))
	}
}

func TestAttacksWorkOnANaiveGrader(t *testing.T) {
	exe, stage := python(t), newStage(t)
	prelude := read(t, "testdata/attacks/prelude.txt")
	for _, name := range attackNames(t) {
		text := read(t, name)
		mode, _, _ := strings.Cut(strings.TrimPrefix(text, "# naive: "), "\n")
		if mode == "none" || mode == "x86" && runtime.GOARCH != "amd64" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(name), ".py"), func(t *testing.T) {
			file := filepath.Join(stage.dir, "answer.py")
			os.WriteFile(file, []byte(prelude+"\n"+stage.source(text, true)), 0o644)
			limit := 20 * time.Second
			if mode == "hang" {
				limit = 2 * time.Second
			}
			ctx, stop := context.WithTimeout(t.Context(), limit)
			defer stop()
			grader, err := filepath.Abs("testdata/naive_grader.py")
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(ctx, exe, "-B", grader, map[bool]string{true: "assert", false: mode}[mode == "x86"], file)
			cmd.Env = append(os.Environ(), "ASSAY_ATTACK_SECRET="+secret, "TMPDIR="+stage.dir)
			cmd.Dir = filepath.Join(t.TempDir(), "inner") // attacks write here and beside it
			if err := os.Mkdir(cmd.Dir, 0o755); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &limited{Buffer: &out}, &errs
			err = cmd.Run()
			if mode == "hang" {
				if ctx.Err() == nil {
					t.Error("it ended by itself")
				}
				return
			}
			if mode == "exit" {
				if err != nil || out.Len() != 0 {
					t.Errorf("the exit code does not say success: %v %s", err, out.String())
				}
				return
			}
			if !naiveVerdict(out.String()) {
				t.Errorf("it does not work: %v\n%s\n%s", err, out.String(), errs.String())
			}
		})
	}
}

// children counts the children of our own processes with a word in their command line.
func children(t *testing.T, word string) int {
	t.Helper()
	n := 0
	for range 20 { // they are reaped in their own time
		n = 0
		for _, pid := range pythons(t, word) {
			b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
			n += len(strings.Fields(string(b)))
		}
		if n <= 1 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return n
}

// limited keeps the first MiB.
type limited struct{ *bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	if l.Len() < 1<<20 {
		l.Buffer.Write(b)
	}
	return len(b), nil
}

// naiveVerdict believes the last line, as such graders do.
func naiveVerdict(out string) bool {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var v struct{ Passed, Total int }
	return json.Unmarshal([]byte(lines[len(lines)-1]), &v) == nil && v.Total > 0 && v.Passed == v.Total
}

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
		if _, err := os.Stat("/proc/sys/kernel/unprivileged_userns_clone"); err == nil {
			t.Skip("this kernel may forbid user namespaces to users")
		}
		again(t, exe, ordinary(nobody, false), "isolation L2")
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

// The message of a hidden case may quote an input; what a candidate sees may not.
func TestErrorTextStaysHidden(t *testing.T) {
	g, s := grader(t, Config{}), meansSpec(t)
	r := grade(t, g, s, cell("def solve(X):\n    raise ValueError('INPUT %r' % (X.tolist(),))"), Options{SkipFluency: true})
	for _, policy := range []string{report.PolicyFull, report.PolicyCounts, report.PolicyNone} {
		seen := r.ForCandidate(policy)
		for _, c := range seen.Correctness.Cases {
			if c.Class != "public" && strings.Contains(c.Message, "INPUT") {
				t.Errorf("%s: %s", policy, c.Message)
			}
		}
	}
}

// Without the locks the same files succeed in the same runner: so it is the locks that stop them, and not some detail
// of how the runner loads an answer.
func TestAttacksWorkWithoutLocks(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are no locks to leave off")
	}
	t.Setenv("ASSAY_ATTACK_SECRET", secret)
	g, spec, stage := grader(t, Config{MaxLevel: "L0"}), meansSpec(t), newStage(t)
	prelude := read(t, "testdata/attacks/prelude.txt")
	for _, name := range attackNames(t) {
		base := strings.TrimSuffix(filepath.Base(name), ".py")
		text := read(t, name)
		if base[0] != 'h' || strings.HasPrefix(text, "# naive: none") || strings.Contains(text, "# not stopped by locks") {
			continue
		}
		t.Run(base, func(t *testing.T) {
			sub := Submission{Cells: []Cell{{ID: "p", Source: prelude}, {ID: "a", Source: stage.source(text, true)}}}
			r := grade(t, g, spec, sub, Options{Session: "open", SkipFluency: true})
			if r.Correctness.Points == nil || *r.Correctness.Points == 0 {
				t.Error(r.Status, r.Message, dump(r))
			}
		})
	}
}
