package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/assay-kernel/assay/"

// allowed is the table of import edges between our packages: a package may import those in its row, nothing else of
// ours. A package that is not listed may import nothing of ours. Tests may import more where the edge says so.
var allowed = map[string]string{
	// The wire format knows nothing of sockets, processes or challenges, so that it can be tested by bytes alone.
	"protocol": "",
	// ZeroMQ knows frames, not Jupyter.
	"kernel/wire": "",
	// A report is data that everybody reads.
	"checks/report": "",
	// The running of code knows nothing of points; the giving of points runs no code.
	"checks/harness": "checks/report",
	"checks/rubric":  "checks/report",
	"checks/card":    "checks/report",
	"checks":         "checks/report checks/harness checks/rubric checks/card",
	// What happened, and how it travels.
	"kernel/session": "checks/report",
	"kernel/link":    "kernel/session",
	// Challenge folders in, notebooks out; it reads the log, never a socket.
	"notebooks":        "checks checks/report checks/rubric checks/card kernel/session notebooks/mutate",
	"notebooks/mutate": "",
	// The interviewer's side. It never meets the proxy: the two share only the link.
	"kernel/companion/store": "kernel/session",
	"kernel/companion":       "checks checks/report checks/rubric checks/card notebooks kernel/session kernel/link kernel/companion/store",
	// The candidate's side. It must not be able to reach a hidden test, so neither checks nor notebooks are in its row.
	"kernel": "protocol kernel/session kernel/wire",
}

// soleImporter says which one package may import a third-party module that talks to the outside.
var soleImporter = map[string]string{
	"github.com/go-zeromq/zmq4":    "kernel/wire",
	"github.com/gorilla/websocket": "kernel/link",
	"modernc.org/sqlite":           "kernel/companion/store",
	"github.com/BurntSushi/toml":   "notebooks",
	"github.com/google/uuid":       "protocol",
}

func TestImports(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != "." || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			seen++
			checkFile(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("only %d Go files seen; is the test run from the module's root?", seen)
	}
}

func checkFile(t *testing.T, path string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	from := filepath.ToSlash(filepath.Dir(path))
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		if to, ours := strings.CutPrefix(name, module); ours {
			if !mayImport(from, to) {
				t.Errorf("%s imports %s; the table in imports_test.go does not allow it", path, to)
			}
			continue
		}
		for mod, only := range soleImporter {
			if (name == mod || strings.HasPrefix(name, mod+"/")) && from != only {
				t.Errorf("%s imports %s; only %s may", path, name, only)
			}
		}
	}
}

func mayImport(from, to string) bool {
	if from == "." || from == to {
		return true // main wires everything; an external test imports its own package
	}
	for _, ok := range strings.Fields(allowed[from]) {
		if ok == to {
			return true
		}
	}
	return false
}
