package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// homeDir is where Assay keeps its data: $ASSAY_HOME, else the platform's data folder + "assay".
func homeDir() string {
	if h := os.Getenv("ASSAY_HOME"); h != "" {
		return h
	}
	return filepath.Join(dataDir(), "assay")
}

// dataDir is the platform's folder for a user's application data.
func dataDir() string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = os.TempDir()
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Application Support")
	case "windows":
		if d := os.Getenv("LOCALAPPDATA"); d != "" {
			return d
		}
		return filepath.Join(home, "AppData", "Local")
	}
	if d := os.Getenv("XDG_DATA_HOME"); d != "" {
		return d
	}
	return filepath.Join(home, ".local", "share")
}

// findPython returns the interpreter to use: the flag's, $ASSAY_PYTHON, the .venv beside this binary's folder (where
// `make venv` puts it), else the first python3 of PATH. Only the flag and the variable are trusted unseen to exist.
func findPython(flagValue string) (string, error) {
	for _, p := range []string{flagValue, os.Getenv("ASSAY_PYTHON")} {
		if p == "" {
			continue
		}
		abs, err := exec.LookPath(p)
		if err != nil {
			return "", usagef("Python %q was not found; give the path of an interpreter with --python", p)
		}
		return filepath.Abs(abs)
	}
	if exe, err := executable(); err == nil {
		for _, p := range venvPythons(filepath.Dir(filepath.Dir(exe))) {
			if _, err := os.Stat(p); err == nil {
				return p, nil
			}
		}
	}
	for _, name := range []string{"python3", "python"} {
		if p, err := exec.LookPath(name); err == nil {
			return filepath.Abs(p)
		}
	}
	return "", usagef("no Python found; run make venv, or give one with --python")
}

// venvPythons lists where a virtual environment under root has its interpreter.
func venvPythons(root string) []string {
	return []string{
		filepath.Join(root, ".venv", "bin", "python"),
		filepath.Join(root, ".venv", "Scripts", "python.exe"),
	}
}

// executable is this binary's own path with links resolved.
func executable() (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(exe)
}
