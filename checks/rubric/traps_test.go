package rubric

import (
	"testing"

	"github.com/assay-kernel/assay/checks/report"
)

// Right code that looks like a mistake: nothing here may cost anything, and the static rules should not even suspect it.
var traps = map[string]string{
	"folds": `
def folds(X, y, k, model):
    scores = []
    for fold in range(k):
        test = np.arange(len(X)) % k == fold
        model.fit(X[~test], y[~test])
        scores.append(model.score(X[test], y[test]))
    return np.mean(scores)
`,
	"epochs and batches": `
def train(X: np.ndarray, y: np.ndarray, w: np.ndarray, epochs: int, size: int) -> np.ndarray:
    for epoch in range(epochs):
        for start in range(0, len(X), size):
            rows = slice(start, start + size)
            w = w - 0.1 * X[rows].T @ (X[rows] @ w - y[rows])
    return w
`,
	"k-means": `
def lloyd(X: np.ndarray, k: int, rounds: int) -> np.ndarray:
    centers = X[:k].copy()
    for _ in range(rounds):
        nearest = ((X[:, None] - centers[None]) ** 2).sum(axis=2).argmin(axis=1)
        for j in range(k):
            if (nearest == j).any():
                centers[j] = X[nearest == j].mean(axis=0)
    return centers
`,
	"non-maximum suppression": `
def nms(boxes: np.ndarray, scores: np.ndarray, limit: float) -> list:
    order = scores.argsort()[::-1]
    keep = []
    while order.size:
        best, rest = order[0], order[1:]
        keep.append(int(best))
        order = rest[overlap(boxes[best], boxes[rest]) <= limit]
    return keep
`,
	"time steps": `
def smooth(x: np.ndarray, a: float) -> np.ndarray:
    out = np.empty(len(x))
    out[0] = x[0]
    for t in range(1, len(x)):
        out[t] = a * x[t] + (1 - a) * out[t - 1]
    return out
`,
	"chunks": `
def count(path):
    total = 0
    for chunk in pd.read_csv(path, chunksize=1000):
        total += len(chunk)
    return total
`,
	"parameter grid": `
def search(X, y, grid):
    best = None
    for params in grid:
        score = evaluate(X, y, **params)
        if best is None or score > best[0]:
            best = (score, params)
    return best
`,
	"columns": `
def ranges(X: np.ndarray) -> list:
    n, d = X.shape
    out = []
    for j in range(d):
        col = X[:, j]
        out.append((col.min(), col.max()))
    return out
`,
	"tree": `
def predict(node, row):
    if node.leaf:
        return node.value
    return predict(node.left if row[node.feature] <= node.cut else node.right, row)
`,
	"generator": `
def windows(x: np.ndarray, w: int):
    for i in range(len(x) - w + 1):
        yield x[i:i + w]
`,
	"np.vectorize with otypes is only suspected": `
def names(x):
    return [str(v) for v in x]
`,
	"loop over a small config": `
def load(config: dict) -> list:
    out = []
    for name, entry in config.items():
        label = name.upper()
        if entry["on"] and label not in out:
            out.append(label)
    return sorted(out)
`,
	"one cell by at": `
def fix(df: pd.DataFrame) -> pd.DataFrame:
    df = df.copy()
    df.at[0, "x"] = 1.0
    return df
`,
	"series of text without a str form": `
def domains(df: pd.DataFrame) -> pd.Series:
    return df["url"].apply(parse_domain)
`,
	"groupby.apply": `
def top(df: pd.DataFrame) -> pd.DataFrame:
    return df.groupby("region").apply(lambda g: g.nlargest(2, "sales"))
`,
	"whole-array norm and loss": `
def loss(P: np.ndarray, Y: np.ndarray) -> float:
    n, d = P.shape
    return float(((P - Y) ** 2).mean() + 0.1 * np.linalg.norm(P))
`,
	"dict of dict": `
def mark(table: dict, keys: list) -> dict:
    out = {k: {} for k in keys}
    for k in keys:
        out[k]["n"] = 1
        table[k][0] = 2
    return out
`,
	"a real copy": `
def clipped(x: np.ndarray) -> np.ndarray:
    out = x.copy()
    out[out < 0] = 0
    return out
`,
	"rebinding": `
def double(x: np.ndarray) -> np.ndarray:
    y = x
    y = y * 2
    return y
`,
	"index arithmetic": `
def middle(values: list, bins: int) -> tuple:
    mid = len(values) // 2
    width = (len(values) + bins - 1) // bins
    return values[mid], int(mid / 2), width
`,
	"label alignment": `
def big(df: pd.DataFrame) -> pd.Series:
    big = df[df["price"] > 10]
    return big["price"] * big["units"]
`,
	"cache on purpose": `
def lookup(key, _cache={}):
    """A cache shared by all calls, on purpose."""
    return _cache.get(key)
`,
	"loop with try": `
def parse(texts: list) -> list:
    out = []
    for text in texts:
        try:
            out.append(float(text))
        except ValueError:
            out.append(None)
    return out
`,
	"list append and one concat": `
def collect(files):
    parts = []
    for f in files:
        part = pd.read_csv(f)
        part["file"] = f
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
`,
	"builtin sum over a list": `
def total(values: list[float]) -> float:
    return sum(values) + max(len(values), 1)
`,
	"maths letters": `
def solve(X: np.ndarray, y: np.ndarray, W: np.ndarray, n: int, d: int, k: int) -> np.ndarray:
    i, j = np.triu_indices(n, 1)
    K = X @ X.T
    return np.linalg.solve(K + W, y)[i] - k * d + j
`,
	"a cell that shows its last value": `
table = pd.DataFrame({"a": [1]})
table
`,
	"estimator": `
class Clip(BaseEstimator):
    """Clips each column to the quantiles that fit saw."""

    def __init__(self, low=0.05):
        self.low = low

    def fit(self, X, y=None):
        self.low_ = np.quantile(X, self.low, axis=0)
        return self

    def transform(self, X):
        return np.maximum(X, self.low_)
`,
}

const trapHead = "import numpy as np\nimport pandas as pd\nfrom sklearn.base import BaseEstimator\n"

func TestTrapsCostNothing(t *testing.T) {
	for name, source := range traps {
		t.Run(name, func(t *testing.T) {
			in := Input{Source: trapHead + source, EntryPoints: entryOf(source), StarterSource: trapHead, Steps: flat("rows"), Clock: []ClockRatio{{Size: "n=800", Ratio: 1.2}}, ReferenceSource: source}
			r := score(t, in)
			for _, f := range r.Findings {
				if f.Criterion == "fluency" {
					t.Errorf("%s %s line %d: %s", f.Severity, f.Rule, f.Line, f.Why)
				}
				if f.Severity == report.Costs && f.Rule != "Q201" && f.Rule != "Q301" {
					t.Errorf("costs: %s", dump(f))
				}
			}
			if got := points(r.Fluency.Points); got != 25 {
				t.Errorf("fluency %v: %s", got, dump(r.Fluency))
			}
		})
	}
}

// entryOf names the first function or class of a snippet.
func entryOf(source string) []string {
	for _, l := range splitLines(source) {
		var name string
		for _, kw := range []string{"def ", "class "} {
			if len(l) > len(kw) && l[:len(kw)] == kw {
				for _, r := range l[len(kw):] {
					if r == '(' || r == ':' {
						return []string{name}
					}
					name += string(r)
				}
			}
		}
	}
	return nil
}
