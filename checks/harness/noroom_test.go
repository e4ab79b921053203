package harness

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A child that gets no place to work is lost, and nothing else is: an answer may have filled the disk.
func TestNoRoomForAChild(t *testing.T) {
	z := zygote(t, python(t), ZygoteOptions{Imports: []string{"numpy"}, Level: "L1"})
	if err := os.WriteFile(filepath.Join(z.scratch, "c1"), nil, 0o600); err != nil { // where the first child's folder would be
		t.Fatal(err)
	}
	c, err := z.Fork(Limits{CPU: time.Second, MemoryMB: 256})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Call(Request("load", "x = 1\n"), 5*time.Second)
	var gone *GoneError
	if !errors.As(err, &gone) || gone.Lost || c.Wait().Status.ExitStatus() != 28 {
		t.Errorf("a child without a place: %v", err)
	}
	if !z.Alive() {
		t.Fatal("the zygote ended")
	}
	loaded(t, z, "x = 1\n")
}
