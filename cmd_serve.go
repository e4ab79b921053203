package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/assay-kernel/assay/kernel"
	"github.com/assay-kernel/assay/kernel/companion"
	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

// kernelIdleStop is how long a companion that a kernel started stays without anybody connected.
const kernelIdleStop = 15 * time.Minute

func runServe(ctx context.Context, args []string) error {
	fs := newFlags("serve", "", "Runs the companion: it records sessions, grades answers and serves the interviewer's page. One per user and machine.")
	listen := fs.String("listen", "127.0.0.1:0", "`ADDRESS` to listen on; port 0 is any free one")
	data := fs.String("data", "", "the `DIR` for its data (default: $ASSAY_HOME)")
	python := fs.String("python", "", "the interpreter (its `PATH`) that grades")
	mode := fs.String("mode", "practice", "practice or interview; an interview needs isolation L1")
	policy := fs.String("policy", "", "what candidates see of hidden tests: full, counts or none (default: full in practice, counts in an interview)")
	idle := fs.Duration("idle-stop", 0, "end after this `TIME` without anybody connected; 0 stays")
	var banks stringList
	fs.Var(&banks, "bank", "a `DIR` with more challenges; may be repeated")
	if _, err := parse(fs, args, 0, 0); err != nil {
		return err
	}
	if err := oneOf("--mode", *mode, companion.ModePractice, companion.ModeInterview); err != nil {
		return err
	}
	if err := oneOf("--policy", *policy, "", companion.PolicyFull, companion.PolicyCounts, companion.PolicyNone); err != nil {
		return err
	}
	home := *data
	if home == "" {
		home = absHome()
	}
	return serve(ctx, companion.Config{Home: home, Listen: *listen, Mode: *mode, Policy: *policy, IdleStop: *idle}, *python, banks)
}

func serve(ctx context.Context, cfg companion.Config, python string, banks []string) error {
	cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	bank, err := openBank(banks)
	if err != nil {
		return err
	}
	cfg.Bank = bank
	minLevel := ""
	if cfg.Mode == companion.ModeInterview {
		minLevel = "L1"
	}
	grader, err := newGrader(python, minLevel, cfg.Logger, append(banks, cfg.Home)...)
	if err != nil {
		return err
	}
	defer grader.Close()
	cfg.Grader = grader
	cfg.Listen = sameAddress(cfg.Listen, cfg.Home)
	c, err := companion.Open(cfg)
	if errors.Is(err, store.ErrLocked) {
		return usagef("a companion is running in %s already; assay doctor shows where, --data DIR starts one beside it", cfg.Home)
	}
	if err != nil {
		return err
	}
	fmt.Printf("Interviewer: %s\n", c.InterviewerURL())
	return c.Serve(ctx)
}

// sameAddress takes the port of a companion that died without a word, so that pages which were open find the new one.
// Only a free port is taken again, and only where any port would do.
func sameAddress(listen, home string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port != "0" {
		return listen
	}
	last, err := link.ReadAddress(home)
	if err != nil || companionAnswers(last) {
		return listen
	}
	u, err := url.Parse(last.URL)
	if err != nil {
		return listen
	}
	n, err := strconv.Atoi(u.Port())
	if err != nil || !portFree(n) {
		return listen
	}
	return net.JoinHostPort(host, u.Port())
}

// kernelConfig wires a kernel to the user's companion.
func kernelConfig(file, python string, childArgs []string) kernel.Config {
	return kernel.Config{
		ConnectionFile: file,
		Python:         python,
		ChildArgs:      childArgs,
		Open: func(hello session.Hello) kernel.Uplink {
			client, err := link.Open(link.Config{
				Hello: hello, Home: absHome(), Logger: quietLog(),
				Start: func(ctx context.Context) error {
					if labStarts() {
						return nil
					}
					return spawnCompanion(python)
				},
			})
			if err != nil {
				slog.Error("nothing is recorded", "err", err)
				return nil
			}
			return client
		},
	}
}

// spawnCompanion starts a companion that outlives this kernel and ends by itself when nobody needs it any more.
func spawnCompanion(python string) error {
	exe, err := executable()
	if err != nil {
		return err
	}
	home := absHome()
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(home, "companion.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(exe, "serve", "--python", python, "--idle-stop", kernelIdleStop.String())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "ASSAY_HOME="+home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
