import numpy as np
import pandas as pd


class FeatureLog:
    """Remembers the settings and the steps of one run."""

    steps = []

    def __init__(self, settings={}):
        self.settings = settings

    def set(self, key, value):
        """Change one setting."""
        self.settings[key] = value

    def add(self, name, cols):
        """Append a step that worked on these columns."""
        self.steps.append({"name": name, "cols": cols})

    def report(self):
        """Settings and steps so far."""
        return {"settings": self.settings, "steps": self.steps}


def add_features(df, cols=[]):
    """Raise negative numbers to 0 and add a logarithm for each column."""
    out = df
    if not cols:
        for name in df.columns:
            if pd.api.types.is_numeric_dtype(df[name]):
                cols.append(name)
    for name in cols:
        out[out[name] < 0][name] = 0
        out[name + "_log"] = np.log1p(out[name])
    return out
