package notebooks

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/assay-kernel/assay/checks"
)

// SchemaVersion is the version of the folder's format.
const SchemaVersion = 1

// Lessons in the order of the course.
var Lessons = []string{"warm-up", "numpy", "pandas", "scikit-learn", "pytorch", "puzzles", "practice"}

// Categories of question, each with the minutes that the course allows for it, and its name for people.
var Categories = map[string]struct {
	Title    string
	Min, Max int
}{
	"numerical":     {"Numerical Computing", 15, 20},
	"wrangling":     {"Data Wrangling", 15, 25},
	"pipelines":     {"ML Pipelines", 20, 30},
	"deep-learning": {"Deep Learning", 25, 40},
	"puzzles":       {"Data Puzzles", 20, 30},
}

var (
	difficulties = []string{"easy", "medium", "hard"}
	tiers        = []string{"always", "usually", "ask"}
	preloads     = []string{"numpy", "pandas", "scipy", "sklearn", "torch"}

	slugForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	pythonName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// header is challenge.toml.
type header struct {
	Schema      int      `toml:"schema"`
	Slug        string   `toml:"slug"`
	Title       string   `toml:"title"`
	Lesson      string   `toml:"lesson"`
	Order       int      `toml:"order"`
	Category    string   `toml:"category"`
	Difficulty  string   `toml:"difficulty"`
	Minutes     int      `toml:"minutes"`
	Tier        string   `toml:"tier"`
	EntryPoints []string `toml:"entry_points"`
	Needs       []string `toml:"needs"`   // loaded before the answer
	Allowed     []string `toml:"allowed"` // libraries beyond these get a notice
	Axes        []Axis   `toml:"axes"`
	Limits      struct {
		CaseSeconds  float64 `toml:"case_seconds"`
		TotalSeconds float64 `toml:"total_seconds"`
		MemoryMB     int     `toml:"memory_mb"`
	} `toml:"limits"`
}

func readHeader(text string, ps *Problems) header {
	const file = "challenge.toml"
	h := header{}
	h.Limits.CaseSeconds, h.Limits.TotalSeconds, h.Limits.MemoryMB = 2, 20, 1024
	md, err := toml.Decode(text, &h)
	var pe toml.ParseError
	if errors.As(err, &pe) {
		ps.add(file, pe.Position.Line, "%s", pe.Message)
		return h
	} else if err != nil {
		line, text := tomlError(err)
		ps.add(file, line, "%s", text)
		return h
	}
	for _, key := range md.Undecoded() {
		ps.add(file, keyLine(text, key[len(key)-1]), "unknown key %q", key.String())
	}
	for _, key := range []string{"schema", "slug", "title", "lesson", "order", "category", "difficulty", "minutes",
		"tier", "entry_points", "needs", "allowed", "axes"} {
		if !md.IsDefined(key) {
			ps.add(file, 1, "key %q is missing", key) // before the first table, where all these keys belong
		}
	}
	h.validate(func(key, format string, args ...any) {
		if md.IsDefined(strings.Split(key, ".")...) {
			ps.add(file, keyLine(text, key[strings.LastIndexByte(key, '.')+1:]), format, args...)
		}
	})
	return h
}

var tomlLine = regexp.MustCompile(`^toml: line (\d+) (.*)$`)

// tomlError takes the line out of the library's text: a value of the wrong type has it nowhere else.
func tomlError(err error) (line int, text string) {
	m := tomlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 0, err.Error()
	}
	line, _ = strconv.Atoi(m[1])
	return line, m[2]
}

// validate reports each value that a key may not have.
func (h *header) validate(bad func(key, format string, args ...any)) {
	if h.Schema != SchemaVersion {
		bad("schema", "schema %d is not known here; this version reads %d", h.Schema, SchemaVersion)
	}
	if !slugForm.MatchString(h.Slug) || len(h.Slug) > 64 {
		bad("slug", "slug %q is not of the form my-challenge", h.Slug)
	}
	if strings.TrimSpace(h.Title) == "" {
		bad("title", "the title is empty")
	}
	oneOf := func(key, value string, of []string) {
		if !slices.Contains(of, value) {
			bad(key, "%s %q is none of %s", key, value, strings.Join(of, ", "))
		}
	}
	oneOf("lesson", h.Lesson, Lessons)
	oneOf("difficulty", h.Difficulty, difficulties)
	oneOf("tier", h.Tier, tiers)
	if cat, ok := Categories[h.Category]; !ok {
		bad("category", "category %q is none of numerical, wrangling, pipelines, deep-learning, puzzles", h.Category)
	} else if h.Minutes < cat.Min || h.Minutes > cat.Max {
		bad("minutes", "%d minutes is outside of %d to %d, the range of %s", h.Minutes, cat.Min, cat.Max, cat.Title)
	}
	if len(h.EntryPoints) == 0 {
		bad("entry_points", "the answer must define at least one name")
	}
	for _, name := range h.EntryPoints {
		if !pythonName.MatchString(name) {
			bad("entry_points", "%q is not a Python name", name)
		}
	}
	for _, name := range h.Needs {
		oneOf("needs", name, preloads)
	}
	h.validateAxes(bad)
	if h.Limits.CaseSeconds <= 0 || h.Limits.CaseSeconds > 60 {
		bad("limits.case_seconds", "case_seconds must be above 0 and at most 60")
	}
	if h.Limits.TotalSeconds < h.Limits.CaseSeconds || h.Limits.TotalSeconds > 120 {
		bad("limits.total_seconds", "total_seconds must be at least case_seconds and at most 120")
	}
	if h.Limits.MemoryMB < 64 || h.Limits.MemoryMB > 4096 {
		bad("limits.memory_mb", "memory_mb must be between 64 and 4096")
	}
}

func (h *header) validateAxes(bad func(key, format string, args ...any)) {
	if len(h.Axes) == 0 {
		bad("axes", "name at least one axis, closed or open")
	}
	seen := map[string]bool{}
	for _, a := range h.Axes {
		if a.Name == "" || seen[a.Name] {
			bad("axes", "an axis needs a name of its own; %q is empty or taken", a.Name)
		}
		if a.Max < 0 {
			bad("axes", "axis %q: max is below 0", a.Name)
		}
		seen[a.Name] = true
	}
}

func (h *header) apply(c *Challenge) {
	c.Slug, c.Title, c.Lesson, c.Order, c.Category = h.Slug, h.Title, h.Lesson, h.Order, h.Category
	c.Difficulty, c.Minutes, c.Tier, c.Needs = h.Difficulty, h.Minutes, h.Tier, h.Needs
	c.EntryPoints, c.Axes = h.EntryPoints, h.Axes
}

// spec is what the grader is told: no prose, no hints, no traps.
func (h *header) spec(c *Challenge, files map[string]string) *checks.Spec {
	s := &checks.Spec{
		Slug: c.Slug, Title: c.Title, Version: c.Version,
		EntryPoints: h.EntryPoints, Imports: h.Needs, Allowed: h.Allowed,
		Tests: files["tests.py"], Solution: files["solution.py"], Starter: files["starter.py"],
		CaseSeconds: h.Limits.CaseSeconds, TotalSeconds: h.Limits.TotalSeconds, MemoryMB: h.Limits.MemoryMB,
	}
	for _, a := range h.Axes {
		s.Axes = append(s.Axes, checks.Axis{Name: a.Name, Closed: a.Closed})
	}
	return s
}

// keyLine is the first line that sets key; the TOML library keeps no positions of good keys.
func keyLine(text, key string) int {
	form := regexp.MustCompile(`^\s*(\[\[?\s*)?("?)` + regexp.QuoteMeta(key) + `("?)\s*(=|\])`)
	for i, line := range strings.Split(text, "\n") {
		if form.MatchString(line) {
			return i + 1
		}
	}
	return 0
}
