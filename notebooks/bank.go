package notebooks

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

//go:embed all:challenges
var embedded embed.FS

// Bank is a set of challenges, each with its own slug.
type Bank struct {
	bySlug map[string]*Challenge
	list   []*Challenge
}

// OpenBank reads the challenges that are part of the program, and those in further folders: a folder is a challenge
// itself (it has a challenge.toml) or holds one challenge in each of its folders.
func OpenBank(dirs ...string) (*Bank, error) {
	b := &Bank{bySlug: map[string]*Challenge{}}
	root, err := fs.Sub(embedded, "challenges")
	if err != nil {
		return nil, err
	}
	if err := b.addAll(root); err != nil {
		return nil, fmt.Errorf("challenge bank: %v", err)
	}
	for _, dir := range dirs {
		if err := b.addDir(dir); err != nil {
			return nil, fmt.Errorf("challenge bank %s: %v", dir, err)
		}
	}
	slices.SortFunc(b.list, func(x, y *Challenge) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Lessons, x.Lesson), slices.Index(Lessons, y.Lesson)),
			cmp.Compare(x.Order, y.Order),
			cmp.Compare(x.Slug, y.Slug))
	})
	return b, nil
}

// Lookup finds a challenge by its slug.
func (b *Bank) Lookup(slug string) (*Challenge, bool) {
	c, ok := b.bySlug[slug]
	return c, ok
}

// List is every challenge in the order of the course.
func (b *Bank) List() []*Challenge { return slices.Clone(b.list) }

// addDir goes through os.Root, so that a link in a folder of somebody else's challenges leads nowhere else.
func (b *Bank) addDir(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := root.Stat("challenge.toml"); err == nil {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		return b.add(root.FS(), filepath.Base(abs))
	}
	n := len(b.list)
	if err := b.addAll(root.FS()); err != nil {
		return err
	}
	if len(b.list) == n {
		return errors.New("no folder in it has a challenge.toml")
	}
	return nil
}

// addAll adds each folder of fsys that has a challenge.toml.
func (b *Bank) addAll(fsys fs.FS) error {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if _, err := fs.Stat(fsys, e.Name()+"/challenge.toml"); err != nil {
			continue
		}
		sub, err := fs.Sub(fsys, e.Name())
		if err != nil {
			return err
		}
		if err := b.add(sub, e.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bank) add(fsys fs.FS, folder string) error {
	c, err := Read(fsys)
	if err != nil {
		return fmt.Errorf("%s: %v", folder, err)
	}
	if c.Slug != folder {
		return fmt.Errorf("%s: challenge.toml: slug %q is not the folder's name", folder, c.Slug)
	}
	if _, taken := b.bySlug[c.Slug]; taken {
		return fmt.Errorf("%s: this slug is already in the bank", folder)
	}
	b.bySlug[c.Slug] = c
	b.list = append(b.list, c)
	return nil
}
