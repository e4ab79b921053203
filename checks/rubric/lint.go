package rubric

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// The pinned rules. "Sure" rules were measured at no more than 0.08 hits in 1,000 lines of scikit-learn and pandas core;
// "style" rules cost little and are capped together; "clutter" rules belong to Code Quality. Everything else stays off:
// N803 and N806 would flag X and W, T201 the prints that candidates are asked for, E501 and its kin are taste.
var (
	sureRules    = []string{"B023", "E711", "F841", "PLW0177", "RUF017", "B018"}
	safeRules    = []string{"B006", "B008", "F403", "E722"} // our own rules see the same and more; here as a second witness
	styleRules   = []string{"PERF401", "PERF402", "PERF403", "C400", "C401", "C402", "C403", "C404", "C405", "C409", "C410", "C411", "C413", "C414", "C416", "C417", "C419", "SIM101", "SIM103", "SIM109", "SIM110", "SIM113", "PLR1714", "PD002", "NPY002", "FURB105", "FURB129", "FURB136", "FURB168"}
	adviceRules  = []string{"PD011", "SIM118", "F405", "F811"}
	clutterRules = []string{"F401", "ERA001"}
)

// LintRules is the version of the pinned list, for Report.Tools.
const LintRules = "assay-1"

// Lint runs ruff on source with the pinned rules and gives its JSON. No configuration file is read, nothing is cached, and
// "noqa" comments are ignored. Without a ruff it gives nil and no error: Score then says that the own rules stand alone.
func Lint(ctx context.Context, ruff, source string) (_ []byte, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("rubric: ruff: %v", err)
		}
	}()
	if ruff == "" {
		return nil, nil
	}
	if _, err := exec.LookPath(ruff); err != nil {
		return nil, nil
	}
	if len(source) > maxSource {
		return nil, fmt.Errorf("the code is longer than %d characters", maxSource)
	}
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	rules := slices.Concat(sureRules, safeRules, styleRules, adviceRules, clutterRules)
	out, err := runTool(ctx, []byte(source), ruff, "check", "--isolated", "--no-cache", "--quiet", "--ignore-noqa", "--target-version", "py313",
		"--output-format", "json", "--select", strings.Join(rules, ","), "--stdin-filename", "answer.py", "-")
	if json.Valid(out) { // it exits 1 when it found something
		return out, nil
	}
	if err == nil {
		err = fmt.Errorf("the answer is not JSON")
	}
	return nil, err
}

// versions remembers what Version has learnt: tool -> version.
var versions sync.Map

// Version asks a tool for its version, once per process: "ruff 0.17.6" gives "0.17.6".
func Version(ctx context.Context, tool string) string {
	if tool == "" {
		return ""
	}
	if v, ok := versions.Load(tool); ok {
		return v.(string)
	}
	ctx, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	out, err := runTool(ctx, nil, tool, "--version")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(out))
	if len(fields) == 0 {
		return ""
	}
	version := fields[len(fields)-1]
	versions.Store(tool, version)
	return version
}

// lintHit is one diagnostic of ruff.
type lintHit struct {
	Code     string    `json:"code"`
	Message  string    `json:"message"`
	Location lintPlace `json:"location"`
	End      lintPlace `json:"end_location"`
	Fix      *struct {
		Edits []lintEdit `json:"edits"`
	} `json:"fix"`
}

type lintPlace struct {
	Row    int `json:"row"`
	Column int `json:"column"`
}

type lintEdit struct {
	Content  string    `json:"content"`
	Location lintPlace `json:"location"`
	End      lintPlace `json:"end_location"`
}

// hitsOfARule is how many hits of one rule are told: no score counts further, and the report has to fit into a log.
const hitsOfARule = 20

func readLint(raw []byte) []lintHit {
	var hits []lintHit
	if len(raw) == 0 || json.Unmarshal(raw, &hits) != nil {
		return nil
	}
	seen := map[string]int{}
	return slices.DeleteFunc(hits, func(h lintHit) bool {
		seen[h.Code]++
		return seen[h.Code] > hitsOfARule
	})
}
