package kernel

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
	"github.com/assay-kernel/assay/protocol"
)

// python is the interpreter of the tests that need a real ipykernel.
func python(t testing.TB) string {
	t.Helper()
	path := os.Getenv("ASSAY_PYTHON")
	if path == "" {
		path = filepath.Join("..", ".venv", "bin", "python")
	}
	path, err := filepath.Abs(path)
	if err == nil {
		err = exec.Command(path, "-c", "import ipykernel").Run()
	}
	if err != nil {
		t.Fatalf("this test needs a Python with ipykernel: run make venv, or name one in ASSAY_PYTHON (%s: %v)", path, err)
	}
	return path
}

// rig is a kernel under test in this process, with a companion that the test plays.
type rig struct {
	t    testing.TB
	file protocol.ConnectionFile
	link *testLink
	stop context.CancelFunc
	err  chan error
}

// newRig starts a kernel. Its child is the fake one unless py names a Python.
func newRig(t testing.TB, py string, change func(*Config)) *rig {
	t.Helper()
	path := newConnectionFile(t)
	r := &rig{t: t, link: newTestLink(), err: make(chan error, 1)}
	c := Config{ConnectionFile: path, Python: py, Stderr: testWriter(t), Open: r.link.open}
	if py == "" {
		c.command = []string{os.Args[0], "fake-child"}
	}
	if change != nil {
		change(&c)
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.err <- Run(ctx, c) }()
	r.file = waitForPorts(t, path)
	t.Cleanup(func() {
		stop()
		select {
		case <-r.err:
		case <-time.After(patience):
			t.Error("kernel did not end")
		}
	})
	return r
}

func newConnectionFile(t testing.TB) string {
	path := filepath.Join(t.TempDir(), "kernel-11111111-2222-3333-4444-555555555555.json")
	f := protocol.ConnectionFile{Transport: "tcp", IP: "127.0.0.1", Key: "front-key", SignatureScheme: "hmac-sha256"}
	if err := f.Write(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func waitForPorts(t testing.TB, path string) protocol.ConnectionFile {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if f, err := protocol.ReadConnectionFile(path); err == nil && f.HBPort != 0 {
			return f
		}
	}
	t.Fatal("the kernel did not write its ports")
	return protocol.ConnectionFile{}
}

// testWriter logs what a kernel says, as long as the test runs.
func testWriter(t testing.TB) *logWriter {
	w := &logWriter{t: t}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.over = true
	})
	return w
}

type logWriter struct {
	mu   sync.Mutex
	t    testing.TB
	over bool
	all  []byte
}

func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.all = append(w.all, p...)
		w.t.Logf("kernel: %s", p)
	}
	return len(p), nil
}

// testLink is an uplink whose other end is the test.
type testLink struct {
	hello  chan session.Hello
	events chan session.Event
	down   chan session.Down
	once   sync.Once
}

func newTestLink() *testLink {
	return &testLink{hello: make(chan session.Hello, 1), events: make(chan session.Event, 1<<16), down: make(chan session.Down, 64)}
}

func (l *testLink) open(h session.Hello) Uplink {
	l.hello <- h
	return l
}

func (l *testLink) Record(e session.Event)      { l.events <- e }
func (l *testLink) Events() <-chan session.Down { return l.down }
func (l *testLink) Close(context.Context) error {
	l.once.Do(func() { close(l.down) })
	return nil
}
