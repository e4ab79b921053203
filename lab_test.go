package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/link"
)

// TestMain lets the test binary be the companion that a lab starts: a lab starts its own executable.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		main()
	}
	os.Exit(m.Run())
}

// complaints collects what is printed to stderr until the test ends, and returns what there is so far.
func complaints(t *testing.T) func() string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stderr
	os.Stderr = file
	t.Cleanup(func() { os.Stderr = before; file.Close() })
	return func() string {
		raw, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
}

// companionOf starts or joins the companion of $ASSAY_HOME as a lab does.
func companionOf(t *testing.T) *companionProcess {
	t.Helper()
	p, err := startCompanion(t.Context(), labOptions{policy: "full"}, scientific(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.stop() })
	return p
}

func within(t *testing.T, limit time.Duration, what string, ready func() bool) {
	t.Helper()
	if err := waitUntil(t.Context(), limit, nil, ready); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// Two labs share a companion. When the one that started it is stopped, the other goes on with one of its own, at the same
// address, and stops that one in the end.
func TestLabReplacesACompanionThatItJoined(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	said := complaints(t)
	first := companionOf(t)
	second := companionOf(t)
	old := second.address
	if first.own == nil || second.own != nil || old != first.address {
		t.Fatalf("the second lab did not join the first one's companion: %+v, %+v", first, second)
	}
	if text := farewell(first) + farewell(second); strings.Count(text, "stops both") != 1 || !strings.Contains(text, "stops JupyterLab; the companion") {
		t.Errorf("says %q", text)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- superviseLab(ctx, second, &labProcess{child: &child{done: make(chan struct{})}}) }()
	first.stop()
	within(t, 30*time.Second, "the second lab's own companion", func() bool {
		a, ok := runningCompanion()
		return ok && a.PID != old.PID && strings.Contains(said(), "ended")
	})
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if second.own == nil || second.address.Interviewer != old.Interviewer || second.address.URL != old.URL {
		t.Errorf("it was at %s; now at %s, own: %v", old.URL, second.address.URL, second.own != nil)
	}
	want := "had joined (process " + strconv.Itoa(old.PID) + ") ended; this lab started its own with its --policy and challenges; the interviewer's address is the same\n"
	if text := said(); strings.Count(text, want) != 1 || !strings.HasSuffix(text, "assay lab: stopping JupyterLab and the companion\n") {
		t.Errorf("says %q, want %q", text, want)
	}
}

// A lab that only joined stops JupyterLab alone, and says no more than that.
func TestLabLeavesACompanionThatItJoined(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	said := complaints(t)
	companionOf(t)
	second := companionOf(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := superviseLab(ctx, second, &labProcess{child: &child{done: make(chan struct{})}}); err != nil {
		t.Fatal(err)
	}
	second.stop()
	if _, ok := runningCompanion(); !ok || !strings.HasSuffix(said(), "assay lab: stopping JupyterLab\n") {
		t.Errorf("runs: %v, says %q", ok, said())
	}
}

// Where no companion starts, the lab says so once and goes on trying; JupyterLab stays.
func TestLabSaysThatNoCompanionStarts(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	said := complaints(t)
	first, second := companionOf(t), companionOf(t)
	python := second.python
	second.python = filepath.Join(t.TempDir(), "missing")
	first.stop()
	<-second.ended
	for range 2 {
		second.replace(t.Context())
	}
	if text := said(); strings.Count(text, "ended and none starts in its place") != 1 || !strings.Contains(text, "run assay serve, or Ctrl-C and assay lab again") {
		t.Errorf("says %q", text)
	}
	if second.own != nil || second.ended == nil {
		t.Errorf("it does not try again: %+v", second)
	}
	second.python = python
	second.replace(t.Context())
	if text := said(); second.own == nil || second.address.URL != first.address.URL || !strings.Contains(text, "a companion runs again; this lab started its own") {
		t.Errorf("%+v, says %q", second, text)
	}
}

func TestCompanionPortOfACompanion(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	complaints(t)
	p := companionOf(t)
	u, err := url.Parse(p.address.URL)
	if err != nil {
		t.Fatal(err)
	}
	pid := strconv.Itoa(p.address.PID)
	code, _, stderr := captured(t, "lab", "--companion-port", u.Port(), t.TempDir())
	if code != 2 || !strings.Contains(stderr, "your companion (process "+pid+") serves port "+u.Port()) || !strings.Contains(stderr, "kill "+pid) {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	t.Setenv("ASSAY_HOME", t.TempDir())
	code, _, stderr = captured(t, "lab", "--companion-port", u.Port(), t.TempDir())
	if code != 2 || !strings.Contains(stderr, "the companion of another ASSAY_HOME (process "+pid+")") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// A companion counts as gone when its process is, or its port for good; one that is only slow does not.
func TestWatchCompanion(t *testing.T) {
	t.Setenv("ASSAY_HOME", t.TempDir())
	complaints(t)
	p := companionOf(t)
	select {
	case <-watchCompanion(t.Context(), p.address):
		t.Error("a companion that answers counts as gone")
	case <-time.After(3 * companionPoll):
	}
	for what, a := range map[string]link.Address{
		"no process": {URL: p.address.URL, PID: 1 << 30},
		"no port":    {URL: "http://127.0.0.1:1", PID: p.address.PID},
	} {
		select {
		case <-watchCompanion(t.Context(), a):
		case <-time.After(companionLost + 10*time.Second):
			t.Errorf("%s: not noticed", what)
		}
	}
}

// A kernel of a lab starts no companion while that lab runs: the lab does, with its own policy and challenges.
func TestKernelsLeaveStartingToTheirLab(t *testing.T) {
	for value, want := range map[string]bool{"": false, "x": false, strconv.Itoa(1 << 30): false, strconv.Itoa(os.Getpid()): true} {
		t.Setenv(labVariable, value)
		if got := labStarts(); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
