# why: one region after the other, with the date as index; concat puts the names back
import pandas as pd


def _one_region(sales: pd.DataFrame) -> pd.DataFrame:
    """Seven-day mean of the daily totals of one region."""
    daily = sales.groupby("date")["revenue"].sum().sort_index()
    return daily.rolling("7D", min_periods=1).mean().rename("revenue_7d").reset_index()


def rolling_7d_revenue(sales: pd.DataFrame) -> pd.DataFrame:
    """Mean of the daily totals of the last seven days, for each region and day with sales."""
    sales = sales[sales["revenue"].notna()]
    parts = {region: _one_region(rows) for region, rows in sales.groupby("region", observed=True)}
    if not parts:
        return pd.DataFrame({"region": [], "date": sales["date"], "revenue_7d": sales["revenue"].astype(float)})
    return pd.concat(parts, names=["region", None]).reset_index("region").reset_index(drop=True)
