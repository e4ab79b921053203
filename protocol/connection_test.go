package protocol

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const plainFile = `{"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,
 "ip":"127.0.0.1","key":"abc","transport":"tcp","signature_scheme":"hmac-sha256","kernel_name":"python3","jupyter_session":"/n.ipynb"}`

func TestParseConnectionFile(t *testing.T) {
	tests := []struct {
		name, in string
		check    func(ConnectionFile) bool
		err      string
	}{
		{"plain", plainFile, func(c ConnectionFile) bool {
			return c.Endpoint(Shell) == "tcp://127.0.0.1:1" && c.Endpoint(HB) == "tcp://127.0.0.1:5" && c.Key == "abc" && c.JupyterSession == "/n.ipynb"
		}, ""},
		{"ipc", `{"transport":"ipc","ip":"/run/k-ipc","shell_port":1,"iopub_port":2,"key":""}`,
			func(c ConnectionFile) bool { return c.Endpoint(IOPub) == "ipc:///run/k-ipc-2" }, ""},
		{"port 0, no key", `{}`, func(c ConnectionFile) bool {
			return c.Endpoint(Control) == "tcp://127.0.0.1:0" && c.Key == "" && c.SignatureScheme == DefaultScheme
		}, ""},
		{"ipv6", `{"ip":"::1","stdin_port":9}`, func(c ConnectionFile) bool { return c.Endpoint(Stdin) == "tcp://[::1]:9" }, ""},
		{"unset curve", `{"curve_publickey":null,"curve_secretkey":""}`, func(ConnectionFile) bool { return true }, ""},
		{"curve", `{"curve_publickey":"x"}`, nil, "CurveZMQ"},
		{"registration", `{"registration_port":1}`, nil, "registration"},
		{"transport", `{"transport":"udp"}`, nil, `"udp" is not supported`},
		{"scheme", `{"signature_scheme":"rot13"}`, nil, "rot13"},
		{"range", `{"shell_port":70000}`, nil, "shell_port is 70000"},
		{"negative", `{"hb_port":-1}`, nil, "hb_port is -1"},
		{"fraction", `{"hb_port":1.5}`, nil, "hb_port"},
		{"port as text", `{"hb_port":"1"}`, nil, "hb_port"},
		{"shared port", `{"shell_port":7,"hb_port":7}`, nil, "both 7"},
		{"empty ip", `{"ip":""}`, nil, "ip"},
		{"twice", `{"key":"a","key":"b"}`, nil, "twice"},
		{"not JSON", `hello`, nil, "JSON"},
		{"long", `{"x":"` + strings.Repeat("x", maxConnectionFile) + `"}`, nil, "long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := ParseConnectionFile([]byte(tt.in))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || !strings.HasPrefix(err.Error(), "connection file: ") {
					t.Fatalf("error %v, want one about %q", err, tt.err)
				}
				return
			}
			if err != nil || !tt.check(c) {
				t.Errorf("got %+v, %v", c, err)
			}
		})
	}
}

func TestWriteConnectionFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kernel.json")
	if err := os.WriteFile(path, []byte(`{"shell_port":0,"theirs":{"a":1},"key":"old"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := ParseConnectionFile([]byte(plainFile))
	if err != nil {
		t.Fatal(err)
	}
	c.SetPort(Shell, 4711)
	if err := c.Write(path); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	got, err := ReadConnectionFile(path)
	if err != nil || got != c {
		t.Errorf("got %+v, %v", got, err)
	}
	raw, _ := os.ReadFile(path)
	if o, _ := ParseObject(raw); o.Object("theirs") == nil {
		t.Errorf("a foreign key was lost: %s", raw)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".connection-*")); left != nil {
		t.Errorf("left over: %v", left)
	}
	if err := c.Write(filepath.Join(path, "no", "such")); err == nil {
		t.Error("no error although the folder does not exist")
	}
	if _, err := ReadConnectionFile(path + "x"); err == nil {
		t.Error("no error although the file does not exist")
	}
}

func FuzzConnectionFile(f *testing.F) {
	f.Add([]byte(plainFile))
	f.Add([]byte(`{"transport":"ipc","ip":"x","curve_secretkey":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := ParseConnectionFile(raw)
		if err != nil {
			return
		}
		back, err := ParseConnectionFile(Encode(c))
		if err != nil || back != c {
			t.Fatalf("%+v came back as %+v, %v", c, back, err)
		}
		if n := len(c.Endpoint(Shell)); n > 3*len(raw)+100 {
			t.Fatalf("endpoint of %d bytes", n)
		}
	})
}
