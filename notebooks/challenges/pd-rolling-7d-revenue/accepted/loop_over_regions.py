# why: one region at a time, with the date as index
import pandas as pd


def _one_region(region, group: pd.DataFrame) -> pd.DataFrame:
    """Rolling mean of one region's daily totals."""
    daily = group.groupby("date")["revenue"].sum().sort_index()
    rolled = daily.rolling("7D").mean()
    return pd.DataFrame({"region": region, "date": rolled.index, "revenue_7d": rolled.to_numpy()})


def rolling_7d_revenue(sales: pd.DataFrame) -> pd.DataFrame:
    """Seven-day average of daily revenue for each region: region, date, revenue_7d."""
    sales = sales[sales["revenue"].notna()]
    if sales.empty:
        return pd.DataFrame({"region": sales["region"], "date": sales["date"], "revenue_7d": sales["revenue"].astype(float)})
    parts = [_one_region(region, group) for region, group in sales.groupby("region", observed=True)]
    return pd.concat(parts, ignore_index=True)
