package link

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// A session that is refused still delivers what earlier kernels left, and Close ends that before it returns.
func TestRefusedSessionLeavesNothingRunning(t *testing.T) {
	p := newPeer(t)
	p.refuses, p.mute = "warm-up", "earlier"
	home := p.home()
	s, err := session.CreateSpool(home+"/spool", session.Hello{Challenge: p.mute, Protocol: session.LinkProtocol}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(session.Event{Kind: session.KindKernelEnded}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	log := newStuckLog(slog.LevelWarn)
	c := client(t, home, func(cfg *Config) { cfg.Logger = slog.New(log) })
	eventually(t, "the earlier kernel's Hello", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return slices.ContainsFunc(p.hellos, func(h session.Hello) bool { return h.Challenge == p.mute })
	})
	closed := make(chan struct{})
	go func() { defer close(closed); shut(t, c, time.Minute) }()
	<-log.reached // the delivery was ended, and logs that the events wait
	select {
	case <-closed:
		t.Error("Close left a delivery running")
	case <-time.After(100 * time.Millisecond):
	}
	close(log.free)
	<-closed
}
