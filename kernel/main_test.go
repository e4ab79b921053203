package kernel

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The test binary is also the child of the stories (fake-child) and a kernel process of its own (proxy).
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "fake-child":
			os.Exit(fakeChild(os.Args[2:]))
		case "proxy":
			os.Exit(proxyProcess(os.Args[2:]))
		}
	}
	code := m.Run()
	if left := leftover(10 * time.Second); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "goroutines left over:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftover returns the stacks of this package's goroutines that do not end in time.
func leftover(wait time.Duration) string {
	for end := time.Now().Add(wait); ; time.Sleep(10 * time.Millisecond) {
		var left []string
		buf := make([]byte, 1<<20)
		for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(g, "assay/kernel") && !strings.Contains(g, "kernel.leftover") {
				left = append(left, g)
			}
		}
		if len(left) == 0 || time.Now().After(end) {
			return strings.Join(left, "\n\n")
		}
	}
}

// proxyProcess is a kernel as Jupyter starts it.
func proxyProcess(args []string) int {
	fs := flag.NewFlagSet("proxy", flag.ExitOnError)
	file := fs.String("f", "", "")
	python := fs.String("python", "", "")
	grace := fs.Duration("grace", 0, "")
	fs.Parse(args)
	c := Config{ConnectionFile: *file, Python: *python, grace: *grace}
	if *python == "" {
		c.command = []string{os.Args[0], "fake-child"}
	}
	if err := Run(context.Background(), c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
