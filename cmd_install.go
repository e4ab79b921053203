package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// kernelTemplate is kernel.json with {assay} and {python} to fill in; {connection_file} is Jupyter's.
//
//go:embed kernel.json
var kernelTemplate []byte

// specName is the kernelspec's folder and so the name that notebooks ask for.
const specName = "assay"

// installFlags are shared by install and uninstall.
type installFlags struct {
	user, sysPrefix bool
	prefix, python  string
}

func (f *installFlags) register(set *flag.FlagSet) {
	set.BoolVar(&f.user, "user", false, "for this user (the default)")
	set.BoolVar(&f.sysPrefix, "sys-prefix", false, "into the environment of --python")
	set.StringVar(&f.prefix, "prefix", "", "into `DIR`/share/jupyter")
	set.StringVar(&f.python, "python", "", "the interpreter (its `PATH`) whose ipykernel runs the candidate's code")
}

// folder is the kernelspec's folder for these flags.
func (f *installFlags) folder(ctx context.Context) (string, error) {
	chosen := 0
	for _, on := range []bool{f.user, f.sysPrefix, f.prefix != ""} {
		if on {
			chosen++
		}
	}
	switch {
	case chosen > 1:
		return "", usagef("--user, --sys-prefix and --prefix exclude each other; give one")
	case f.prefix != "":
		return filepath.Join(f.prefix, "share", "jupyter", "kernels", specName), nil
	case f.sysPrefix:
		python, err := findPython(f.python)
		if err != nil {
			return "", err
		}
		prefix, err := sysPrefix(ctx, python)
		if err != nil {
			return "", err
		}
		return filepath.Join(prefix, "share", "jupyter", "kernels", specName), nil
	}
	return filepath.Join(jupyterDataDir(), "kernels", specName), nil
}

// jupyterDataDir is Jupyter's own folder for a user's data files, as jupyter_core finds it.
func jupyterDataDir() string {
	if d := os.Getenv("JUPYTER_DATA_DIR"); d != "" {
		return d
	}
	if home, err := os.UserHomeDir(); err == nil && filepath.Base(dataDir()) == "Application Support" {
		return filepath.Join(home, "Library", "Jupyter")
	}
	return filepath.Join(dataDir(), "jupyter")
}

func sysPrefix(ctx context.Context, python string) (string, error) {
	out, err := exec.CommandContext(ctx, python, "-c", "import sys; print(sys.prefix)").Output()
	if err != nil {
		return "", fmt.Errorf("%s does not run: %v; give another interpreter with --python", python, err)
	}
	return strings.TrimSpace(string(out)), nil
}

func runInstall(ctx context.Context, args []string) error {
	fs := newFlags("install", "", "Writes the kernelspec, so that JupyterLab offers the kernel \"Python 3 (Assay)\". Doing it twice changes nothing.")
	var f installFlags
	f.register(fs.FlagSet)
	if _, err := parse(fs, args, 0, 0); err != nil {
		return err
	}
	dir, err := f.folder(ctx)
	if err != nil {
		return err
	}
	python, err := findPython(f.python)
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, python, "-c", "import ipykernel").CombinedOutput(); err != nil {
		return usagef("%s has no ipykernel (%s); install it there, or name another interpreter with --python", python, lastLine(out))
	}
	if err := writeKernelspec(dir, python); err != nil {
		return err
	}
	fmt.Println(dir)
	return nil
}

func runUninstall(ctx context.Context, args []string) error {
	fs := newFlags("uninstall", "", "Removes the kernelspec that install wrote. Recorded sessions stay.")
	var f installFlags
	f.register(fs.FlagSet)
	if _, err := parse(fs, args, 0, 0); err != nil {
		return err
	}
	dir, err := f.folder(ctx)
	if err != nil {
		return err
	}
	if err := ownKernelspec(dir); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	fmt.Println(dir)
	return nil
}

// ownKernelspec refuses to remove a folder that is not a kernelspec of ours.
func ownKernelspec(dir string) error {
	raw, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("no kernelspec in %s; the flags of the install say where it is", dir)
	}
	if err != nil {
		return err
	}
	var spec struct{ Argv []string }
	if json.Unmarshal(raw, &spec) != nil || len(spec.Argv) < 2 || spec.Argv[1] != "kernel" {
		return usagef("%s was not written by assay; remove it by hand if you mean it", dir)
	}
	return nil
}

// writeKernelspec writes kernel.json (and the binary, where it would else vanish) into dir, whole or not at all.
func writeKernelspec(dir, python string) (err error) {
	exe, err := executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	command := exe
	if isTemporary(exe) {
		// `go run` deletes its binary afterwards, so the spec takes a copy along.
		if err := copyFile(exe, filepath.Join(dir, "assay"), 0o755); err != nil {
			return err
		}
		command = "{resource_dir}/assay"
	}
	spec, err := fillTemplate(command, python)
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "kernel.json"), spec, 0o644)
}

// fillTemplate puts the two paths into kernel.json as JSON strings.
func fillTemplate(assay, python string) ([]byte, error) {
	var spec map[string]any
	if err := json.Unmarshal(kernelTemplate, &spec); err != nil {
		return nil, err
	}
	argv, ok := spec["argv"].([]any)
	if !ok {
		return nil, errors.New("kernel.json has no argv")
	}
	for i, a := range argv {
		switch a {
		case "{assay}":
			argv[i] = assay
		case "{python}":
			argv[i] = python
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(spec)
	return out.Bytes(), err
}

func isTemporary(path string) bool {
	return strings.HasPrefix(path, os.TempDir()+string(filepath.Separator)) && strings.Contains(path, "go-build")
}

func copyFile(from, to string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	return writeFile(to, raw, mode)
}

// writeFile replaces path in one step: a reader sees the old file or the new one, and a full disk leaves the old one.
func writeFile(path string, raw []byte, mode fs.FileMode) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".assay-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	if _, err = tmp.Write(raw); err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err = os.Chmod(tmp.Name(), mode); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// lastLine of a command's output, for one-line errors.
func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
