package harness

import (
	"bytes"
	"encoding/json"
	"errors"
	"syscall"
	"time"
)

// message is a line from the zygote; one of the groups is set.
type message struct {
	Ready *Info  `json:"ready"`
	Error string `json:"error"`

	Forked int `json:"forked"`
	PID    int `json:"pid"` // 0: there was no room for the child

	Exit   int     `json:"exit"`
	Status int     `json:"status"`
	CPU    float64 `json:"cpu"`
	MaxRSS int64   `json:"maxrss_kb"`
}

// read takes the zygote's lines until it ends or says what no zygote says. Then it is killed, and no child has an owner any
// more.
func (z *Zygote) read(ready chan<- message) {
	defer close(z.gone)
	defer z.orphan()
	defer z.cmd.Wait() // its last words are complete then
	defer z.kill()
	r := reader{zygote: z, ready: ready}
	b, oob := make([]byte, 65536), make([]byte, 256)
	for {
		n, k, _, _, err := z.conn.ReadMsgUnix(b, oob)
		closeAll(rights(oob[:k]))
		if err != nil || n == 0 {
			return
		}
		if k > 0 {
			err = errors.New("a descriptor, which no zygote has to send")
		} else {
			err = r.add(b[:n])
		}
		if err != nil {
			z.condemn(err.Error())
			return
		}
	}
}

// reader makes messages of what comes from a zygote. Its errors say what no zygote does.
type reader struct {
	zygote *Zygote
	ready  chan<- message
	begun  bool // the first message has come
	buffer []byte
}

// add takes some bytes.
func (r *reader) add(b []byte) error {
	r.buffer = append(r.buffer, b...)
	for {
		line, rest, ok := bytes.Cut(r.buffer, []byte{'\n'})
		if !ok {
			break
		}
		r.buffer = rest
		var m message
		if json.Unmarshal(line, &m) != nil {
			return errors.New("a line that is no message")
		}
		if err := r.take(m); err != nil {
			return err
		}
	}
	if len(r.buffer) > maxLine {
		return errors.New("a line without an end")
	}
	return nil
}

// take acts on one message.
func (r *reader) take(m message) error {
	first := m.Ready != nil || m.Error != ""
	switch {
	case first == r.begun || first && (m.Forked != 0 || m.Exit != 0) || m.Forked != 0 && m.Exit != 0:
		return errors.New("a message out of turn")
	case first:
		r.begun = true
		r.ready <- m // there is room for one
		return nil
	case m.Forked != 0:
		return r.zygote.forked(m)
	}
	return r.zygote.exited(m)
}

// forked notes where a child runs.
func (z *Zygote) forked(m message) error {
	c := z.child(m.Forked)
	if c == nil {
		return errors.New("a child that nobody asked for")
	}
	if c.begun() {
		return errors.New("a child twice")
	}
	p, err := z.claim(m.PID)
	if err != nil {
		return err
	}
	c.started(p)
	return nil
}

// claim takes hold of the process that the zygote says it forked: what is noted here gets killed. Only descendants of the
// zygote are in the session that it leads.
func (z *Zygote) claim(pid int) (process, error) {
	if pid == 0 {
		return process{}, nil
	}
	leader := z.cmd.Process.Pid
	if pid < 0 || pid == leader || z.owns(pid) {
		return process{}, errForeign
	}
	return find(pid, leader)
}

var errForeign = errors.New("a process that is none of its children")

// owns reports whether a process is a living child's already.
func (z *Zygote) owns(pid int) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, c := range z.children {
		if c.begun() && c.pid == pid {
			return true
		}
	}
	return false
}

// exited notes how a child ended.
func (z *Zygote) exited(m message) error {
	c := z.child(m.Exit)
	if c == nil || !c.begun() {
		return errors.New("the end of a child that is not there")
	}
	status := syscall.WaitStatus(m.Status)
	if m.Status < 0 || m.Status > 0xffff || !status.Exited() && !status.Signaled() || m.CPU < 0 || m.CPU > maxCPU || m.MaxRSS < 0 {
		return errors.New("an end that cannot be")
	}
	if c.process.lives() {
		return errors.New("the end of a child that lives")
	}
	z.forget(m.Exit)
	c.ended(Exit{Status: status, CPU: time.Duration(m.CPU * float64(time.Second)), MaxRSSKB: m.MaxRSS})
	return nil
}

// orphan ends every child that is left: nobody would reap it, or tell how it ended.
func (z *Zygote) orphan() {
	z.mu.Lock()
	left := z.children
	z.children = map[int]*Child{}
	z.mu.Unlock()
	for _, c := range left {
		c.Kill()
		c.ended(Exit{Lost: true})
	}
}
