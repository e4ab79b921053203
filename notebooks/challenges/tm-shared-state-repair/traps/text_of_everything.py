# trap: weak
# why: keeps one text for all that the log holds, read and written anew at every call
import json

import numpy as np


class FeatureLog:
    """Settings and steps of one run, kept as JSON."""

    def __init__(self, settings=None):
        self._text = json.dumps({"settings": settings or {}, "steps": []})

    def _change(self, part, change):
        state = json.loads(self._text)
        change(state[part])
        self._text = json.dumps(state)

    def set(self, key, value):
        """Change one setting."""
        self._change("settings", lambda settings: settings.update({key: value}))

    def add(self, name, cols):
        """Append a step."""
        self._change("steps", lambda steps: steps.append({"name": name, "cols": cols}))

    def report(self):
        """Settings and steps so far."""
        return json.loads(self._text)


def add_features(df, cols=None):
    """Clip at 0 and add logarithms."""
    names = list(cols) if cols else list(df.select_dtypes("number").columns)
    out = df.copy()
    for name in names:
        out.loc[out[name] < 0, name] = 0
        out[name + "_log"] = np.log1p(out[name])
    return out
