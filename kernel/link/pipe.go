package link

import (
	"sync"

	"github.com/assay-kernel/assay/kernel/session"
)

// pipe is a channel of Down without a bound: the reader of a websocket must not wait for a kernel that is busy, and a
// kernel must not lose an answer. What it can hold is bounded by what the kernel asked for.
type pipe struct {
	out  chan session.Down
	mu   sync.Mutex
	list []session.Down
	wake chan struct{}
	stop chan struct{}
	done chan struct{}
}

func newPipe() *pipe {
	p := &pipe{out: make(chan session.Down), wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go p.run()
	return p
}

func (p *pipe) put(d session.Down) {
	p.mu.Lock()
	p.list = append(p.list, d)
	p.mu.Unlock()
	kick(p.wake)
}

// run ends when the pipe is closed.
func (p *pipe) run() {
	defer close(p.done)
	defer close(p.out)
	for {
		p.mu.Lock()
		list := p.list
		p.list = nil
		p.mu.Unlock()
		for _, d := range list {
			select {
			case p.out <- d:
			case <-p.stop:
				return
			}
		}
		select {
		case <-p.wake:
		case <-p.stop:
			return
		}
	}
}

func (p *pipe) close() {
	close(p.stop)
	<-p.done
}
