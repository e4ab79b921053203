package mutate

import (
	"os/exec"
	"strings"
	"testing"
)

const answers = `import numpy as np
import pandas as pd

def give(what):
    """Docs."""
    return {
        "int": 3, "float": 1.5, "bool": True, "text": "a", "bytes": b"a", "none": None,
        "list": [1, (2, "b"), {"k": False}, {4}],
        "array": np.arange(3, dtype=np.int32), "mask": np.array([True, False]), "zero": np.array(2.0), "scalar": np.float32(2),
        "names": np.array(["x", "y"]), "objects": np.array([1, None], dtype=object), "days": np.array(["2024-05-01"], dtype="M8[D]"),
        "series": pd.Series([1.0, np.nan]), "kinds": pd.Series(["a", "b"], dtype="category"), "index": pd.Index([1, 2]),
        "frame": pd.DataFrame({"n": [1], "s": ["a"], "b": [True], "t": pd.to_datetime(["2024-05-01"])}),
        "object": print, "error": ValueError,
    }[what]

def items(n):
    yield from range(n)

def twice(n):
    return 2 * give("int") * n

class Model:
    def __init__(self, k=1):
        self.k = k

    def fit(self):
        self.seen_ = self.predict()
        return self

    def predict(self):
        return self.k

    @property
    def size(self):
        return self.k

    @staticmethod
    def name():
        return "m"

    def __len__(self):
        return self.k

def build():
    class Library:
        def predict(self):
            return 1
    return Library()
`

const looks = `
def show(v):
    if isinstance(v, np.ndarray): return f"{v.dtype} {v.tolist()}"
    if isinstance(v, np.generic): return f"{type(v).__name__} {v}"
    if isinstance(v, pd.DataFrame): return str(v.astype(str).values.tolist()) + str(list(v.columns))
    if isinstance(v, (pd.Series, pd.Index)): return str(v.tolist())
    return repr(v)

def tried(f):
    try:
        return show(f())
    except BaseException as e:
        return type(e).__name__

for what in ("int float bool text bytes none list array mask zero scalar names objects days series kinds index frame").split():
    print(what, tried(lambda: give(what)))
m = Model(7)
print("same", give("object") is print, m.fit() is m, m.seen_)
print("class", tried(m.predict), tried(lambda: m.size), tried(m.name), tried(lambda: len(m)))
print("items", tried(lambda: list(items(3))), "inside", tried(lambda: twice(1)), "built", tried(lambda: build().predict()))
print("kept", give.__name__, give.__doc__, tried(lambda: give("no")))
`

func run(t *testing.T, source string) string {
	t.Helper()
	cmd := exec.Command(python(t), "-I", "-B", "-")
	cmd.Stdin = strings.NewReader(source)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

var entries = []string{"give", "items", "twice", "Model", "build"}

func TestWrongValues(t *testing.T) {
	const want = `int 4
float 2.5
bool False
text 'a?'
bytes b'a?'
none None
list [2, (3, 'b?'), {'k': True}, {5}]
array int32 [1, 2, 3]
mask bool [False, True]
zero float64 3.0
scalar float32 3.0
names <U2 ['x?', 'y?']
objects object [2, None]
days datetime64[D] [datetime.date(2024, 5, 2)]
series [2.0, nan]
kinds ['a?', 'b?']
index [2, 3]
frame [['2', 'a?', 'False', '2024-05-02']]['n', 's', 'b', 't']
same True True 7
class 8 8 'm?' 8
items [1, 2, 3] inside 7 built 2
kept give Docs. KeyError
`
	if got := run(t, WrongValues(answers, entries)+looks); got != want {
		t.Errorf("got\n%s", got)
	}
}

// Where a value is asked for, NoValues raises something that no test can expect; the rest goes on.
func TestNoValues(t *testing.T) {
	got := run(t, NoValues(answers, entries)+looks)
	for _, want := range []string{"int _WrongValue", "none None", "frame _WrongValue", "same True True 7",
		"class _WrongValue _WrongValue _WrongValue _WrongValue", "built _WrongValue", "KeyError"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestWrongTensors(t *testing.T) {
	source := "import torch\n\ndef f(x):\n    return {'x': x, 'mask': x > 1}\n"
	got := run(t, WrongValues(source, []string{"f"})+"print(f(torch.tensor([1., 2.])))\n")
	if want := "{'x': tensor([2., 3.]), 'mask': tensor([ True, False])}\n"; got != want {
		t.Errorf("got %s", got)
	}
}
