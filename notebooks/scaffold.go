package notebooks

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

//go:embed all:scaffold
var scaffold embed.FS

// Scaffold writes a small challenge that works into the new folder dir/slug, for an author to turn into their own.
// Verify says what it still lacks.
func Scaffold(dir, slug string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("making a challenge: %v", err)
		}
	}()
	if !slugForm.MatchString(slug) || len(slug) > 64 {
		return fmt.Errorf("%q is not of the form my-challenge", slug)
	}
	folder := filepath.Join(dir, slug)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(scaffold, "scaffold", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := scaffold.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, "scaffold/")
		if at := path.Dir(name); at != "." {
			if err := root.MkdirAll(at, 0o755); err != nil {
				return err
			}
		}
		return root.WriteFile(name, []byte(strings.ReplaceAll(string(b), "my-challenge", slug)), 0o644)
	})
}
