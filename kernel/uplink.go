package kernel

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// closeTime is what the uplink gets to deliver its last events. What is left is on disk and goes with the next kernel.
const closeTime = 500 * time.Millisecond

// open connects to the companion, once, for the challenge of the first such cell.
func (k *kernel) open(c *cell) {
	if k.c.Open == nil {
		return
	}
	k.opening.Do(func() {
		defer func() {
			if p := recover(); p != nil {
				k.log.Error("companion not reached", "panic", p)
			}
		}()
		link := k.c.Open(session.Hello{
			Protocol: session.LinkProtocol, Challenge: c.challenge, Instance: c.instance,
			Notebook: k.notebook(), KernelID: kernelID(k.c.ConnectionFile),
		})
		if link == nil {
			return
		}
		k.link, k.heard = link, make(chan struct{})
		k.tell.start(link)
		started := session.KernelStarted{KernelID: kernelID(k.c.ConnectionFile), Notebook: k.notebook(), Python: k.c.Python}
		if b := k.relay.banner.Load(); b != nil {
			started.Banner = *b
		}
		k.tell.add(session.KindKernelStarted, "", "", started)
		k.relay.flight.begin(c.challenge)
		go k.hear()
	})
}

// hear passes on what the companion says. It ends when the uplink is closed, or with the run.
func (k *kernel) hear() {
	defer close(k.heard)
	events := k.link.Events()
	for {
		select {
		case d, ok := <-events:
			switch {
			case !ok:
				return
			case d.Welcome != nil:
				k.relay.flight.welcomed(*d.Welcome)
			case d.Feedback != nil:
				k.relay.flight.feedback(*d.Feedback)
			}
		case <-k.ctx.Done():
			return
		}
	}
}

// closeUplink records the end and gives the last events a moment.
func (k *kernel) closeUplink(why string) {
	k.opening.Do(func() {}) // from here on nothing opens
	k.tell.add(session.KindKernelEnded, "", "", session.KernelEnded{Why: why})
	k.tell.start(nil)
	if k.link == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := k.link.Close(ctx); err != nil {
		k.log.Info("events are kept for later", "err", err)
	}
	select {
	case <-k.heard:
	case <-ctx.Done():
	}
}

// notebook is the path of the notebook, as Jupyter gave it when it started us.
func (k *kernel) notebook() string {
	if name := os.Getenv("JPY_SESSION_NAME"); name != "" {
		return name
	}
	return k.file.JupyterSession
}

// kernelID is Jupyter's id of the kernel, which survives restarts: it is in the name of the connection file.
func kernelID(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), ".json")
	if id, ok := strings.CutPrefix(name, "kernel-"); ok {
		return id
	}
	return ""
}
