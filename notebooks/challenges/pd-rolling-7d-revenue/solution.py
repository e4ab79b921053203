import pandas as pd


def rolling_7d_revenue(sales: pd.DataFrame) -> pd.DataFrame:
    """Mean of the daily totals of the last seven days, for each region and day with sales.

    Args:
        sales: one row for each sale, with columns date, region, revenue, in any order.

    Returns:
        Columns region, date, revenue_7d, sorted by region and date.

    Example:
        >>> days = pd.to_datetime(["2024-05-02", "2024-05-01", "2024-05-02"])
        >>> sales = pd.DataFrame({"date": days, "region": "north", "revenue": [1.0, 6.0, 3.0]})
        >>> rolling_7d_revenue(sales)["revenue_7d"].tolist()
        [6.0, 5.0]
    """
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    # The window is measured in time: gaps between days stay gaps.
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
