# why: one column for each region, all days, seven rows that may be missing
import pandas as pd


def rolling_7d_revenue(sales: pd.DataFrame) -> pd.DataFrame:
    """Seven-day average of daily revenue for each region: region, date, revenue_7d."""
    sales = sales.dropna(subset=["revenue"])
    if sales.empty:
        return pd.DataFrame(columns=["region", "date", "revenue_7d"])
    wide = sales.groupby(["date", "region"], observed=True)["revenue"].sum().unstack("region")
    days = pd.date_range(wide.index.min(), wide.index.max(), freq="D")
    rolled = wide.reindex(days).rolling(7, min_periods=1).mean().reindex(wide.index)
    rolled = rolled.where(wide.notna())
    long = rolled.reset_index().melt(id_vars="date", var_name="region", value_name="revenue_7d").dropna(subset=["revenue_7d"])
    return long.sort_values(["region", "date"], ignore_index=True)[["region", "date", "revenue_7d"]]
