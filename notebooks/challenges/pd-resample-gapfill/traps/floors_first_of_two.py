# trap: wrong
# fails: edge
# why: flooring in the zone takes the hour that comes twice for its first coming
import numpy as np
import pandas as pd

HOUR = pd.Timedelta(hours=1)


def hourly(df, tz, limit=2):
    ts = pd.to_datetime(df["ts"], utc=True).dt.tz_convert(tz)
    hour = ts.dt.floor("60min", ambiguous=np.ones(len(ts), dtype=bool))
    readings = df.assign(ts=hour).dropna(subset=["value"])
    means = readings.groupby(["sensor", "ts"], as_index=False)["value"].mean()
    span = means.groupby("sensor")["ts"].agg(["min", "max"])
    hours = (span["max"] - span["min"]) // HOUR + 1
    grid = span["min"].repeat(hours).reset_index(name="ts")
    grid["ts"] += grid.groupby("sensor").cumcount() * HOUR
    out = grid.merge(means, on=["sensor", "ts"], how="left")
    known = out["value"].notna()
    if limit > 0:
        out["value"] = out.groupby("sensor")["value"].ffill(limit=limit)
    out["filled"] = out["value"].notna() & ~known
    return out
