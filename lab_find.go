package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/assay-kernel/assay/kernel/link"
)

const (
	companionPoll  = 500 * time.Millisecond
	companionRetry = 30 * time.Second
	companionLost  = 10 * time.Second // longer than a companion takes to close once it has stopped listening
)

// watchCompanion returns a channel that is closed when the companion at a is gone: its process, or for good the port. One
// that is only slow or paused keeps its port, and so its home folder.
func watchCompanion(ctx context.Context, a link.Address) <-chan struct{} {
	gone := make(chan struct{})
	go func() { // ends with ctx or the companion
		tick := time.NewTicker(companionPoll)
		defer tick.Stop()
		for heard := time.Now(); processLives(a.PID) && time.Since(heard) < companionLost; {
			if listening(a.URL) {
				heard = time.Now()
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		close(gone)
	}()
	return gone
}

// after returns a channel that is closed after d.
func after(d time.Duration) <-chan struct{} {
	c := make(chan struct{})
	time.AfterFunc(d, func() { close(c) })
	return c
}

// runningCompanion is the companion of this home, if one answers.
func runningCompanion() (link.Address, bool) {
	a, err := link.ReadAddress(homeDir())
	return a, err == nil && companionAnswers(a)
}

func companionAnswers(a link.Address) bool {
	return processLives(a.PID) && answers(a.URL+link.HealthPath)
}

func processLives(pid int) bool { return pid > 0 && syscall.Kill(pid, 0) == nil }

// listening says whether anybody accepts connections at an address.
func listening(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	conn, err := net.DialTimeout("tcp", u.Host, companionPoll)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// checkCompanionPort refuses a --companion-port that is taken, and says by which companion if it is one.
func checkCompanionPort(port int) error {
	_, err := choosePort("--companion-port", port, 0)
	if err == nil || port < 1 || port > 65535 {
		return err
	}
	pid, ok := companionAt(port)
	if !ok {
		return err
	}
	if a, ok := runningCompanion(); ok && a.PID == pid {
		return usagef("your companion (process %d) serves port %d already; leave --companion-port out to use it, or stop it first: "+
			"Ctrl-C in the terminal of its assay lab or assay serve, else kill %d", pid, port, pid)
	}
	return usagef("the companion of another ASSAY_HOME (process %d) serves port %d already; give another with --companion-port, or leave it out", pid, port)
}

// companionAt is the process of the companion that listens on port, of whatever home.
func companionAt(port int) (pid int, ok bool) {
	client := http.Client{Timeout: 2 * time.Second}
	resp, err := client.Get("http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) + link.HealthPath)
	if err != nil {
		return 0, false
	}
	defer resp.Body.Close()
	var h link.Health
	err = json.NewDecoder(io.LimitReader(resp.Body, 1<<10)).Decode(&h)
	return h.PID, err == nil && h.Assay == "companion"
}

// labVariable holds the process of the lab that a kernel belongs to: that lab starts companions, with its own --policy and
// --bank, and a kernel that was quicker would start one without.
const labVariable = "ASSAY_LAB"

// labStarts says whether the lab of this kernel is there to start a companion.
func labStarts() bool {
	pid, err := strconv.Atoi(os.Getenv(labVariable))
	return err == nil && processLives(pid)
}
