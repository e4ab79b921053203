# why: a loop over sensors, each with a date_range of its own; minutes are taken away in tz
import pandas as pd


def _one(sensor, readings, limit):
    """The grid of one sensor."""
    means = readings.groupby("hour")["value"].mean()
    grid = pd.date_range(means.index[0], means.index[-1], freq="60min")
    value = means.reindex(grid)
    known = value.notna().to_numpy()
    if limit > 0:
        value = value.ffill(limit=limit)
    return pd.DataFrame({"sensor": sensor, "ts": grid, "value": value.to_numpy(), "filled": value.notna().to_numpy() & ~known})


def hourly(df, tz, limit=2):
    """One sensor after the other."""
    ts = pd.to_datetime(df["ts"], utc=True).dt.tz_convert(tz)
    past = pd.to_timedelta(ts.dt.minute * 60 + ts.dt.second, unit="s")
    clean = df.assign(hour=ts - past).dropna(subset=["value"])
    parts = [_one(sensor, part, limit) for sensor, part in clean.groupby("sensor")]
    if not parts:
        return clean[["sensor", "ts", "value"]].assign(filled=False).astype({"filled": bool})
    return pd.concat(parts, ignore_index=True)
