# why: each setting and each step is kept as text of its own, which cannot be shared; columns are written as arrays
import json

import numpy as np


class FeatureLog:
    """Settings and steps of one run, kept as JSON."""

    def __init__(self, settings=None):
        self._settings = {}
        self._steps = []
        for key, value in (settings or {}).items():
            self.set(key, value)

    def set(self, key, value):
        """Change one setting."""
        self._settings[key] = json.dumps(value)

    def add(self, name, cols):
        """Append a step."""
        self._steps.append(json.dumps({"name": name, "cols": cols}))

    def report(self):
        """Settings and steps so far."""
        return {
            "settings": {key: json.loads(text) for key, text in self._settings.items()},
            "steps": [json.loads(text) for text in self._steps],
        }


def add_features(df, cols=None):
    """Clip at 0 and add logarithms."""
    out = df.copy(deep=True)
    for name in cols or df.select_dtypes("number").columns:
        values = df[name].to_numpy(copy=True)
        values[values < 0] = 0
        out[name] = values
        out[name + "_log"] = np.log1p(values)
    return out
