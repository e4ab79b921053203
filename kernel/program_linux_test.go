package kernel

import (
	"os"
	"testing"
)

// The memory of the program's file is given back, and the program goes on.
func TestReleaseProgram(t *testing.T) {
	before := statusKB(t, os.Getpid(), "RssFile")
	if err := releaseProgram(); err != nil {
		t.Fatal(err)
	}
	if after := statusKB(t, os.Getpid(), "RssFile"); after > before*4/5 {
		t.Errorf("%d kB of files before, %d kB after", before, after)
	}
}
