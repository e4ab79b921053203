# why: a dataclass with default factories; whole blocks of columns at a time
from copy import deepcopy
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd


@dataclass
class FeatureLog:
    """Settings and steps of one run."""

    settings: dict = field(default_factory=dict)
    steps: list = field(default_factory=list, init=False)

    def __post_init__(self):
        self.settings = deepcopy(self.settings)

    def set(self, key, value):
        """Change one setting."""
        self.settings = {**self.settings, key: deepcopy(value)}

    def add(self, name, cols):
        """Append a step."""
        self.steps.append({"name": name, "cols": cols[:]})

    def report(self):
        """Settings and steps so far."""
        return asdict(self)


def add_features(df, cols=None):
    """Clip at 0 and add logarithms."""
    if cols is None or len(cols) == 0:
        cols = [name for name in df.columns if pd.api.types.is_numeric_dtype(df[name])]
    block = df[cols].mask(df[cols] < 0, 0)
    logs = np.log1p(block.astype(float)).add_suffix("_log")
    kept = df.drop(columns=cols)
    out = pd.concat([kept, block, logs], axis=1)
    return out[[*df.columns, *logs.columns]]
