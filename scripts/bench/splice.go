// Command splice is the lower bound that benchmarks compare with: a kernel proxy that understands nothing. It copies
// bytes between TCP connections and starts ipykernel behind itself, so its cost is the cost of any extra hop.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

var channels = []string{"shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: splice PYTHON CONNECTION_FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "splice:", err)
		os.Exit(1)
	}
}

func run(python, file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var front, back map[string]any
	if err := json.Unmarshal(raw, &front); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &back); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "splice-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, name := range channels {
		port, err := freePort()
		if err != nil {
			return err
		}
		back[name] = port
		go serve(int(front[name].(float64)), port)
	}
	raw, err = json.Marshal(back)
	if err != nil {
		return err
	}
	child := filepath.Join(dir, "child.json")
	if err := os.WriteFile(child, raw, 0o600); err != nil {
		return err
	}
	cmd := exec.Command(python, "-m", "ipykernel_launcher", "-f", child)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "JPY_PARENT_PID="+strconv.Itoa(os.Getpid()))
	return cmd.Run()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func serve(from, to int) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(from)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "splice:", err)
		os.Exit(1)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go splice(c, to)
	}
}

func splice(front net.Conn, to int) {
	defer front.Close()
	var back net.Conn
	var err error
	for range 2000 {
		if back, err = net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(to))); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err != nil {
		return
	}
	go func() {
		io.Copy(back, front)
		back.Close()
	}()
	io.Copy(front, back)
}
