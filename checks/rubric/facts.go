package rubric

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

//go:embed py/*.py
var pySources embed.FS

// Limits of one look at a source.
const (
	maxSource   = 400_000 // characters
	analyseTime = 5 * time.Second
)

// facts is what the Python side found (py/review.py).
type facts struct {
	Python    string     `json:"python"`
	Error     *factError `json:"error"`
	Functions []function `json:"functions"`
	Classes   []class    `json:"classes"`
	Hits      []hit      `json:"hits"`
	Loops     [][2]int   `json:"loops"`
	Calls     []string   `json:"calls"`
	Forms     [][3]any   `json:"forms"` // first line, last line, the comprehension that this loop would be
	Reference *facts     `json:"reference"`
}

type factError struct {
	Line    int    `json:"line"`
	Message string `json:"message"`
	Refused bool   `json:"refused"` // the code is longer or deeper than anything that is written to be read
}

type class struct {
	Name  string `json:"name"`
	Line  int    `json:"line"`
	Doc   bool   `json:"doc"`
	Named bool   `json:"named"`
}

// function is the shape of one function.
type function struct {
	Name       string     `json:"name"`
	Qual       string     `json:"qual"`
	Class      string     `json:"class"`
	Head       string     `json:"head"`
	Line       int        `json:"line"`
	EndLine    int        `json:"end_line"`
	Entry      bool       `json:"entry"`
	Reach      bool       `json:"reach"`
	Public     bool       `json:"public"`
	Trivial    bool       `json:"trivial"`
	Gives      bool       `json:"gives"`
	Lines      int        `json:"lines"`
	Cyclomatic int        `json:"cyclomatic"`
	Cognitive  int        `json:"cognitive"`
	Nesting    int        `json:"nesting"`
	Depth      int        `json:"depth"` // of its syntax: how far anything is inside of anything else
	Params     []string   `json:"params"`
	Unhinted   []string   `json:"unhinted"`
	Hinted     int        `json:"hinted"`
	Returns    bool       `json:"returns"`
	Doc        *docstring `json:"doc"`
	BadNames   [][3]any   `json:"bad_names"`
	Clutter    [][3]any   `json:"clutter"`
}

type docstring struct {
	Summary  bool     `json:"summary"`
	Sections []string `json:"sections"`
	Unknown  []string `json:"unknown"`
	Missing  []string `json:"missing"`
	Returns  bool     `json:"returns"`
	Line     int      `json:"line"`
}

// hit is one suspicion of a static rule.
type hit struct {
	Rule     string   `json:"rule"`
	Family   string   `json:"family"`
	Line     int      `json:"line"`
	EndLine  int      `json:"end_line"`
	Function string   `json:"function"`
	Reach    bool     `json:"reach"`
	Certain  bool     `json:"certain"`
	Quiet    bool     `json:"quiet"` // says something only when a measurement asks for it
	Why      string   `json:"why"`
	Better   string   `json:"better"`
	Facts    []string `json:"facts"`
}

// Analyse reads the syntax trees of in.Source and in.ReferenceSource with the own rules and gives the facts for
// Input.Facts. The sources are parsed in a Python process of its own; nothing of them is run.
func Analyse(ctx context.Context, python string, in Input) (_ []byte, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("rubric: read the code: %v", err)
		}
	}()
	if python == "" {
		return nil, fmt.Errorf("no Python is configured")
	}
	boot, request, err := analyseRequest(in)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, analyseTime)
	defer stop()
	out, err := runTool(ctx, request, python, "-I", "-S", "-B", "-c", boot)
	if err != nil {
		return nil, err
	}
	if !json.Valid(out) {
		return nil, fmt.Errorf("the answer is not JSON")
	}
	return out, nil
}

// analyseRequest builds the bootstrap program and its standard input: the modules in order of their imports, then the request.
func analyseRequest(in Input) (boot string, request []byte, err error) {
	modules := [][2]string{}
	for _, name := range []string{"names", "shape", "better", "pairs", "loops", "safe", "review"} {
		source, err := pySources.ReadFile("py/" + name + ".py")
		if err != nil {
			return "", nil, err
		}
		modules = append(modules, [2]string{name, string(source)})
	}
	b, err := pySources.ReadFile("py/boot.py")
	if err != nil {
		return "", nil, err
	}
	source := in.Source
	if len(source) > 4*maxSource { // more than the Python side would look at anyway
		source = source[:4*maxSource]
	}
	request, err = json.Marshal(map[string]any{"modules": modules, "request": map[string]any{
		"source": source, "reference": in.ReferenceSource, "entry_points": in.EntryPoints, "limit": maxSource,
	}})
	return string(b), request, err
}

// runTool runs one helper program on stdin with an empty environment and a cap on what it may answer.
func runTool(ctx context.Context, stdin []byte, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Dir = os.TempDir()
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PYTHONIOENCODING=utf-8", "HOME=" + os.TempDir()}
	cmd.WaitDelay = time.Second
	stdout := &capped{left: 16 << 20}
	stderr := &capped{left: 4 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("no answer in time")
	}
	if err != nil {
		if tail := strings.TrimSpace(stderr.String()); tail != "" {
			lines := strings.Split(tail, "\n")
			return stdout.Bytes(), fmt.Errorf("%v: %s", err, lines[len(lines)-1])
		}
		return stdout.Bytes(), err
	}
	return stdout.Bytes(), nil
}

// capped keeps the first bytes that are written to it and drops the rest.
type capped struct {
	bytes.Buffer
	left int
}

// Write never fails, so that a talkative tool ends by itself.
func (c *capped) Write(p []byte) (int, error) {
	n := min(len(p), c.left)
	c.left -= n
	c.Buffer.Write(p[:n])
	return len(p), nil
}

func readFacts(raw []byte) *facts {
	if len(raw) == 0 {
		return nil
	}
	var f facts
	if json.Unmarshal(raw, &f) != nil {
		return nil
	}
	return &f
}
