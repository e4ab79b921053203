# why: resample in tz within each group; its bins begin at local midnight
import pandas as pd


def hourly(df: pd.DataFrame, tz: str, limit: int = 2) -> pd.DataFrame:
    """Hourly means by groupby and resample."""
    ts = df["ts"] if df["ts"].dt.tz is not None else df["ts"].dt.tz_localize("UTC")
    known = df.assign(ts=ts.dt.tz_convert(tz))[df["value"].notna()]
    if known.empty:
        return known[["sensor", "ts", "value"]].assign(filled=pd.Series(dtype=bool))
    means = known.set_index("ts").groupby("sensor")["value"].resample("60min").mean()
    carried = means.groupby(level="sensor").ffill(limit=limit) if limit else means
    return pd.DataFrame({"value": carried, "filled": means.isna() & carried.notna()}).reset_index()[
        ["sensor", "ts", "value", "filled"]
    ]
