package notebooks

import (
	"io/fs"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

const warmUp = "warmup-pairwise-distances"

// warmUpFiles is a copy of a good folder, for tests to spoil.
func warmUpFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root, err := fs.Sub(embedded, "challenges/"+warmUp)
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(root, name)
		files[name] = &fstest.MapFile{Data: b, Mode: 0o644}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func edit(file, old, new string) func(fstest.MapFS) {
	return func(f fstest.MapFS) {
		text := string(f[file].Data)
		if !strings.Contains(text, old) {
			panic("test: " + file + " lacks " + old)
		}
		f[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1)), Mode: 0o644}
	}
}

func put(file, text string) func(fstest.MapFS) {
	return func(f fstest.MapFS) { f[file] = &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
}

func TestReadBlamesFileAndLine(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(fstest.MapFS)
		want  string
	}{
		{"missing file", func(f fstest.MapFS) { delete(f, "clarify.md") }, "clarify.md: this file is missing"},
		{"empty file", put("tests.py", "\n"), "tests.py: this file is empty"},
		{"unlisted file", put("notes.txt", "x"), "notes.txt: a challenge has no such file"},
		{"unlisted folder", put("data/x.csv", "x"), "data/: a challenge has no such folder"},
		{"unlisted in traps", put("traps/__pycache__/x.pyc", "x"), "traps/__pycache__/: a challenge has no such folder"},
		{"bad answer name", put("traps/No Clamp.py", "x"), "traps/No Clamp.py: a challenge has no such file"},
		{"not text", put("design.md", "\xff"), "design.md: not UTF-8"},
		{"too large", put("design.md", strings.Repeat("x", maxFileBytes+1)), "design.md: larger than 256 KiB"},
		{"toml syntax", edit("challenge.toml", "minutes = 15", "minutes = = 15"), "challenge.toml:8: "},
		{"toml type", edit("challenge.toml", "minutes = 15", `minutes = "15"`), "challenge.toml:8: "},
		{"unknown key", edit("challenge.toml", "minutes = 15", "minutes = 15\nweight = 2"), `challenge.toml:9: unknown key "weight"`},
		{"unknown nested key", edit("challenge.toml", "memory_mb", "memory_gb"), `challenge.toml:27: unknown key "limits.memory_gb"`},
		{"missing key", edit("challenge.toml", "minutes = 15\n", ""), `challenge.toml:1: key "minutes" is missing`},
		{"later schema", edit("challenge.toml", "schema = 1", "schema = 2"), "challenge.toml:1: schema 2 is not known here"},
		{"minutes", edit("challenge.toml", "minutes = 15", "minutes = 45"), "challenge.toml:8: 45 minutes is outside of 15 to 20"},
		{"slug", edit("challenge.toml", "warmup-pairwise", "../warmup"), "challenge.toml:2: slug "},
		{"category", edit("challenge.toml", "numerical", "numbers"), `challenge.toml:6: category "numbers"`},
		{"axis twice", edit("challenge.toml", `"features"`, `"rows"`), "challenge.toml:14: an axis needs a name of its own"},
		{"no example", edit("prompt.md", "## Example", "**Example**"), "prompt.md: the worked example is missing"},
		{"unknown heading", edit("prompt.md", "## Example", "## Notes\n\nx\n\n## Example"), `prompt.md:18: heading "Notes"`},
		{"hint order", edit("hints.md", "## Hint 2", "## Hint 3"), "hints.md:6: hint 3 comes where hint 2 is due"},
		{"hint cost", edit("hints.md", "## Hint 2 (free)", "## Hint 2"), `hints.md:6: heading "Hint 2" is neither`},
		{"no answer", edit("clarify.md", "Euclidean, with the square root.", ""), "clarify.md:1: this question has no answer"},
		{"no header", put("traps/x.py", "import numpy\n"), `traps/x.py:1: the header lacks "# trap: wrong"`},
		{"no class", put("traps/x.py", "# trap: wrong\n# why: y\n"), "traps/x.py:1: a wrong trap names the classes"},
		{"bad class", put("traps/x.py", "# trap: wrong\n# fails: edges\n# why: y\n"), `traps/x.py:2: class "edges" is none of`},
		{"weak fails", put("traps/x.py", "# trap: weak\n# fails: edge\n# why: y\n"), "traps/x.py:2: only a wrong trap fails a class"},
		{"bad kind", put("traps/x.py", "# trap: bad\n# why: y\n"), "traps/x.py:1: a trap is wrong or weak"},
		{"unknown field", put("accepted/x.py", "# because: y\n"), `accepted/x.py:1: "because" is not known`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := warmUpFiles(t)
			tt.spoil(files)
			_, err := Read(files)
			if err == nil || !strings.Contains("\n"+err.Error(), "\n"+tt.want) {
				t.Errorf("got %v, want a line starting with %q", err, tt.want)
			}
		})
	}
}

func TestReadKeepsEverything(t *testing.T) {
	c, err := Read(warmUpFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	if c.Title != "All-pairs Euclidean distances" || c.Minutes != 15 || len(c.EntryPoints) != 1 || len(c.Axes) != 2 {
		t.Errorf("header: %+v", c)
	}
	if !strings.Contains(c.Prompt, "never NaN") || strings.Contains(c.Prompt, "3-4-5") || !strings.Contains(c.Example, "3-4-5") {
		t.Errorf("the statement is not split from its example")
	}
	if len(c.Hints) != 3 || c.Hints[0].Cost != "free" || c.Hints[2].Cost != "1 point of Problem Solving" {
		t.Errorf("hints: %+v", c.Hints)
	}
	if n := len(c.FollowUps); n != 3 || !strings.HasSuffix(c.FollowUps[1], "do not change.)") {
		t.Errorf("follow-ups: %q", c.FollowUps)
	}
	if len(c.Clarify) != 5 || c.Clarify[0].Answer != "Euclidean, with the square root." {
		t.Errorf("clarify: %+v", c.Clarify)
	}
	if s := c.Spec; s.Version != c.Version || s.Tests == "" || s.CaseSeconds != 5 || len(s.Axes) != 2 || !s.Axes[0].Closed {
		t.Errorf("spec: %+v", s)
	}
	for _, a := range c.Traps {
		if a.Name == "eps_in_root" && (a.Kind != Wrong || !a.Only || a.Fails[0] != "property" || a.Line != 2) {
			t.Errorf("trap: %+v", a)
		}
	}
}

func TestVersionCoversEveryFile(t *testing.T) {
	files := warmUpFiles(t)
	c, err := Read(files)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{c.Version: "the folder as it is"}
	for name, f := range files {
		changed := maps.Clone(files)
		changed[name] = &fstest.MapFile{Data: append([]byte(nil), append(f.Data, '\n')...), Mode: 0o644}
		d, err := Read(changed)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if other, ok := seen[d.Version]; ok {
			t.Errorf("a change of %s has the version of %s", name, other)
		}
		seen[d.Version] = name
	}
	crlf := maps.Clone(files)
	put("prompt.md", strings.ReplaceAll(string(files["prompt.md"].Data), "\n", "\r\n"))(crlf)
	if d, err := Read(crlf); err != nil || d.Version != c.Version {
		t.Errorf("line ends of another system change the version: %v", err)
	}
}

func TestBank(t *testing.T) {
	b, err := OpenBank()
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := b.Lookup(warmUp); !ok || c.Slug != warmUp || b.List()[0] != c {
		t.Error("the warm-up is not the first challenge")
	}
	if _, ok := b.Lookup("no-such"); ok {
		t.Error("found a challenge that is not there")
	}
}

func TestBankOfFurtherFolders(t *testing.T) {
	write := func(dir, slug string) {
		t.Helper()
		files := warmUpFiles(t)
		edit("challenge.toml", warmUp, slug)(files)
		if err := os.CopyFS(dir, files); err != nil {
			t.Fatal(err)
		}
	}
	bank := t.TempDir()
	write(bank+"/my-first", "my-first")
	b, err := OpenBank(bank)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := b.Lookup("my-first"); !ok {
		t.Error("a challenge of the further folder is missing")
	}
	if _, err := OpenBank(bank + "/my-first"); err != nil {
		t.Errorf("a folder that is a challenge itself: %v", err)
	}
	write(bank+"/other", "another")
	wantErr(t, bank, "other: challenge.toml: slug \"another\" is not the folder's name")
	wantErr(t, t.TempDir(), "no folder in it has a challenge.toml")
	taken := t.TempDir()
	write(taken+"/"+warmUp, warmUp)
	wantErr(t, taken, "this slug is already in the bank")

	outside, linked := t.TempDir(), t.TempDir()
	write(outside+"/my-link", "my-link")
	write(linked+"/my-link", "my-link")
	if err := os.Remove(linked + "/my-link/design.md"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside+"/my-link/design.md", linked+"/my-link/design.md"); err != nil {
		t.Skip("no links here")
	}
	wantErr(t, linked, "design.md: this is not an ordinary file")
}

func wantErr(t *testing.T, dir, want string) {
	t.Helper()
	if _, err := OpenBank(dir); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestWords(t *testing.T) {
	if n := words("One `two` - three,\n\n```python\nnot counted here\n```\n\n- (n, d) four"); n != 6 {
		t.Errorf("got %d words, want 6", n)
	}
}
