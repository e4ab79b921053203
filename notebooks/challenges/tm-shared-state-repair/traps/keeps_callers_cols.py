# trap: wrong
# fails: contract only
# why: add stores the caller's list
import copy

import numpy as np


class FeatureLog:
    def __init__(self, settings=None):
        self.settings = {} if settings is None else copy.deepcopy(settings)
        self.steps = []

    def set(self, key, value):
        self.settings[key] = copy.deepcopy(value)

    def add(self, name, cols):
        self.steps.append({"name": name, "cols": cols})

    def report(self):
        return copy.deepcopy({"settings": self.settings, "steps": self.steps})


def add_features(df, cols=None):
    names = list(cols) if cols else list(df.select_dtypes("number").columns)
    out = df.copy()
    for name in names:
        out.loc[out[name] < 0, name] = 0
        out[name + "_log"] = np.log1p(out[name])
    return out
