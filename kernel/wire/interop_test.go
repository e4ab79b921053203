package wire

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// python starts testdata/interop.py with the Python of ASSAY_PYTHON or, by default, of the repository's environment.
func python(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	py := os.Getenv("ASSAY_PYTHON")
	if py == "" {
		py = filepath.Join("..", "..", ".venv", "bin", "python")
	}
	if out, err := exec.Command(py, "-c", "import zmq").CombinedOutput(); err != nil {
		t.Fatalf("these tests talk to libzmq: make venv, or let ASSAY_PYTHON name a Python that has pyzmq (%v) %s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), py, append([]string{filepath.Join("testdata", "interop.py")}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd
}

// libzmq's clients against our bound sockets.
func TestLibzmqClients(t *testing.T) {
	pubIn := newInbox()
	var pub *Listener
	h := pubIn.handler()
	h.Subscribe = func(_ *Peer, topic []byte, on, first bool) {
		if on && first {
			pub.Publish(Frames{topic, []byte("welcome")})
		}
	}
	ready := make(chan struct{})
	h.Open = func(*Peer) { <-ready }
	pub = listenPub(t, h, Options{})
	close(ready)
	router := listenRouter(t, Handler{Message: func(p *Peer, f Frames) {
		if string(f[0]) != "publish" {
			p.SendFrom(p, f)
			return
		}
		n, _ := strconv.Atoi(string(f[2]))
		for i := range n {
			pub.Publish(Frames{f[1], []byte(strconv.Itoa(i)), make([]byte, 200)})
		}
	}}, Options{})
	out, err := python(t, "client", router.Endpoint(), pub.Endpoint()).Output()
	if err != nil || string(out) != "ok\n" {
		t.Errorf("%s %v", out, err)
	}
	eventually(t, "all clients are gone", func() bool { return router.Peers()+pub.Peers() == 0 })
}

// Our connecting sockets against a kernel's, as libzmq binds them.
func TestLibzmqServer(t *testing.T) {
	cmd := python(t, "server")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	line, _ := bufio.NewReader(out).ReadString('\n')
	var routerPort, pubPort int
	if _, err := fmt.Sscan(line, &routerPort, &pubPort); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	dealerIn, subIn := newInbox(), newInbox()
	sub := dialed(t)(DialSub(t.Context(), fmt.Sprint("tcp://127.0.0.1:", pubPort), [][]byte{{}, []byte("status")}, subIn.handler(), Options{}))
	d := dialed(t)(DialDealer(t.Context(), fmt.Sprint("tcp://127.0.0.1:", routerPort), []byte("me"), dealerIn.handler(), Options{}))
	for range 10 { // the server answers only after it has seen both subscriptions
		d.Send(sample())
	}
	for range 10 {
		if f := recv(t, dealerIn.messages); !sameFrames(f, sample()) {
			t.Fatal("the echo changed")
		}
	}
	const n = 20000
	d.Send(Frames{[]byte("flood"), []byte(strconv.Itoa(n))})
	for i := range n {
		if f := recv(t, subIn.messages); len(f) != 3 || string(f[1]) != strconv.Itoa(i) {
			t.Fatalf("message %d is %q", i, f)
		}
	}
	d.Send(Frames{[]byte("die")})
	if f := recv(t, dealerIn.messages); string(f[0]) != "last words" {
		t.Errorf("got %q", f)
	}
	if recv(t, dealerIn.closed) == nil || recv(t, subIn.closed) == nil {
		t.Error("the kernel's death looks like our own Close")
	}
	<-sub.Done()
}
