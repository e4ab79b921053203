# why: a table with a row for every calendar day and a column for each region; seven rows are seven days there
import pandas as pd


def rolling_7d_revenue(sales: pd.DataFrame) -> pd.DataFrame:
    """Mean of the daily totals of the last seven days, for each region and day with sales."""
    known = sales[sales["revenue"].notna()]
    known = known.assign(region=known["region"].astype(object))
    if known.empty:
        out = known[["region", "date", "revenue"]].rename(columns={"revenue": "revenue_7d"})
        return out.astype({"revenue_7d": float}).reset_index(drop=True)
    grid = known.pivot_table(index="date", columns="region", values="revenue", aggfunc="sum")
    every_day = grid.reindex(pd.date_range(grid.index.min(), grid.index.max(), freq="D", name="date"))
    mean = every_day.rolling(7, min_periods=1).mean().where(every_day.notna())
    long = mean.reset_index().melt(id_vars="date", var_name="region", value_name="revenue_7d").dropna()
    return long.sort_values(["region", "date"], ignore_index=True)[["region", "date", "revenue_7d"]]
