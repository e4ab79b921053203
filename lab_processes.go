package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// Children of `assay lab` run in process groups of their own: a Ctrl-C in the terminal reaches only assay, which then
// stops them in order, and a stop reaches what they started too.

// child is a process that lab started and will stop.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process was waited for
	err  error         // valid after done
}

func startChild(cmd *exec.Cmd) (*child, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, done: make(chan struct{})}
	go func() {
		c.err = cmd.Wait()
		close(c.done)
	}()
	return c, nil
}

// stop asks the child to end, and ends its whole group when it does not within grace.
func (c *child) stop(grace time.Duration) {
	c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(grace):
	}
	syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	<-c.done
}

// labProcess is JupyterLab.
type labProcess struct {
	*child
	url string
	log string
}

func (p *labProcess) stop() { p.child.stop(8 * time.Second) }

// startJupyterLab starts JupyterLab on loopback with a token of its own and waits until it answers.
func startJupyterLab(ctx context.Context, o labOptions, python string, port int, notebook string) (*labProcess, error) {
	config, err := labConfig()
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return nil, err
	}
	logPath := filepath.Join(homeDir(), "jupyterlab.log")
	logFile, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	defer logFile.Close()
	token := randomToken()
	args := []string{"-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=" + strconv.Itoa(port),
		"--ServerApp.port_retries=0", "--ServerApp.root_dir=" + dir, "--LabApp.default_url=/lab/tree/" + notebook}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root") // JupyterLab asks root to say so; on loopback with a token it is the user's own choice
	}
	cmd := exec.Command(python, args...)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.Env = append(os.Environ(), "JUPYTER_TOKEN="+token, "JUPYTER_CONFIG_PATH="+joinPath(config, os.Getenv("JUPYTER_CONFIG_PATH")),
		"ASSAY_HOME="+absHome(), labVariable+"="+strconv.Itoa(os.Getpid()))
	c, err := startChild(cmd)
	if err != nil {
		return nil, fmt.Errorf("JupyterLab does not start: %v", err)
	}
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	p := &labProcess{child: c, url: base + "/lab/tree/" + notebook + "?token=" + token, log: logPath}
	if err := waitUntil(ctx, 60*time.Second, c.done, func() bool { return answers(base + "/api/status?token=" + token) }); err != nil {
		p.stop()
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		return nil, fmt.Errorf("JupyterLab did not come up (%v); its log is %s", err, logPath)
	}
	return p, nil
}

// labConfig writes the settings that keep JupyterLab from covering a candidate's first minute with questions of its own,
// in a folder that only this JupyterLab reads; the user's own settings still win.
func labConfig() (string, error) {
	dir := filepath.Join(homeDir(), "jupyter")
	if err := os.MkdirAll(filepath.Join(dir, "labconfig"), 0o700); err != nil {
		return "", usagef("%s cannot be made: %v; set ASSAY_HOME to a folder you can write", dir, err)
	}
	settings, err := json.Marshal(map[string]any{
		"@jupyterlab/apputils-extension:notification": map[string]any{"fetchNews": "false", "checkForUpdates": false},
	})
	if err != nil {
		return "", err
	}
	return dir, writeFile(filepath.Join(dir, "labconfig", "default_setting_overrides.json"), settings, 0o600)
}

func joinPath(first, rest string) string {
	if rest == "" {
		return first
	}
	return first + string(os.PathListSeparator) + rest
}

func absHome() string {
	abs, err := filepath.Abs(homeDir())
	if err != nil {
		return homeDir()
	}
	return abs
}

func answers(url string) bool {
	client := http.Client{Timeout: 2 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func isMac() bool { return runtime.GOOS == "darwin" }
