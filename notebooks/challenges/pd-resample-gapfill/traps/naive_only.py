# trap: wrong
# fails: basic
# why: an aware column fails
import pandas as pd

HOUR = pd.Timedelta(hours=1)


def hourly(df, tz, limit=2):
    ts = df["ts"].dt.tz_localize("UTC").dt.tz_convert(tz)
    wall = ts.dt.tz_localize(None)
    hour = ts - (wall - wall.dt.floor("60min"))
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
