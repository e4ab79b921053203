# why: running sums and a binary search for the start of each window
import numpy as np
import pandas as pd


def rolling_7d_revenue(sales: pd.DataFrame) -> pd.DataFrame:
    """Seven-day average of daily revenue for each region: region, date, revenue_7d."""
    daily = sales.dropna(subset=["revenue"]).groupby(["region", "date"], observed=True)["revenue"].sum().reset_index()
    daily = daily.sort_values(["region", "date"], ignore_index=True)
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    day = (daily["date"] - daily["date"].min()).dt.days.to_numpy()
    # One number line for all regions, with a gap between two of them that no window can span.
    place = day + daily.groupby("region", observed=True).ngroup().to_numpy() * (day.max() + 8)
    start = np.searchsorted(place, place - 6)
    total = np.concatenate([[0.0], daily["revenue"].to_numpy(dtype=float).cumsum()])
    here = np.arange(len(daily))
    mean = (total[here + 1] - total[start]) / (here + 1 - start)
    return pd.DataFrame({"region": daily["region"], "date": daily["date"], "revenue_7d": mean})
