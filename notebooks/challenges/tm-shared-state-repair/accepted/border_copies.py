# why: steps are kept as tuples and built anew for each report; the table is put together with assign
import numpy as np
import pandas as pd


def _own(value):
    return list(value) if isinstance(value, list) else value


class FeatureLog:
    """Settings and steps of one run."""

    def __init__(self, settings=None):
        self._settings = {}
        for key, value in (settings or {}).items():
            self.set(key, value)
        self._steps = ()

    def set(self, key, value):
        """Change one setting."""
        self._settings[key] = _own(value)

    def add(self, name, cols):
        """Append a step."""
        self._steps += ((name, tuple(cols)),)

    def report(self):
        """Settings and steps so far."""
        return {
            "settings": {key: _own(value) for key, value in self._settings.items()},
            "steps": [{"name": name, "cols": list(cols)} for name, cols in self._steps],
        }


def add_features(df: pd.DataFrame, cols=()) -> pd.DataFrame:
    """Clip at 0 and add logarithms."""
    names = list(cols) or list(df.select_dtypes(include=np.number))
    clipped = {name: df[name].clip(lower=0) for name in names}
    return df.assign(**clipped, **{f"{name}_log": np.log1p(column) for name, column in clipped.items()})
