package notebooks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/assay-kernel/assay/checks"
)

// Challenge is one folder, read and found to be well formed. Verify proves that it also holds.
type Challenge struct {
	Slug        string
	Title       string
	Lesson      string // one of Lessons
	Order       int    // within the lesson
	Category    string // one of the keys of Categories
	Difficulty  string // easy, medium, hard
	Minutes     int
	Tier        string   // always, usually, ask: how freely its libraries may be used
	Needs       []string // libraries without which it cannot be graded
	EntryPoints []string // names that the answer must define
	Axes        []Axis

	Prompt    string // the statement, markdown
	Example   string // the worked example, markdown
	Starter   string // the candidate's first solution cell
	Hints     []Hint
	FollowUps []string
	Clarify   []QA // for the interviewer

	Spec     *checks.Spec
	Solution Answer
	Accepted []Answer // right answers of another kind than Solution
	Traps    []Answer
	Mutants  []Equivalent // mutants of Solution that no test can tell from it
	Design   string
	Version  string // hash over the folder: names and contents

	lines map[string]int // first line of things that Verify may have to blame
}

// Axis is a size that may grow.
type Axis struct {
	Name   string `toml:"name"`
	Closed bool   `toml:"closed"` // a Python-level loop over it counts against the answer
	Max    int    `toml:"max"`    // the largest that the statement promises; 0 when it promises none
}

// Hint is one step of the ladder.
type Hint struct {
	Text string
	Cost string // shown before the step is taken: "free", "1 point of Problem Solving"
}

// QA is a question that a good candidate asks, and the answer.
type QA struct {
	Question string
	Answer   string
}

// Limits of a challenge folder: whatever is larger is a mistake or an attack.
const (
	maxFileBytes = 256 << 10
	maxFiles     = 200
)

// required are the files that every challenge has; accepted/*.py, traps/*.py and perhaps mutants.toml come on top.
var required = []string{
	"challenge.toml", "prompt.md", "starter.py", "hints.md", "clarify.md", "solution.py", "tests.py", "design.md",
}

// Read reads the challenge in the root of fsys. Errors of form come all at once, as Problems.
func Read(fsys fs.FS) (*Challenge, error) {
	var ps Problems
	files, err := readFolder(fsys, &ps)
	if err != nil {
		return nil, fmt.Errorf("reading a challenge: %w", err)
	}
	for _, name := range required {
		if text, ok := files[name]; !ok {
			ps.add(name, 0, "this file is missing")
		} else if strings.TrimSpace(text) == "" {
			ps.add(name, 0, "this file is empty")
		}
	}
	if len(ps) > 0 {
		return nil, ps
	}
	c := &Challenge{
		Starter: files["starter.py"],
		Design:  files["design.md"],
		Version: version(files),
		lines:   map[string]int{},
	}
	h := readHeader(files["challenge.toml"], &ps)
	h.apply(c)
	c.Prompt, c.Example = readPrompt(files["prompt.md"], &ps)
	c.Hints, c.FollowUps = c.readHints(files["hints.md"], &ps)
	c.Clarify = readClarify(files["clarify.md"], &ps)
	c.readAnswers(files, &ps)
	c.Mutants = readMutants(files[mutantsFile], &ps)
	c.Spec = h.spec(c, files)
	return c, ps.err()
}

// readFolder reads every file of the folder and blames those that do not belong.
func readFolder(fsys fs.FS, ps *Problems) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "." || d.IsDir() && (name == "accepted" || name == "traps"):
			return nil
		case strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return fs.SkipDir
		case strings.HasPrefix(d.Name(), "."):
			return nil // of an editor that has the folder open, or of the system
		case d.IsDir():
			ps.add(name+"/", 0, "a challenge has no such folder")
			return fs.SkipDir
		case !listed(name):
			ps.add(name, 0, "a challenge has no such file")
			return nil
		case !d.Type().IsRegular():
			ps.add(name, 0, "this is not an ordinary file")
			return nil
		case len(files) == maxFiles:
			return fmt.Errorf("more than %d files", maxFiles)
		}
		text, err := readText(fsys, name)
		if err != nil {
			ps.add(name, 0, "%v", err)
		}
		files[name] = text
		return nil
	})
	return files, err
}

func listed(name string) bool {
	if dir, file := path.Split(name); dir == "accepted/" || dir == "traps/" {
		return answerName.MatchString(file)
	}
	return name == mutantsFile || slices.Contains(required, name)
}

// readText reads one file that must be UTF-8 with Unix line ends: the version of a challenge and the lines of its
// messages must not depend on the machine it was checked out on.
func readText(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	switch {
	case err != nil:
		return "", err
	case len(b) > maxFileBytes:
		return "", fmt.Errorf("larger than %d KiB", maxFileBytes>>10)
	case !utf8.Valid(b):
		return "", fmt.Errorf("not UTF-8")
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n"), nil
}

// version is a hash over names and contents, in order of name.
func version(files map[string]string) string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%d %s %d\n%s", len(name), name, len(files[name]), files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}
