package harness

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed py/*.py
var sources embed.FS

// Python is an interpreter together with the installed Python side of this package.
type Python struct {
	Exe     string // path of the interpreter
	Dir     string // where Install wrote the Python side
	Scratch string // where children get their scratch folders
}

// Install writes the Python side below scratch, which must exist and belong to the caller.
func Install(exe, scratch string) (_ Python, err error) {
	defer prefix(&err, "harness: install")
	p := Python{Exe: exe, Dir: filepath.Join(scratch, "py"), Scratch: filepath.Join(scratch, "run")}
	for _, d := range []string{p.Dir, p.Scratch} {
		if err := os.MkdirAll(d, 0o711); err != nil {
			return Python{}, err
		}
	}
	files, err := fs.Glob(sources, "py/*.py")
	if err != nil {
		return Python{}, err
	}
	for _, name := range files {
		b, err := sources.ReadFile(name)
		if err != nil {
			return Python{}, err
		}
		if err := os.WriteFile(filepath.Join(scratch, name), b, 0o644); err != nil {
			return Python{}, err
		}
	}
	return p, nil
}

// args returns the command line that runs the main function of one of the installed modules. -I keeps the user's
// environment and packages out, so the folder has to be named.
func (p Python) args(module string) []string {
	boot := fmt.Sprintf("import sys; sys.path.insert(0, sys.argv[1]); import %s; %s.main()", module, module)
	return []string{"-I", "-B", "-c", boot, p.Dir}
}

// env is the whole environment of a Python process: one thread per library, nothing of the caller's.
func (p Python) env() []string {
	return []string{
		"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "HOME=" + p.Scratch, "TZ=UTC",
		"OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "NUMEXPR_NUM_THREADS=1", "VECLIB_MAXIMUM_THREADS=1",
		"JOBLIB_MULTIPROCESSING=0", "LOKY_MAX_CPU_COUNT=1", "MPLBACKEND=Agg",
	}
}

func prefix(err *error, what string) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", what, *err)
	}
}
