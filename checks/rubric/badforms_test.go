package rubric

// badForms are bodies of functions that the rules speak up about, besides the bad twins; `def` lines may be given whole.
var badForms = map[string]string{
	"distances by two loops": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            out[i, j] = np.sqrt(((X[i] - X[j]) ** 2).sum())
    return out
`,
	"distances by steps": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1, n):
            diff = X[i] - X[j]
            out[i, j] = out[j, i] = np.linalg.norm(diff)
    return out
`,
	"distances by three loops": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(d):
                total += (X[i, k] - X[j, k]) ** 2
            out[i, j] = total ** 0.5
    return out
`,
	"two sets": `
def pairs(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    n, d = A.shape
    m, d = B.shape
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = ((A[i] - B[j]) ** 2).sum()
    return out
`,
	"distances by rows": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = []
    for a in X:
        for b in X:
            out.append(math.dist(a, b) * 1.0)
    return np.array(out).reshape(n, n)
`,
	"distances in brackets": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    return np.array([[np.linalg.norm(a - b) for b in X] for a in X])
`,
	"distances in brackets by number": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    return np.array([[np.sqrt(((X[i] - X[j]) ** 2).sum()) for j in range(n)] for i in range(n)])
`,
	"distances by enumerate": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros((n, n))
    for i, a in enumerate(X):
        for j, b in enumerate(X):
            out[i, j] = np.linalg.norm(a - b)
    return out
`,
	"distances by one loop": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros((n, n))
    for i in range(n):
        out[i] = np.sqrt(((X - X[i]) ** 2).sum(axis=1))
    return out
`,
	"distances to all in brackets": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    return np.array([np.linalg.norm(X - x, axis=1) for x in X])
`,
	"city blocks": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            out[i, j] = np.abs(X[i] - X[j]).sum()
    return out
`,
	"dot products": `
def pairs(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            out[i, j] = np.dot(X[i], X[j])
    return out
`,
	"products of two vectors": `
def pairs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = x[i] * y[j]
    return out
`,
	"overlaps of boxes": `
def pairs(boxes: np.ndarray) -> np.ndarray:
    n, d = boxes.shape
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            out[i, j] = max(0, min(boxes[i, 2], boxes[j, 2]) - max(boxes[i, 0], boxes[j, 0]))
    return out
`,
	"a third axis": `
def pairs(X: np.ndarray) -> np.ndarray:
    diff = X[:, None, :] - X[None, :, :]
    return np.sqrt((diff ** 2).sum(axis=-1))
`,
	"products on a third axis": `
def pairs(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    return (A[:, None, :] * B[None, :, :]).sum(axis=-1)
`,
	"rows against their mean": `
def each(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros((n, d))
    for i in range(n):
        out[i] = X[i] - X[i].mean()
    return out
`,
	"a sum per row": `
def each(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    out = np.zeros(n)
    for i in range(n):
        out[i] = X[i].sum()
    return out
`,
	"a choice per element": `
def each(x: np.ndarray) -> np.ndarray:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = x[i] if x[i] > 0 else math.exp(x[i]) - 1
    return out
`,
	"what has no form": `
def each(x: np.ndarray) -> np.ndarray:
    out = np.zeros(len(x))
    for i in range(len(x)):
        if 0 < x[i] < 1:
            out[i] = math.gamma(x[i])
    return out
`,
	"a weighted sum": `
def each(x: np.ndarray, w: np.ndarray) -> float:
    total = 0.0
    for i in range(len(x)):
        total += x[i] * w[i]
    return total
`,
	"elements": `
def each(x: np.ndarray) -> list:
    out = []
    for v in x:
        out.append(v * 2 + 1)
    return out
`,
	"elements in brackets": `
def each(x: np.ndarray) -> np.ndarray:
    return np.array([v * 2 if v > 0 else v for v in x])
`,
	"sums of rows in brackets": `
def each(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    return np.array([sum(row) for row in X])
`,
	"means of rows in brackets": `
def each(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    return np.array([np.mean(row) + 1 for row in X])
`,
	"elements by number in brackets": `
def each(x: np.ndarray) -> np.ndarray:
    return np.array([x[i] ** 2 for i in range(len(x))])
`,
	"kept elements": `
def each(x: np.ndarray) -> np.ndarray:
    return np.array([v for v in x if v > 0])
`,
	"the built-ins": `
def each(X: np.ndarray) -> float:
    n, d = X.shape
    return max(X[0:2]) + sum(X)
`,
	"sorted": `
def each(x: np.ndarray) -> np.ndarray:
    return np.array(sorted(x))
`,
	"map": `
def each(x: np.ndarray) -> np.ndarray:
    return np.array(list(map(float, x)))
`,
	"along an axis": `
def each(X: np.ndarray) -> np.ndarray:
    return np.apply_along_axis(np.median, 1, X)
`,
	"stacking in a loop": `
def each(files: list) -> np.ndarray:
    out = np.zeros((0, 2))
    for f in files:
        out = np.vstack([out, load(f)])
    return out
`,
	"appending elements": `
def each(x: np.ndarray) -> np.ndarray:
    out = np.array([])
    for v in x:
        out = np.append(out, v * v)
    return out
`,
	"frames in a loop": `
def each(files: list) -> pd.DataFrame:
    df = pd.DataFrame()
    for f in files:
        df = pd.concat([df, pd.read_csv(f)])
    return df
`,
	"rows read": `
def each(df: pd.DataFrame) -> list:
    out = []
    for i, row in df.iterrows():
        out.append(row["a"] + row["b"])
    return out
`,
	"rows as tuples": `
def each(df: pd.DataFrame) -> list:
    out = []
    for row in df.itertuples():
        out.append(row.a + row.b)
    return out
`,
	"rows in steps": `
def each(df: pd.DataFrame) -> float:
    total = 0.0
    for _, row in df.iterrows():
        if row["a"] > 0 and row["b"] > 0:
            total += row["a"]
    return total
`,
	"items written": `
def each(df: pd.DataFrame) -> pd.DataFrame:
    df = df.copy()
    for i, v in df["x"].items():
        df.at[i, "y"] = v * 2
    return df
`,
	"apply with a method": `
def each(df: pd.DataFrame) -> pd.Series:
    return df.apply(lambda r: r.sum(), axis=1)
`,
	"apply with a choice": `
def each(df: pd.DataFrame) -> pd.Series:
    return df.apply(lambda r: r["a"] if r["a"] > r["b"] else r["b"], axis=1)
`,
	"map of arithmetic": `
def each(df: pd.DataFrame) -> pd.Series:
    return df["a"].map(lambda v: v * 2)
`,
	"map of a choice": `
def each(df: pd.DataFrame) -> pd.Series:
    return df["a"].apply(lambda v: 1 if 0 < v < 5 else 0)
`,
	"axis by function": `
def each(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    s = np.std(X, ddof=1)
    return X / s
`,
	"axis of a norm": `
def each(X: np.ndarray) -> np.ndarray:
    n, d = X.shape
    return X / np.linalg.norm(X)
`,
	"equal to nan": `
def each(x: np.ndarray) -> np.ndarray:
    return x[x == np.nan]
`,
	"a view": `
def each(x: np.ndarray) -> np.ndarray:
    head = x[:3]
    head[0] = 1
    return head
`,
	"the caller's data": `
def each(x: np.ndarray) -> np.ndarray:
    x[0] = 1
    return x
`,
	"the caller's data again": `
def each(x: list) -> np.ndarray:
    y = np.asarray(x, dtype=float)
    y[0] = 1
    return y
`,
	"chained by column": `
def each(df: pd.DataFrame) -> pd.DataFrame:
    df = df.copy()
    df["a"][df["b"] > 0] = 1
    return df
`,
	"an index after dropna": `
def each(df: pd.DataFrame) -> float:
    kept = df.dropna()
    return kept["a"][0]
`,
	"a hinted default": `
def each(x: int, *, seen: dict = {}, limit: int = 3) -> dict:
    seen.update(x=x)
    return seen
`,
	"errors thrown away": `
def each(x: str) -> float:
    try:
        return float(x)
    except:
        pass
`,
	"surroundings": `
def each(x: int) -> int:
    if "IPython" in sys.modules:
        return 0
    return x
`,
	"idiom": `
def each(x: dict, y: list) -> list:
    n = 0
    for v in y:
        if v == None:
            print(n)
        n += 1
    out = []
    for v in y:
        if v:
            out.append(v + 1)
    if 1 in x.keys():
        np.random.seed(3)
    for v in y:
        if v > 3:
            return True
    return False
`,
	"idiom of containers": `
def each(y: list) -> list:
    copied = []
    for v in y:
        copied.append(v)
    table = {}
    for k, v in enumerate(y):
        table[k] = v
    df = pd.DataFrame(table)
    df.dropna(inplace=True)
    late = [lambda: v for v in y]
    flat = sum([copied, y], [])
    return [dict([("a", 1)]), set([1, 2]), [v for v in y], df.values, late, flat]
`,
}
