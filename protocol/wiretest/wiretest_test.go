package wiretest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/protocol"
)

// startKernel starts this binary as the kernel and connects a client to it.
func startKernel(t *testing.T) (*Client, *exec.Cmd) { return start(t, os.Args[0]) }

func start(t *testing.T, program string) (*Client, *exec.Cmd) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kernel.json")
	cf, err := protocol.ParseConnectionFile([]byte(`{"key":"secret"}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := cf.Write(file); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-m", "ipykernel_launcher", "-f", file)
	cmd.Env = append(os.Environ(), KernelEnv+"=1", "PYDEVD_DISABLE_FILE_VALIDATION=1") // else it warns on iopub
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for end := time.Now().Add(60 * time.Second); cf.ShellPort == 0 || cf.HBPort == 0; time.Sleep(5 * time.Millisecond) {
		if cf, err = protocol.ReadConnectionFile(file); time.Now().After(end) { // ipykernel does not write it in one go
			t.Fatalf("the kernel does not write its ports: %v", err)
		}
	}
	c, err := Dial(t.Context(), cf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, cmd
}

func TestStories(t *testing.T) { RunStories(t, "testdata/*.txt", tell(startKernel)) }

// The stories that need no commands of ours are true of the real kernel too: that is what this one imitates.
func TestStoriesOfIPython(t *testing.T) {
	py := os.Getenv("ASSAY_PYTHON")
	if py == "" {
		py = filepath.Join("..", "..", ".venv", "bin", "python")
	}
	if out, err := exec.Command(py, "-c", "import ipykernel").CombinedOutput(); err != nil {
		t.Fatalf("this test needs ipykernel: make venv, or let ASSAY_PYTHON name a Python that has it (%v) %s", err, out)
	}
	for _, name := range []string{"info", "shutdown"} {
		RunStories(t, "testdata/"+name+".txt", tell(func(t *testing.T) (*Client, *exec.Cmd) { return start(t, py) }))
	}
}

// tell prepares a story with a kernel that start starts.
func tell(start func(t *testing.T) (*Client, *exec.Cmd)) func(t *testing.T) *Story {
	return func(t *testing.T) *Story {
		c, cmd := start(t)
		return &Story{Client: c, Timeout: 30 * time.Second, Verbs: map[string]func(string) error{
			"ready":     func(string) error { return c.Ready(30 * time.Second) },
			"interrupt": func(string) error { return cmd.Process.Signal(os.Interrupt) },
			"exits": func(want string) error {
				cmd.Wait()
				if got := cmd.ProcessState.String(); got != want {
					return fmt.Errorf("it ended with %s", got)
				}
				return nil
			},
		}}
	}
}

// A story that does not come true must fail, and say where.
func TestStoryFails(t *testing.T) {
	c, _ := startKernel(t)
	if err := c.Ready(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"> shell kernel_info_request\n< shell kernel_info_reply {\"status\":\"bad\"}":     "2: ",
		"> shell kernel_info_request\n< shell execute_reply":                              "2: ",
		"> shell kernel_info_request\n< shell kernel_info_reply of -":                     "parent",
		"> shell kernel_info_request\nquiet shell 200ms":                                  "2: ",
		"> shell kernel_info_request {":                                                   "1: ",
		"< nowhere status":                                                                "no channel",
		"dance":                                                                           "unknown verb",
		"# said\n\n> shell execute_request {\"code\":\n  \"print hi\"}\n< stdin whatever": "5: ",
	}
	for text, want := range tests {
		c.settle()
		err := (&Story{Client: c, Timeout: 200 * time.Millisecond}).Run(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

func TestMatch(t *testing.T) {
	got := []byte(`{"a":{"b":[1,"text",null],"c":true}}`)
	for _, want := range []string{`{}`, `{"a":"*"}`, `{"a":{"c":true}}`, `{"a":{"b":[1,"~^te.t$",null]}}`} {
		if err := matchJSON([]byte(want), got); err != nil {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, want := range []string{`{"b":"*"}`, `{"a":{"c":false}}`, `{"a":{"b":[1,"text"]}}`, `{"a":{"b":[1,"~^x",null]}}`, `{"a":{"b":[1,"tex",null]}}`, `[]`, `{"a":"~"}`} {
		if matchJSON([]byte(want), got) == nil {
			t.Errorf("%s matches", want)
		}
	}
}

// Messages with a wrong signature are dropped, buffers come back as they were.
func TestSignaturesAndBuffers(t *testing.T) {
	c, _ := startKernel(t)
	if err := c.Ready(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	m := protocol.New(protocol.NewHeader("kernel_info_request", c.Session, "u"), nil, []byte("{}"))
	m.Signature = []byte("forged")
	c.SendFrames(protocol.Shell, m.Frames())
	if m, err := c.Recv(protocol.Shell, 200*time.Millisecond); err == nil {
		t.Errorf("a forged request was answered with %s", m.Header)
	}
	open := `{"comm_id":"1","target_name":"echo","data":{}}`
	c.Send(protocol.Shell, "comm_open", []byte(open))
	buffers := [][]byte{{}, {0, 255}, bytes.Repeat([]byte("x"), 1<<20)}
	c.Send(protocol.Shell, "comm_msg", []byte(`{"comm_id":"1","data":{"x":1}}`), func(m *protocol.Message) { m.Buffers = buffers })
	got, err := c.RecvType(protocol.IOPub, "comm_msg", 5*time.Second)
	if err != nil || len(got.Buffers) != 3 || !bytes.Equal(got.Buffers[2], buffers[2]) || !bytes.Equal(got.Buffers[1], buffers[1]) {
		t.Errorf("buffers changed: %v", err)
	}
}
