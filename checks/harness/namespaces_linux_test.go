package harness

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// apart starts a zygote that has left the machine's namespaces.
func apart(t *testing.T, p Python) *Zygote {
	t.Helper()
	z := zygote(t, p, ZygoteOptions{Imports: []string{"numpy"}})
	has := func(layer string) bool { return slices.Contains(z.Info.Layers, layer) }
	if !has("netns") {
		t.Skip("this process may not leave namespaces: ", z.Info.Layers)
	}
	if !has("pivot-root") || !has("tmpfs") || !has("pidns") {
		t.Fatal("it left some namespaces and not all:", z.Info.Layers)
	}
	return z
}

// Landlock lets everybody ask which files and processes there are; with a root and a process namespace of their own,
// children have nobody to ask.
func TestChildrenSeeNothingElse(t *testing.T) {
	z := apart(t, python(t))
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	places := []string{outside, exe, "/proc/self", "/home", "/usr/bin", "/etc/passwd"}
	// A folder above a library is there, with that library alone in it: this checkout may lie in somebody's home.
	places = slices.DeleteFunc(places, func(place string) bool {
		return slices.ContainsFunc(z.Info.Readable, func(lib string) bool { return strings.HasPrefix(lib+"/", place+"/") })
	})
	self, zygote := os.Getpid(), z.cmd.Process.Pid
	c := loaded(t, z, fmt.Sprintf(`import os
def found(ask, what, missing):
    try:
        ask(what)
    except missing:
        return False
    return True
def f():
    seen = [p for p in %s if found(os.stat, p, FileNotFoundError)]
    return seen + [p for p in [*%s, *range(2, 200)] if p != os.getpid() and found(os.sched_getaffinity, p, ProcessLookupError)]
`, pythonList(places...), pythonList(self, zygote)))
	doc, err := c.Call(call("f"), 5*time.Second)
	if err != nil || doc.Message().Tag != "ok" {
		t.Fatal(err, doc)
	}
	if seen := List(doc.Message().Fields[0]); len(seen) > 0 {
		t.Errorf("a child sees %v (we are %d, the zygote is %d)", seen, self, zygote)
	}
}

func pythonList[T any](items ...T) string {
	var b strings.Builder
	for _, i := range items {
		fmt.Fprintf(&b, "%s, ", strings.ReplaceAll(fmt.Sprintf("%#v", i), "`", `"`))
	}
	return "[" + b.String() + "]"
}

// A folder is there as a whole, even if a file in it is asked for as well: /etc/localtime leads to one of the time zones.
func TestRootHasWholeFolders(t *testing.T) {
	const zone = "/usr/share/zoneinfo/America/New_York"
	if _, err := os.Stat(zone); err != nil {
		t.Skip("this machine has no time zones of its own: ", err)
	}
	c := loaded(t, apart(t, python(t)), fmt.Sprintf("import os\ndef f():\n    return os.stat(%q).st_size\n", zone))
	if doc, err := c.Call(call("f"), 5*time.Second); err != nil || doc.Message().Tag != "ok" {
		t.Error(err, doc)
	}
}

// Who reads a file leaves no time of it, which the next grading could find; within a user namespace that cannot be helped.
func TestReadingLeavesNoTrace(t *testing.T) {
	z := apart(t, python(t))
	if !slices.Contains(z.Info.Layers, "noatime") {
		if slices.Contains(z.Info.Layers, "userns") {
			t.Skip("in a user namespace the times of access are not ours to keep")
		}
		t.Fatal("files keep when they were read: ", z.Info.Layers)
	}
	c := loaded(t, z, `import os
def f():
    library = os.path.dirname(os.__file__)
    names = [os.path.join(library, n) for n in os.listdir(library) if n.endswith(".py")]
    before = [os.stat(n).st_atime_ns for n in names]
    for n in names:
        with open(n, "rb") as file:
            file.read(1)
    return [n for n, t in zip(names, before) if os.stat(n).st_atime_ns != t]
`)
	doc, err := c.Call(call("f"), 5*time.Second)
	if err != nil || doc.Message().Tag != "ok" {
		t.Fatal(err, doc)
	}
	if changed := List(doc.Message().Fields[0]); len(changed) > 0 {
		t.Error(changed)
	}
}

// An interpreter that is found through links works as well: the links are there, too.
func TestRootKeepsLinks(t *testing.T) {
	p := python(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Dir(filepath.Dir(p.Exe)), link); err != nil {
		t.Fatal(err)
	}
	p.Exe = filepath.Join(link, "bin", filepath.Base(p.Exe))
	c := loaded(t, apart(t, p), "import decimal, zoneinfo, sys\ndef f():\n    return [sys.prefix, str(zoneinfo.ZoneInfo('Europe/Berlin'))]\n")
	doc, err := c.Call(call("f"), 5*time.Second)
	if err != nil || doc.Message().Tag != "ok" {
		t.Fatal(err, doc)
	}
	if got := List(doc.Message().Fields[0]); got[0] != link {
		t.Error("the interpreter was not found through the link:", got)
	}
}

// The children's namespace ends with its first process. A zygote that has lost it can fork no more and says so.
func TestZygoteEndsWithItsNamespace(t *testing.T) {
	z := apart(t, python(t))
	c := loaded(t, z, "import time\ndef f():\n    time.sleep(9)\n")
	pid := z.cmd.Process.Pid
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	first, err := strconv.Atoi(strings.Fields(string(b))[0])
	if err != nil || first == c.pid {
		t.Fatal(string(b), err)
	}
	syscall.Kill(first, syscall.SIGKILL)
	if _, err := c.Call(call("f"), 5*time.Second); err == nil {
		t.Error("a child outlives its namespace")
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	select {
	case <-z.gone:
	case <-ctx.Done():
		t.Error("the zygote goes on")
	}
	if _, err := z.Fork(Limits{CPU: time.Second, MemoryMB: 64}); err == nil || !strings.Contains(err.Error(), "namespace ended") {
		t.Error(err)
	}
}
