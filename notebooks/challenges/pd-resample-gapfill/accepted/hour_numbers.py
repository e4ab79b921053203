# why: NumPy on hour numbers; a gap is filled by how many hours ago the last reading was
import numpy as np
import pandas as pd


def hourly(df, tz, limit=2):
    """The grid as arrays."""
    df = df[df["value"].notna()]
    local = pd.to_datetime(df["ts"], utc=True).dt.tz_convert(tz)
    utc = local.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("M8[s]").astype(np.int64)
    wall = local.dt.tz_localize(None).to_numpy().astype("M8[s]").astype(np.int64)
    begin = utc - wall % 3600
    codes, names = pd.factorize(df["sensor"], sort=True)
    cells, place = np.unique(np.column_stack([codes, begin]), axis=0, return_inverse=True)
    place = place.reshape(-1)
    mean = np.bincount(place, df["value"].to_numpy(dtype=float), len(cells)) / np.bincount(place, minlength=len(cells))
    sensor, hour = cells[:, 0], cells[:, 1]
    last = np.append(sensor[1:] != sensor[:-1], True)[: len(cells)]
    steps = np.where(last, 1, (np.append(hour[1:], 0)[: len(cells)] - hour) // 3600)
    source = np.repeat(np.arange(len(cells)), steps)
    age = np.arange(len(source)) - np.repeat(np.cumsum(steps) - steps, steps)
    instants = pd.DatetimeIndex((hour[source] + 3600 * age).astype("M8[s]"), tz="UTC").tz_convert(tz)
    return pd.DataFrame({
        "sensor": names[sensor[source]],
        "ts": instants,
        "value": np.where(age <= limit, mean[source], np.nan),
        "filled": (age > 0) & (age <= limit),
    })
