package kernel

import (
	"os"
	"strings"
	"testing"
)

// The memory of the program's file is given back, and the program goes on.
func TestReleaseProgram(t *testing.T) {
	before := fileKB(t)
	if err := releaseProgram(); err != nil {
		t.Fatal(err)
	}
	if after := fileKB(t); after > before*4/5 {
		t.Errorf("%d kB of files before, %d kB after", before, after)
	}
}

// fileKB is how much of this process's resident memory is pages of files.
func fileKB(t *testing.T) (kb int) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "RssFile:"); ok {
			for _, c := range rest {
				if c >= '0' && c <= '9' {
					kb = 10*kb + int(c-'0')
				}
			}
		}
	}
	return kb
}
