package kernel

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/assay-kernel/assay/kernel/wire"
	"github.com/assay-kernel/assay/protocol"
)

// front is the five sockets that Jupyter's clients connect to.
type front struct {
	file    protocol.ConnectionFile
	sockets map[string]*wire.Listener
}

// bind opens the sockets that the connection file names. Ports that it leaves open are written back to it.
func bind(ctx context.Context, path string, file protocol.ConnectionFile, log *slog.Logger, r *relay) (fr *front, err error) {
	fr = &front{file: file, sockets: map[string]*wire.Listener{}}
	defer func() {
		if err != nil {
			fr.close(0)
		}
	}()
	o := wire.Options{Logger: log}
	handlers := map[string]wire.Handler{
		protocol.Shell:   r.client(protocol.Shell, r.shellIn),
		protocol.Control: r.client(protocol.Control, r.controlIn),
		protocol.Stdin:   r.client(protocol.Stdin, r.stdinIn),
		protocol.IOPub:   {Subscribe: r.subscribed},
		protocol.HB:      {Message: func(p *wire.Peer, f wire.Frames) { p.Send(f) }},
	}
	chosen := false
	for i, channel := range []string{protocol.IOPub, protocol.Shell, protocol.Control, protocol.Stdin, protocol.HB} {
		listen := wire.ListenRouter
		if channel == protocol.IOPub {
			listen = wire.ListenPub
		}
		if file.Transport == "ipc" && portOf(fr.file, channel) == 0 {
			fr.file.SetPort(channel, i+1)
			chosen = true
		}
		l, err := listen(ctx, fr.file.Endpoint(channel), handlers[channel], o)
		if err != nil {
			return fr, fmt.Errorf("%s socket: %v", channel, err)
		}
		fr.sockets[channel] = l
		if l.Port() != 0 && l.Port() != portOf(fr.file, channel) {
			fr.file.SetPort(channel, l.Port())
			chosen = true
		}
	}
	if chosen {
		return fr, fr.file.Write(path)
	}
	return fr, nil
}

func portOf(file protocol.ConnectionFile, channel string) int {
	return map[string]int{
		protocol.Shell: file.ShellPort, protocol.IOPub: file.IOPubPort, protocol.Stdin: file.StdinPort,
		protocol.Control: file.ControlPort, protocol.HB: file.HBPort,
	}[channel]
}

// ports is the content of a connect_reply.
func (fr *front) ports() protocol.ConnectReply {
	return protocol.ConnectReply{
		Status: "ok", Shell: fr.file.ShellPort, IOPub: fr.file.IOPubPort, Stdin: fr.file.StdinPort,
		Control: fr.file.ControlPort, HB: fr.file.HBPort,
	}
}

// close closes all sockets at once; what is queued for clients has linger to get out.
func (fr *front) close(linger time.Duration) {
	var wg sync.WaitGroup
	for _, l := range fr.sockets {
		wg.Go(func() { l.Close(linger) })
	}
	wg.Wait()
}
