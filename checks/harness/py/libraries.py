"""The libraries that answers use: imported once, and rehearsed, so that nobody has to wait for their first time."""

import sys

# What answers import besides: a child that has to load difflib takes as long for that as for a case.
STANDARD = ["abc", "bisect", "collections", "copy", "dataclasses", "datetime", "difflib", "enum", "functools", "heapq", "itertools",
            "math", "numbers", "operator", "random", "re", "statistics", "string", "typing", "unicodedata", "zoneinfo"]
PARTS = {
    "numpy": ["numpy.linalg", "numpy.random", "numpy.fft", "numpy.lib.stride_tricks"],
    "sklearn": ["sklearn.base", "sklearn.compose", "sklearn.ensemble", "sklearn.feature_selection", "sklearn.impute",
                "sklearn.linear_model", "sklearn.metrics", "sklearn.model_selection", "sklearn.pipeline", "sklearn.preprocessing"],
    "scipy": ["scipy.linalg", "scipy.sparse", "scipy.spatial.distance", "scipy.special", "scipy.stats"],
    # An optimiser's constructor imports torch._dynamo, nine hundred modules that no forked child should have to load.
    "torch": ["torch.nn", "torch.optim", "torch.utils.data", "torch._dynamo"],
}


def load(names):
    """Import libraries and the parts of them that answers use; returns their versions."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in STANDARD:
        __import__(name)
    for name in names:
        module = __import__(name)
        for part in PARTS.get(name, ()):
            __import__(part)
        versions[name] = str(getattr(module, "__version__", ""))
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    return versions


def rehearse():
    """Do once what the loaded libraries do slowly the first time: lazy imports and caches.

    In a process that was forked it also makes that process's own copies of the memory that any work with them writes to.
    """
    for name, play in PLAYS.items():
        if name in sys.modules:
            play(sys.modules[name])


def play_numpy(np):
    a = np.arange(12.0).reshape(4, 3)
    np.sqrt(np.maximum(a @ a.T, 0)).sum(axis=1)
    a[np.argsort(-a[:, 0], kind="stable")].mean(axis=0)
    np.einsum("ij,ij->i", a, a)
    np.linalg.norm(a, axis=1, keepdims=True)
    np.unique(a.astype(int) % 3, return_inverse=True)
    np.where(np.isnan(a), 0, a).max(initial=0)


def play_pandas(pd):
    t = pd.DataFrame({"k": ["a", "b", "a"], "v": [1.0, 2.0, None], "d": ["2024-01-01", "2024-01-02", "2024-01-03"]})
    t["d"] = pd.to_datetime(t["d"], utc=True)
    t["d"].dt.tz_convert("Europe/Berlin").dt.tz_localize(None).dt.floor("h")
    t["k"].str.strip().str.lower()
    t.groupby("k", as_index=False).agg(v=("v", "sum"))
    t.groupby("k")["v"].ffill()
    t.merge(t, on="k", how="left").sort_values(["k", "d_x"]).drop_duplicates("k").reset_index(drop=True)
    t.set_index("d")["v"].resample("D").sum().rolling(2).mean()


def play_sklearn(sk):
    X, y = [[0.0, 1.0], [1.0, 0.5], [2.0, 0.0], [3.0, 1.5]], [0, 1, 0, 1]
    model = sk.pipeline.make_pipeline(sk.preprocessing.StandardScaler(), sk.linear_model.LogisticRegression())
    sk.base.clone(model).fit(X, y).predict_proba(X)
    sk.model_selection.cross_val_score(model, X, y, cv=2)
    sk.metrics.roc_auc_score(y, [0.1, 0.4, 0.2, 0.9])


def play_torch(torch):
    w = torch.zeros(3, 2, requires_grad=True)
    step = torch.optim.SGD([w], lr=0.1)
    loss = torch.nn.functional.cross_entropy(torch.ones(4, 3) @ w, torch.tensor([0, 1, 0, 1]))
    loss.backward()
    step.step()
    torch.stack([w.detach()] * 2).mean(0).numpy()


PLAYS = {"numpy": play_numpy, "pandas": play_pandas, "sklearn": play_sklearn, "torch": play_torch}
