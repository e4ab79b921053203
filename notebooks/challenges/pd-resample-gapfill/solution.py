import pandas as pd

HOUR = pd.Timedelta(hours=1)


def hourly(df: pd.DataFrame, tz: str, limit: int = 2) -> pd.DataFrame:
    """One row for each sensor and hour, with short gaps filled from the value before.

    Args:
        df: columns ts (UTC when naive), sensor, value; in any order.
        tz: time zone of the grid, such as "Europe/Berlin".
        limit: how many hours of each gap are filled.

    Returns:
        Columns sensor, ts (in tz), value, filled; by sensor, then ts.
    """
    readings = df.assign(ts=_hour(df["ts"], tz)).dropna(subset=["value"])
    means = readings.groupby(["sensor", "ts"], as_index=False)["value"].mean()
    out = _grid(means).merge(means, on=["sensor", "ts"], how="left")
    known = out["value"].notna()
    out["value"] = out.groupby("sensor")["value"].ffill(limit=limit)
    out["filled"] = out["value"].notna() & ~known
    return out


def _hour(ts: pd.Series, tz: str) -> pd.Series:
    """Beginning of the hour on the clock of tz."""
    ts = pd.to_datetime(ts, utc=True).dt.tz_convert(tz)
    wall = ts.dt.tz_localize(None)  # flooring ts itself fails in the hour that comes twice
    return ts - (wall - wall.dt.floor(HOUR))


def _grid(means: pd.DataFrame) -> pd.DataFrame:
    """Every hour of each sensor, from its first to its last. Hours are real ones: clock changes need no rule."""
    ts = means.groupby("sensor")["ts"]
    first, last = ts.min(), ts.max()
    grid = first.repeat((last - first) // HOUR + 1).reset_index()
    grid["ts"] += grid.groupby("sensor").cumcount() * HOUR
    return grid
