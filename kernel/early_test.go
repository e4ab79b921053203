package kernel

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/assay-kernel/assay/protocol"
)

// fixedConnectionFile is a connection file as Jupyter writes it: the ports are known before the kernel is there.
func fixedConnectionFile(t *testing.T) (string, protocol.ConnectionFile) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kernel-early.json")
	f := protocol.ConnectionFile{Transport: "tcp", IP: "127.0.0.1", Key: "front-key", SignatureScheme: "hmac-sha256"}
	for _, channel := range []string{protocol.Shell, protocol.IOPub, protocol.Stdin, protocol.Control, protocol.HB} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		f.SetPort(channel, l.Addr().(*net.TCPAddr).Port)
	}
	if err := f.Write(path); err != nil {
		t.Fatal(err)
	}
	return path, f
}

// A client that is there before the kernel, and sends its first cell before the child can hear, gets everything that a
// plain kernel says to one that waited until it was ready: plain itself may lose the outputs of such a cell.
func TestEarlyClientMissesNothing(t *testing.T) {
	const code = "print('first')\n40 + 2"
	hello := func(c *client) string {
		c.run("r1", code)
		return trace(c.untilIdle("r1")) + trace([]*got{c.reply(protocol.Shell, "r1")})
	}
	patient := dialClient(t, plainKernel(t), "a")
	patient.ready()
	want := hello(patient)
	for range 3 {
		path, file := fixedConnectionFile(t)
		launch(t, path)
		if got := hello(dialClient(t, file, "a")); got != want {
			t.Errorf("got\n%s\na patient client of a plain kernel got\n%s", got, want)
		}
	}
}
