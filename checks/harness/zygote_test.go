package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestChildAnswers(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{Imports: []string{"numpy"}})
	if z.Info.Tasks != 1 {
		t.Errorf("%d threads in the zygote", z.Info.Tasks)
	}
	if z.Info.Versions["numpy"] == "" || z.Info.Versions["python"] == "" {
		t.Errorf("%+v", z.Info)
	}
	c := loaded(t, z, "def f():\n    return {'a': (1, 2.5, None)}\n")
	doc, err := c.Call(call("f"), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(doc.Bytes()[4:]); got != `{"t":"ok","x":[{"t":"dict","x":["a",{"t":"tuple","x":[1,2.5,null]}]}]}` {
		t.Error(got)
	}
}

func TestChildFailures(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{})
	for _, c := range []struct{ name, body, names, message string }{
		{"raises", "raise KeyError('x')", "KeyError LookupError Exception BaseException", "'x'"},
		{"exits", "raise SystemExit(3)", "SystemExit BaseException", "3"},
		{"long text", "raise ValueError('y' * 1000)", "ValueError Exception BaseException", strings.Repeat("y", 300)},
		{"recursion", "return f()", "RecursionError RuntimeError Exception BaseException", ""},
		{"not defined", "return g()", "NameError Exception BaseException", "name 'g' is not defined"},
	} {
		t.Run(c.name, func(t *testing.T) {
			child := loaded(t, z, "def f():\n    "+c.body+"\n")
			doc, err := child.Call(call("f"), 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			f, ok := doc.Message().Failure()
			if !ok || strings.Join(f.Names, " ") != c.names || c.message != "" && f.Message != c.message || f.Line != 2 {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{})
	for _, body := range []string{"while True: pass", "import time; time.sleep(60)"} {
		c := loaded(t, z, "def f():\n    "+body+"\n")
		began := time.Now()
		_, err := c.Call(call("f"), 300*time.Millisecond)
		var late *TimeoutError
		if !errors.As(err, &late) {
			t.Errorf("%s: %v", body, err)
		}
		exit := c.Wait()
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: ended after %v", body, took)
		}
		if !exit.Status.Signaled() || exit.Status.Signal() != syscall.SIGKILL {
			t.Errorf("%s: %s", body, exit.Why())
		}
	}
}

func TestProcessorLimit(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{})
	c, err := z.Fork(Limits{CPU: 0, MemoryMB: 128})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Call(Request("load", "def f():\n    while True: pass\n"), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	_, err = c.Call(call("f"), 60*time.Second)
	var late *TimeoutError
	if !errors.As(err, &late) && !strings.Contains(err.Error(), "killed") {
		t.Error(err)
	}
	if exit := c.Wait(); exit.CPU < 500*time.Millisecond || exit.CPU > 5*time.Second || exit.MaxRSSKB == 0 {
		t.Errorf("%+v", exit)
	}
}

func TestMemoryLimit(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{})
	c := loaded(t, z, "def f():\n    return len(bytearray(400 << 20))\n\ndef g():\n    return len(bytearray(100 << 20))\n")
	doc, err := c.Call(call("f"), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := doc.Message().Failure(); !ok || f.Names[0] != "MemoryError" {
		t.Error(doc.Root)
	}
	if doc, err = c.Call(call("g"), 10*time.Second); err != nil || doc.Message().Tag != "ok" {
		t.Error("an allocation below the limit fails:", err, doc)
	}
}

// Children see each other's nothing: not a file, not an environment variable, not a global.
func TestChildrenAreApart(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{Imports: []string{"numpy"}})
	source := "import os, numpy as np\nG = []\ndef f():\n    G.append(1)\n    os.environ['A'] = 'b'\n    np.zeros = None\n    open('x', 'w').write('1')\n    return [len(G), os.listdir('.')]\n" +
		"def g():\n    return [len(G), os.environ.get('A'), np.zeros is None, os.listdir('.'), os.getcwd()]\n"
	a := loaded(t, z, source)
	if doc, err := a.Call(call("f"), 5*time.Second); err != nil || doc.Message().Tag != "ok" {
		t.Fatal(err, doc)
	}
	b := loaded(t, z, source)
	doc, err := b.Call(call("g"), 5*time.Second)
	if err != nil || doc.Message().Tag != "ok" {
		t.Fatal(err, doc)
	}
	got := List(doc.Message().Fields[0])
	if got[0] != int64(0) || got[1] != nil || got[2] != false || len(List(got[3])) != 0 {
		t.Error(got)
	}
	cwd, _ := got[4].(string)
	b.Close()
	b.Wait()
	if _, err := os.Stat(cwd); !errors.Is(err, os.ErrNotExist) {
		t.Error("the scratch folder is still there:", err)
	}
}

func TestRandomStatesDiffer(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{Imports: []string{"numpy"}})
	var seen []string
	for range 3 {
		c := loaded(t, z, "import random, numpy as np\ndef f():\n    return [random.random(), float(np.random.rand())]\n")
		doc, err := c.Call(call("f"), 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		text := string(doc.Bytes())
		if slices.Contains(seen, text) {
			t.Error("two children draw the same numbers")
		}
		seen = append(seen, text)
	}
}

func TestZygoteEnds(t *testing.T) {
	p := python(t)
	z, err := StartZygote(t.Context(), p, ZygoteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := loaded(t, z, "def f():\n    while True: pass\n")
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.Call(call("f"), 20*time.Second)
		var gone *GoneError
		if !errors.As(err, &gone) {
			t.Error(err)
		}
	})
	time.Sleep(100 * time.Millisecond)
	began := time.Now()
	z.Close()
	wg.Wait()
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
	if z.Alive() {
		t.Error("alive after Close")
	}
	if _, err := z.Fork(Limits{}); err == nil {
		t.Error("forks after Close")
	}
	left, _ := filepath.Glob(filepath.Join(p.Scratch, "*"))
	if len(left) != 0 {
		t.Error("left on disk:", left)
	}
}

// Children leave nothing open here, and nothing in the zygote.
func TestNoDescriptorsAreLost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	z := zygote(t, python(t), ZygoteOptions{})
	count := func() (ours, theirs int) {
		a, _ := os.ReadDir("/proc/self/fd")
		b, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", z.cmd.Process.Pid))
		return len(a), len(b)
	}
	some := func() {
		for range 10 {
			c := loaded(t, z, "def f():\n    return 1\n")
			c.Close()
			c.Wait()
		}
	}
	some()
	ours, theirs := count()
	some()
	some()
	if a, b := count(); a > ours+2 || b > theirs+2 {
		t.Errorf("%d, then %d here; %d, then %d there", ours, a, theirs, b)
	}
}

func TestZygoteSaysWhyItDoesNotStart(t *testing.T) {
	p := python(t)
	if _, err := StartZygote(t.Context(), p, ZygoteOptions{Imports: []string{"nosuchlibrary"}}); err == nil || !strings.Contains(err.Error(), " -m pip install nosuchlibrary)") {
		t.Error(err)
	}
	p.Exe = "/bin/false"
	if _, err := StartZygote(t.Context(), p, ZygoteOptions{}); err == nil {
		t.Error("/bin/false starts")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := StartZygote(ctx, python(t), ZygoteOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestLevels(t *testing.T) {
	p := python(t)
	for _, level := range []string{"L0", "L1", "L2"} {
		z := zygote(t, p, ZygoteOptions{Level: level})
		if z.Info.Level > level {
			t.Errorf("%s gives %+v", level, z.Info)
		}
		c := loaded(t, z, "def f():\n    return 1\n")
		if _, err := c.Call(call("f"), 5*time.Second); err != nil {
			t.Errorf("%s: %v", level, err)
		}
	}
}

// What a child must still be able to do behind all locks.
func TestChildrenCanWork(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{Imports: []string{"numpy", "pandas"}})
	source := read(t, "testdata/work.py")
	c := loaded(t, z, source)
	for _, line := range strings.Split(source, "\n") {
		name, ok := strings.CutPrefix(line, "def ")
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, "(")
		t.Run(name, func(t *testing.T) {
			doc, err := c.Call(call(name), 20*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if f, bad := doc.Message().Failure(); bad {
				t.Error(f)
			}
		})
	}
}

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// BenchmarkFork is the time from asking for a child to its first answer, with all locks and with none.
func BenchmarkFork(b *testing.B) {
	p := python(b)
	for _, imports := range [][]string{{"numpy"}, {"numpy", "pandas"}} {
		for _, level := range []string{"L0", "L2"} {
			b.Run(strings.Join(imports, "+")+"/"+level, func(b *testing.B) {
				z := zygote(b, p, ZygoteOptions{Imports: imports, Level: level})
				load := Request("load", "")
				var times []time.Duration
				for b.Loop() {
					began := time.Now()
					c, err := z.Fork(Limits{CPU: time.Second, MemoryMB: 256})
					if err != nil {
						b.Fatal(err)
					}
					if _, err := c.Call(load, 5*time.Second); err != nil {
						b.Fatal(err)
					}
					times = append(times, time.Since(began))
					c.Close()
					c.Wait()
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(0, "ns/op") // it would say the mean, with the child's end
			})
		}
	}
}
