# trap: weak
# why: np.vectorize is a loop with a nice name
import copy

import numpy as np


class FeatureLog:
    def __init__(self, settings=None):
        self.settings = {} if settings is None else copy.deepcopy(settings)
        self.steps = []

    def set(self, key, value):
        self.settings[key] = copy.deepcopy(value)

    def add(self, name, cols):
        self.steps.append({"name": name, "cols": list(cols)})

    def report(self):
        return copy.deepcopy({"settings": self.settings, "steps": self.steps})


_raise = np.vectorize(lambda x: 0.0 if x < 0 else x, otypes=[float])


def add_features(df, cols=None):
    names = list(cols) if cols else list(df.select_dtypes("number").columns)
    out = df.copy()
    for name in names:
        out[name] = _raise(df[name].to_numpy())
        out[name + "_log"] = np.log1p(out[name])
    return out
