import pandas as pd


def rolling_7d_revenue(sales: pd.DataFrame) -> pd.DataFrame:
    """Seven-day average of daily revenue, for each region.

    Args:
        sales: one row for each sale, with date (whole days), region, revenue.

    Returns:
        One row for each region and day with sales: region, date, revenue_7d (mean of the daily totals of this day and
        the six calendar days before), sorted by region and date.
    """
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"]
        .sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean()
    # The groups come back in sorted order, which is the order of daily.
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
