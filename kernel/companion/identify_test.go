package companion

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/assay-kernel/assay/kernel/companion/store"
	"github.com/assay-kernel/assay/kernel/link"
	"github.com/assay-kernel/assay/kernel/session"
)

func TestWhichSession(t *testing.T) {
	nb := session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k1"}
	tests := []struct {
		name   string
		first  session.Hello
		leaves bool // the first kernel is gone when the second comes
		second session.Hello
		same   bool
	}{
		{"restart of the kernel", nb, true, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k1"}, true},
		{"the same kernel while its old line hangs", nb, false, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k1"}, true},
		{"renamed notebook", nb, true, session.Hello{Instance: "nb", Notebook: "b.ipynb", KernelID: "k2"}, true},
		{"renamed while running", nb, false, session.Hello{Instance: "nb", Notebook: "b.ipynb", KernelID: "k1"}, true},
		{"a copy opened beside it", nb, false, session.Hello{Instance: "nb", Notebook: "copy.ipynb", KernelID: "k2"}, false},
		{"another kernel for the same notebook", nb, false, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k2"}, true},
		{"two notebooks of one challenge", nb, false, session.Hello{Instance: "nb2", Notebook: "b.ipynb", KernelID: "k2"}, false},
		{"two challenges in one notebook", nb, false, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k1", Challenge: "other"}, false},
		{"a console comes back", session.Hello{KernelID: "k1"}, true, session.Hello{KernelID: "k1"}, true},
		{"another console", session.Hello{KernelID: "k1"}, true, session.Hello{KernelID: "k2"}, false},
		{"nothing known at all", session.Hello{}, true, session.Hello{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			start(t, home, nil)
			one := connect(t, home, tt.first)
			first := one.welcome().Session
			one.run("a", "", "x = 1", false)
			if tt.leaves {
				one.record(session.KindKernelEnded, "", "", session.KernelEnded{Why: "shutdown"})
				one.close()
			}
			second := connect(t, home, tt.second).welcome().Session
			if (first == second) != tt.same {
				t.Errorf("same session is %v, want %v", first == second, tt.same)
			}
		})
	}
}

func TestACopyKeepsItsOwnSession(t *testing.T) {
	home := t.TempDir()
	start(t, home, nil)
	a := connect(t, home, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k1"})
	original := a.welcome().Session
	b := connect(t, home, session.Hello{Instance: "nb", Notebook: "copy.ipynb", KernelID: "k2"})
	copied := b.welcome().Session
	a.close()
	b.close()
	if got := connect(t, home, session.Hello{Instance: "nb", Notebook: "copy.ipynb", KernelID: "k3"}).welcome().Session; got != copied {
		t.Error("the copy came back to another session")
	}
	if got := connect(t, home, session.Hello{Instance: "nb", Notebook: "a.ipynb", KernelID: "k4"}).welcome().Session; got != original {
		t.Error("the original came back to another session")
	}
}

func TestWelcomeRefuses(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	tests := []struct {
		name  string
		hello session.Hello
		want  string
	}{
		{"another protocol", session.Hello{Protocol: 99, Source: "s", Challenge: "warm-up"}, "versions"},
		{"unknown challenge", session.Hello{Protocol: 1, Source: "s", Challenge: "no-such"}, "assay list"},
		{"the companion's own name", session.Hello{Protocol: 1, Source: store.Companion, Challenge: "warm-up"}, "who it is"},
		{"no source", session.Hello{Protocol: 1, Challenge: "warm-up"}, "who it is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conn := dialAgent(t, c)
			if err := conn.Write(session.Up{Hello: &tt.hello}); err != nil {
				t.Fatal(err)
			}
			var d session.Down
			if err := conn.Read(&d); err != nil || d.Welcome == nil || !strings.Contains(d.Welcome.Error, tt.want) {
				t.Errorf("got %+v, %v", d.Welcome, err)
			}
		})
	}
}

func dialAgent(t *testing.T, c *Companion) *link.Conn {
	t.Helper()
	conn, err := link.Dial(t.Context(), strings.Replace(c.Address().URL, "http", "ws", 1)+"/k", c.Address().Token, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(link.CloseNormal, "") })
	return conn
}

func TestAKernelCannotSpeakForTheCompanion(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	for _, kind := range []session.Kind{session.KindVerdict, session.KindScore, session.KindSessionFinished, session.KindHint, "nonsense"} {
		conn := dialAgent(t, c)
		if err := conn.Write(session.Up{Hello: &session.Hello{Protocol: 1, Source: "forger-" + string(kind), Challenge: "warm-up", Instance: "nb"}}); err != nil {
			t.Fatal(err)
		}
		var d session.Down
		if err := conn.Read(&d); err != nil {
			t.Fatal(err)
		}
		if err := conn.Write(session.Up{Event: &session.Event{SrcSeq: 1, Kind: kind, Data: []byte(`{}`)}}); err != nil {
			t.Fatal(err)
		}
		for {
			var d session.Down
			err := conn.Read(&d)
			if err != nil {
				break
			}
			if d.Ack > 0 {
				t.Errorf("%s was acknowledged", kind)
			}
		}
	}
	all, _ := c.store.Sessions(t.Context())
	for _, k := range all {
		if k.Seq != 1 {
			t.Errorf("session %s has %d records", k.ID, k.Seq)
		}
	}
}

func TestOneCompanionAHome(t *testing.T) {
	home := t.TempDir()
	c := start(t, home, nil)
	if _, err := Open(Config{Home: home, Bank: bank{}, Logger: quiet()}); !errors.Is(err, store.ErrLocked) {
		t.Fatalf("a second companion: %v", err)
	}
	a, err := link.ReadAddress(home)
	if err != nil || a.URL != c.Address().URL || a.Interviewer != c.InterviewerURL() {
		t.Fatalf("companion.json says %+v, %v", a, err)
	}
	if info, err := os.Stat(home + "/" + link.FileName); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("companion.json: %v, %v", info.Mode(), err)
	}
	key := c.keys.Interviewer
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := link.ReadAddress(home); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("companion.json after the end: %v", err)
	}
	if again := start(t, home, nil); !strings.HasSuffix(again.InterviewerURL(), "/"+key+"/") {
		t.Error("the interviewer's key changed with a restart")
	}
}

func TestIdleCompanionStops(t *testing.T) {
	home := t.TempDir()
	c, err := Open(Config{Home: home, Bank: bank{}, Logger: quiet(), IdleStop: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	release := c.connected() // however long the kernel takes to come
	served := make(chan error, 1)
	go func() { served <- c.Serve(context.Background()) }()
	k := connect(t, home, session.Hello{Instance: "nb"})
	k.welcome()
	release()
	select {
	case err := <-served:
		t.Fatal("stopped with a kernel connected: ", err)
	case <-time.After(time.Second):
	}
	k.close()
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("did not stop")
	}
}
