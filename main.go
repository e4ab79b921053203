// Command assay is a Jupyter kernel companion for Python coding interviews in machine learning.
//
// One binary holds every part: the kernel that JupyterLab starts, the companion that interviewers look at, and the tools
// around challenges and graded notebooks. This file parses, wires and turns errors into exit codes; a file cmd_*.go holds
// one group of subcommands.
//
// Exit codes: 0 success; 1 a negative verdict (an answer failed, a challenge is not proven, an export was changed);
// 2 anything that kept the command from giving its answer, with one line that names the next step.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

// command is one subcommand. run gets the arguments after its name.
type command struct {
	name    string
	args    string // shown after the name
	summary string
	run     func(ctx context.Context, args []string) error
}

// commands in the order in which help shows them.
func commands() []command {
	return []command{
		{"lab", "[DIR]", "start the companion and JupyterLab together, for practice or a local interview", runLab},
		{"list", "", "list the challenges", runList},
		{"new", "SLUG", "write a challenge's notebook, or scaffold a challenge with --author", runNew},
		{"grade", "SLUG FILE", "grade a .py or .ipynb outside of an interview", runGrade},
		{"review", "FILE...", "fluency and quality findings on any Python file or notebook", runReview},
		{"verify", "[SLUG...]", "prove that challenges hold: answers pass, traps do not", runVerify},
		{"sessions", "", "list recorded sessions", runSessions},
		{"show", "ID", "one session's scorecard", runShow},
		{"export", "ID", "write a session's graded notebook and reports", runExport},
		{"check", "FILE.ipynb", "is this export what the companion wrote?", runCheck},
		{"serve", "", "run the companion", runServe},
		{"install", "", "write the kernelspec, so that JupyterLab offers the kernel", runInstall},
		{"uninstall", "", "remove the kernelspec", runUninstall},
		{"kernel", "-f FILE", "what Jupyter runs; not for people", runKernel},
		{"doctor", "", "what was found here: Python, libraries, isolation, companion", runDoctor},
	}
}

// usageError is bad input: it exits with 2.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// usagef makes a usageError. Its text is one line and names the next step.
func usagef(format string, a ...any) error { return usageError{fmt.Sprintf(format, a...)} }

// errNegative is a verdict that was given and is not good. The command has already said so.
var errNegative = errors.New("negative verdict")

func main() {
	ctx, stop := context.Background(), func() {}
	if len(os.Args) < 2 || os.Args[1] != "kernel" { // a kernel's signals mean something else: see package kernel
		ctx, stop = signal.NotifyContext(ctx, endSignals()...)
	}
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// endSignals end a command in order. A closed terminal is among them, unless nohup says otherwise.
func endSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// run finds the subcommand, runs it and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		printHelp(stderr)
		return 2
	}
	switch args[0] {
	case "help", "-h", "--help":
		printHelp(stdout)
		return 0
	case "version", "--version":
		fmt.Fprintln(stdout, "assay", version())
		return 0
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return exitCode(c, c.run(ctx, args[1:]), stderr)
		}
	}
	fmt.Fprintf(stderr, "assay: no subcommand %q; assay --help lists them\n", args[0])
	return 2
}

func exitCode(c command, err error, stderr io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errNegative):
		return 1
	}
	fmt.Fprintf(stderr, "assay %s: %v\n", c.name, err)
	return 2
}

func printHelp(w io.Writer) {
	fmt.Fprint(w, "assay: coding interviews in JupyterLab, timed, tested and reviewed while the candidate works.\n\nusage: assay COMMAND [flags] [arguments]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-22s %s\n", c.name+" "+c.args, c.summary)
	}
	fmt.Fprint(w, "\nassay COMMAND --help says more about one of them.\n"+
		"Data lives in $ASSAY_HOME (now "+homeDir()+").\n")
}

// flags is a flag set with the words of its help.
type flags struct {
	*flag.FlagSet
	args, about string
}

// newFlags makes the flag set of a subcommand whose errors and help follow the house rules: help goes to stdout, an
// unknown flag is one line on stderr.
func newFlags(name, args, about string) *flags {
	fs := &flags{flag.NewFlagSet(name, flag.ContinueOnError), args, about}
	fs.SetOutput(io.Discard)
	fs.Usage = func() {} // called for errors too; help is printed by parse
	return fs
}

// help prints what the subcommand does and its flags.
func (fs *flags) help() {
	fmt.Printf("usage: assay %s\n\n%s\n", strings.TrimSpace(fs.Name()+" [flags] "+fs.args), fs.about)
	title := "\nflags:\n"
	fs.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" && f.DefValue != "[]" {
			text += " (default: " + f.DefValue + ")"
		}
		dash := "--"
		if len(f.Name) == 1 {
			dash = "-"
		}
		fmt.Printf("%s  %s%s\n        %s\n", title, dash, strings.TrimSpace(f.Name+" "+value), text)
		title = ""
	})
}

// parse reads flags that may stand before, between and after the arguments, and returns the arguments. After "--"
// everything is an argument.
func parse(fs *flags, args []string, minArgs, maxArgs int) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				fs.help()
				return nil, err
			}
			return nil, usagef("%v; see assay %s --help", err, fs.Name())
		}
		used := len(args) - fs.NArg()
		if fs.NArg() == 0 {
			break
		}
		if used > 0 && args[used-1] == "--" {
			rest = append(rest, fs.Args()...)
			break
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
	if len(rest) < minArgs || (maxArgs >= 0 && len(rest) > maxArgs) {
		return nil, usagef("%s; see assay %s --help", countText(len(rest), minArgs, maxArgs), fs.Name())
	}
	return rest, nil
}

func countText(got, least, most int) string {
	switch {
	case got < least && least == most:
		return fmt.Sprintf("needs %s, got %d", plural(least, "argument"), got)
	case got < least:
		return fmt.Sprintf("needs at least %s, got %d", plural(least, "argument"), got)
	case most == 0:
		return "takes no arguments"
	default:
		return fmt.Sprintf("takes at most %s, got %d", plural(most, "argument"), got)
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// version is the module version of a released binary, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return strings.TrimPrefix(v, "v")
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
