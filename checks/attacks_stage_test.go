package checks

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

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
