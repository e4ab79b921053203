import copy
from typing import Any

import numpy as np
import pandas as pd


class FeatureLog:
    """Remembers the settings and the steps of one run.

    Args:
        settings: numbers, strings or lists by name; copied, so that the caller may go on using the dict.

    Example:
        >>> log = FeatureLog({"year": 2024})
        >>> log.add("clip", ["price"])
        >>> log.report()
        {'settings': {'year': 2024}, 'steps': [{'name': 'clip', 'cols': ['price']}]}
    """

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        self._settings = {} if settings is None else copy.deepcopy(settings)
        self._steps: list[dict[str, Any]] = []

    def set(self, key: str, value: Any) -> None:
        """Change one setting."""
        self._settings[key] = copy.deepcopy(value)

    def add(self, name: str, cols: list[str]) -> None:
        """Append a step that worked on these columns."""
        self._steps.append({"name": name, "cols": list(cols)})

    def report(self) -> dict[str, Any]:
        """Settings and steps so far, as a copy that the caller may change."""
        return copy.deepcopy({"settings": self._settings, "steps": self._steps})


def add_features(df: pd.DataFrame, cols: list[str] | None = None) -> pd.DataFrame:
    """Raise negative numbers to 0 and add a logarithm for each column.

    Args:
        df: any table; it is not changed.
        cols: columns to work on; every numeric one when there are none.

    Returns:
        A table of its own: all columns of df, then NAME_log for each of cols.
    """
    names = list(cols) if cols else list(df.select_dtypes("number").columns)
    out = df.copy()
    for name in names:
        out.loc[out[name] < 0, name] = 0
        out[f"{name}_log"] = np.log1p(out[name])
    return out
