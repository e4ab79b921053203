# trap: weak
# why: copies all that the log holds at every call, to be safe, instead of what crosses the border
import copy

import numpy as np


class FeatureLog:
    """Settings and steps of one run."""

    def __init__(self, settings=None):
        self._state = {"settings": copy.deepcopy(settings or {}), "steps": []}

    def set(self, key, value):
        """Change one setting."""
        self._state["settings"][key] = value
        self._state = copy.deepcopy(self._state)

    def add(self, name, cols):
        """Append a step."""
        self._state["steps"].append({"name": name, "cols": cols})
        self._state = copy.deepcopy(self._state)

    def report(self):
        """Settings and steps so far."""
        return copy.deepcopy(self._state)


def add_features(df, cols=None):
    """Clip at 0 and add logarithms."""
    names = list(cols) if cols else list(df.select_dtypes("number").columns)
    out = df.copy()
    for name in names:
        out.loc[out[name] < 0, name] = 0
        out[name + "_log"] = np.log1p(out[name])
    return out
