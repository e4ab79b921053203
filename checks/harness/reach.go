package harness

import (
	"fmt"
	"os"
	"path/filepath"
)

// outOfReach makes sure that children cannot read what is hidden from them: hidden tests are in challenge folders, and
// those that come with this program are in the program itself. At L0 children can read everything, and the level says so.
func outOfReach(i *Info, hidden []string) error {
	if i.Level == "L0" {
		return nil
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	for _, path := range append([]string{exe}, hidden...) {
		for _, dir := range i.Readable {
			if within(dir, path) {
				return fmt.Errorf("%s lies in %s, which candidates' code can read: put it elsewhere", path, dir)
			}
		}
	}
	return nil
}

// within reports whether a path leads into a folder, or is it; the folder is named without links.
func within(dir, path string) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}
