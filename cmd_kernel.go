package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/assay-kernel/assay/kernel"
)

// runKernel is what kernel.json starts. Jupyter and its tools add arguments of their own after ours; whatever is not
// ours goes to the child unchanged.
func runKernel(ctx context.Context, args []string) error {
	if len(args) == 1 && (args[0] == "-h" || args[0] == "--help") {
		fs := newFlags("kernel", "-f FILE [ARG...]", "Runs the kernel for one notebook. Jupyter starts it; assay install tells Jupyter how.")
		fs.String("f", "", "the connection `FILE` that Jupyter wrote")
		fs.String("python", "", "the interpreter (its `PATH`) whose ipykernel runs the candidate's code")
		fs.help()
		return nil
	}
	file, pythonFlag, rest, err := splitKernelArgs(args)
	if err != nil {
		return err
	}
	python, err := findPython(pythonFlag)
	if err != nil {
		return err
	}
	// Interrupts are the notebook's: package kernel passes them to the candidate's code, and they never end the proxy.
	// They are caught rather than ignored, because an ignored signal stays ignored in the child.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	// A relay has next to no live memory: collecting it earlier costs little, and an idle kernel stays a few MB smaller. And
	// it never needs two processors: passing a message on to another thread takes longer than the work, and the other
	// processor is the candidate's.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(40)
	}
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	return kernel.Run(ctx, kernelConfig(file, python, rest))
}

// splitKernelArgs takes -f, --f and --python (with a space or "=") out of args.
func splitKernelArgs(args []string) (file, python string, rest []string, err error) {
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		var into *string
		switch name {
		case "-f", "--f":
			into = &file
		case "--python":
			into = &python
		default:
			rest = append(rest, args[i])
			continue
		}
		if !joined {
			if i++; i == len(args) {
				return "", "", nil, usagef("%s needs a value; see assay kernel --help", name)
			}
			value = args[i]
		}
		*into = value
	}
	if file == "" {
		return "", "", nil, usagef("no connection file; Jupyter gives one with -f, so start the kernel from JupyterLab (assay lab)")
	}
	return file, python, rest, nil
}
