package kernel

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

func openFiles(t *testing.T) int {
	t.Helper()
	e, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(e)
}

// settled is what a kernel holds when everybody but its one client has left.
type settled struct{ mirrors, peers, files, goroutines int }

func (k *kernel) settled(t *testing.T) settled {
	k.relay.mu.Lock()
	defer k.relay.mu.Unlock()
	s := settled{mirrors: len(k.relay.mirrors), files: openFiles(t), goroutines: runtime.NumGoroutine()}
	for _, l := range k.front.sockets {
		s.peers += l.Peers()
	}
	return s
}

// runHere runs a kernel with the fake child in this process.
func runHere(t *testing.T) (*kernel, *client) {
	t.Helper()
	k, err := prepare(Config{ConnectionFile: newConnectionFile(t), Stderr: io.Discard, command: []string{os.Args[0], "fake-child"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	c := dialClient(t, k.front.file, "main")
	c.ready()
	return k, c
}

// back waits until a kernel holds no more than before.
func back(t *testing.T, k *kernel, before settled) {
	t.Helper()
	var now settled
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if now = k.settled(t); now.mirrors <= before.mirrors && now.peers <= before.peers && now.files <= before.files && now.goroutines <= before.goroutines {
			return
		}
	}
	t.Errorf("before %+v, now %+v", before, now)
}

// A thousand connections that come and go while cells run leave nothing behind in the kernel, and disturb no cell.
func TestThousandConnectionsUnderTraffic(t *testing.T) {
	k, c := runHere(t)
	before := k.settled(t)
	over := make(chan struct{})
	var traffic, crowd sync.WaitGroup
	cells := 0
	traffic.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
				if got := c.eval("print('served')"); got != "served" {
					t.Errorf("cell %d printed %q", cells, got)
				}
				cells++
			}
		}
	})
	const clients, each, channels = 5, 50, 4
	for g := range clients {
		crowd.Go(func() {
			for i := range each {
				visitor := dialClient(t, k.front.file, fmt.Sprint("visitor", g))
				if i%2 == 0 {
					visitor.ready()
				} else {
					visitor.run(fmt.Sprint("r", g, i), "1") // and leaves without waiting
				}
				visitor.close()
			}
		})
	}
	crowd.Wait()
	close(over)
	traffic.Wait()
	back(t, k, before)
	if cells < 20 {
		t.Errorf("only %d cells ran beside %d connections", cells, clients*each*channels)
	}
}

// greetingAndReady is how a ZMTP 3.0 peer begins.
func greetingAndReady(socketType string) []byte {
	b := make([]byte, 64)
	b[0], b[8], b[9], b[10] = 0xff, 1, 0x7f, 3
	copy(b[12:], "NULL")
	body := append([]byte("\x05READY\x0bSocket-Type"), binary.BigEndian.AppendUint32(nil, uint32(len(socketType)))...)
	body = append(body, socketType...)
	return append(append(b, 4, byte(len(body))), body...)
}

// Peers that stall, stay silent or send what no ZeroMQ peer would send hold up nobody, and are gone when they leave.
func TestHostileConnectionsHoldUpNobody(t *testing.T) {
	k, c := runHere(t)
	before := k.settled(t)
	subscriber := append(greetingAndReady("SUB"), 0, 1, 1)
	request := greetingAndReady("DEALER")
	ask := c.make("kernel_info_request", "stalled", "{}", nil)
	for range 2000 { // replies that nobody reads
		h := protocol.NewHeader("kernel_info_request", "stalled", "tester")
		ask.Header = h.Encode()
		c.face.SignMessage(ask)
		request = append(request, framed(ask.Frames())...)
	}
	huge := append(greetingAndReady("DEALER"), 2, 0x40, 0, 0, 0, 0, 0, 0, 0)
	ping := append(greetingAndReady("DEALER"), 4, 7, 4, 'P', 'I', 'N', 'G', 0, 1)
	var open []net.Conn
	for channel, sent := range map[string][][]byte{
		protocol.IOPub:   {subscriber, subscriber, {}, huge, ping},
		protocol.Shell:   {request, {}, []byte("GET / HTTP/1.1\r\n\r\n"), huge, ping, greetingAndReady("SUB"), greetingAndReady("nonsense")},
		protocol.Control: {{}, {0xff}, huge, greetingAndReady("DEALER")[:70]},
		protocol.Stdin:   {{}, make([]byte, 64), ping},
		protocol.HB:      {{}, huge, make([]byte, 1000)},
	} {
		for _, b := range sent {
			conn, err := net.Dial("tcp", strings.TrimPrefix(k.front.file.Endpoint(channel), "tcp://"))
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, conn)
			go conn.Write(b)
		}
	}
	start := time.Now()
	c.run("flood", "print('x' * 30000000)")
	if n := len(text(c.untilIdle("flood"))); n != 30_000_001 {
		t.Errorf("%d bytes came beside stalled subscribers", n)
	}
	c.reply(protocol.Shell, "flood")
	heartbeat(t, k.front.file)
	another := dialClient(t, k.front.file, "another")
	another.ready()
	another.close()
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("the others waited %v", took)
	}
	for _, conn := range open {
		conn.Close()
	}
	back(t, k, before)
}

// framed is a message as ZMTP has it on the wire.
func framed(f wire.Frames) []byte {
	var b []byte
	for i, frame := range f {
		flags := byte(0)
		if i < len(f)-1 {
			flags = 1
		}
		b = append(b, flags|2)
		b = binary.BigEndian.AppendUint64(b, uint64(len(frame)))
		b = append(b, frame...)
	}
	return b
}
