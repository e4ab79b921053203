package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/assay-kernel/assay/checks/harness"
	"github.com/assay-kernel/assay/checks/report"
)

// Health is what a machine offers for grading.
type Health struct {
	Python     string            `json:"python"`  // path of the interpreter
	Version    string            `json:"version"` // of it; "" when it does not run
	Libraries  map[string]string `json:"libraries"`
	Missing    []string          `json:"missing"`
	Isolation  report.Isolation  `json:"isolation"`
	ForkMS     float64           `json:"fork_ms"` // one locked child, request to answer
	StartMS    float64           `json:"start_ms"`
	Problems   []string          `json:"problems"` // one sentence each that names the next step
	CanGrade   bool              `json:"can_grade"`
	Interviews bool              `json:"interviews"` // isolation is enough to grade strangers
}

// libraries that challenges use, each with what needs it.
var libraries = []struct{ module, needs string }{
	{"numpy", "every challenge"}, {"pandas", "the Pandas and puzzle lessons"}, {"scipy", "some NumPy challenges"},
	{"sklearn", "the scikit-learn lesson"}, {"torch", "the PyTorch lesson"},
}

// Probe looks at an interpreter and at what isolation this machine allows: it starts a zygote and one child.
func Probe(ctx context.Context, python string) *Health {
	h := &Health{Python: python, Libraries: map[string]string{}, Missing: []string{}, Problems: []string{}, Isolation: report.Isolation{Level: "L0", Layers: []string{}}}
	exe, err := exec.LookPath(python)
	if err != nil {
		h.problem("there is no Python at %q: give one with --python", python)
		return h
	}
	h.Python = exe
	if err := h.versions(ctx, exe); err != nil {
		h.problem("%s does not run: %v", exe, err)
		return h
	}
	if h.Libraries["numpy"] == "" {
		h.problem("%s has no NumPy: install it with %s -m pip install numpy", exe, exe)
		return h
	}
	if err := h.sandbox(ctx, exe); err != nil {
		h.problem("the runner does not start: %v", err)
		return h
	}
	h.CanGrade = true
	if h.Interviews = h.Isolation.Level >= "L1"; !h.Interviews {
		h.problem("limited isolation (%s): practice only; interviews need Linux with Landlock and seccomp", h.Isolation.Level)
	}
	return h
}

func (h *Health) problem(format string, args ...any) {
	h.Problems = append(h.Problems, fmt.Sprintf(format, args...))
}

const versionsProgram = `
import importlib.metadata as m, json, sys
out = {"python": "%d.%d.%d" % sys.version_info[:3]}
for module, dist in (("numpy", "numpy"), ("pandas", "pandas"), ("scipy", "scipy"), ("sklearn", "scikit-learn"), ("torch", "torch"), ("ipykernel", "ipykernel")):
    try:
        out[module] = m.version(dist)
    except Exception:
        pass
print(json.dumps(out))
`

func (h *Health) versions(ctx context.Context, exe string) error {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	out, err := exec.CommandContext(ctx, exe, "-I", "-B", "-c", versionsProgram).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(exit.Stderr) > 0 {
			lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
			return errors.New(lines[len(lines)-1])
		}
		return err
	}
	if err := json.Unmarshal(out, &h.Libraries); err != nil {
		return err
	}
	h.Version = h.Libraries["python"]
	delete(h.Libraries, "python")
	for _, l := range libraries {
		if h.Libraries[l.module] == "" {
			h.Missing = append(h.Missing, fmt.Sprintf("%s (needed by %s)", l.module, l.needs))
		}
	}
	return nil
}

// sandbox starts a zygote and lets one child answer.
func (h *Health) sandbox(ctx context.Context, exe string) (err error) {
	dir, err := os.MkdirTemp("", "assay-doctor-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil {
		return err
	}
	p, err := harness.Install(exe, dir)
	if err != nil {
		return err
	}
	began := time.Now()
	z, err := harness.StartZygote(ctx, p, harness.ZygoteOptions{Imports: []string{"numpy"}})
	if err != nil {
		return err
	}
	defer z.Close()
	h.StartMS = ms(began)
	h.Isolation = report.Isolation{Level: z.Info.Level, Layers: z.Info.Layers}
	began = time.Now()
	child, err := z.Fork(harness.Limits{CPU: time.Second, MemoryMB: 256})
	if err != nil {
		return err
	}
	defer child.Close()
	if _, err := child.Call(harness.Request("load", "x = 1\n"), 5*time.Second); err != nil {
		return err
	}
	h.ForkMS = ms(began)
	return nil
}
