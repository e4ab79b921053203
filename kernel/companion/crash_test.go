package companion

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/session"
)

// serveUntilKilled is the companion of the tests that kill it: a real process with a scripted grader.
func serveUntilKilled(home string) {
	c, err := Open(Config{Home: home, Bank: bank{}, Grader: &scripted{}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("ready")
	_ = c.Serve(context.Background())
	os.Exit(0)
}

// spawn starts a companion process and waits until it listens.
func spawn(t *testing.T, home string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "ASSAY_TEST_COMPANION="+home)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "ready" {
		t.Fatalf("companion says %q, %v", line, err)
	}
	return cmd
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
}

// TestKilledCompanionLosesNothing kills a companion again and again while four kernels record and ask for verdicts.
// Afterwards every event of every kernel is in the log exactly once, byte for byte as it was spooled, every chain holds,
// and every judged run has exactly one verdict.
func TestKilledCompanionLosesNothing(t *testing.T) {
	home := t.TempDir()
	kills := 8
	if testing.Short() {
		kills = 2
	}
	cmd := spawn(t, home)
	var kernels []*kernel
	for i := range 4 {
		kernels = append(kernels, connect(t, home, session.Hello{Instance: fmt.Sprint("nb", i), KernelID: fmt.Sprint("k", i)}))
	}
	sent := make([][]session.Event, len(kernels))
	judged := make([][]string, len(kernels))
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			for i, k := range kernels {
				sent[i] = append(sent[i], burst(k, n)...)
				if n%10 == 9 {
					judged[i] = append(judged[i], fmt.Sprintf("%d", n))
				}
			}
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	for range kills {
		time.Sleep(150 * time.Millisecond)
		kill(t, cmd)
		time.Sleep(30 * time.Millisecond)
		cmd = spawn(t, home)
	}
	close(stop)
	<-done
	for i, k := range kernels {
		for _, request := range judged[i] {
			k.final(request)
		}
		k.close()
	}
	kill(t, cmd)
	s, err := store.Open(home, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	total := 0
	for i, k := range kernels {
		total += checkLog(t, s, k, sent[i], judged[i])
	}
	t.Logf("%d kills, %d events of %d kernels", kills, total, len(kernels))
}

// burst records one run with an output; every tenth asks for a verdict.
func burst(k *kernel, n int) []session.Event {
	request := fmt.Sprint(n)
	var out []session.Event
	add := func(kind session.Kind, data any) {
		e, err := session.NewEvent(kind, request, "cell", data)
		if err != nil {
			k.t.Error(err)
		}
		e.Time, e.Mono = time.Now(), int64(n+1)
		k.Record(e)
		out = append(out, e)
	}
	add(session.KindCellStarted, session.CellStarted{Code: fmt.Sprintf("x = %d  # <&> é", n), Role: session.RoleSolution})
	add(session.KindOutput, session.Output{Output: []byte(fmt.Sprintf(`{"name":"stdout","output_type":"stream","text":"%s"}`, strings.Repeat("o", n%300)))})
	add(session.KindCellFinished, session.CellFinished{Status: "ok", Judge: n%10 == 9})
	return out
}

func checkLog(t *testing.T, s *store.Store, k *kernel, sent []session.Event, judged []string) int {
	t.Helper()
	id, err := s.SessionOf(t.Context(), k.Source())
	if err != nil || id == "" {
		t.Fatalf("%s has no session: %v", k.Source(), err)
	}
	log, err := s.ReadAll(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	known, _, err := s.Session(t.Context(), id)
	if err = errors.Join(err, session.Verify(log, known.Head)); err != nil {
		t.Error(err)
	}
	verdicts := map[string]int{}
	got := 0
	for _, r := range log {
		if r.Kind == session.KindVerdict {
			verdicts[r.Request]++
		}
		if r.Source != k.Source() {
			continue
		}
		if got >= len(sent) {
			t.Fatalf("more than the %d events that were sent", len(sent))
		}
		want, err := session.Normalize(sent[got])
		got++
		if want.SrcSeq = uint64(got); err != nil || !reflect.DeepEqual(mustEncode(t, want), mustEncode(t, r.Event)) {
			t.Fatalf("event %d is %s, sent %s", got, mustEncode(t, r.Event), mustEncode(t, want))
		}
	}
	if got != len(sent) {
		t.Errorf("%d events stored, %d sent", got, len(sent))
	}
	for _, request := range judged {
		if verdicts[request] != 1 {
			t.Errorf("run %s has %d verdicts", request, verdicts[request])
		}
	}
	return got
}

func mustEncode(t *testing.T, v any) string {
	t.Helper()
	b, err := session.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
