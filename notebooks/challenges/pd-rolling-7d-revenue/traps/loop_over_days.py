# trap: weak
# why: a Python loop over the daily rows, each with a filter of the whole table
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    means = []
    for region, date in zip(daily["region"], daily["date"]):
        near = (daily["region"] == region) & (daily["date"] <= date) & (daily["date"] > date - pd.Timedelta(days=7))
        means.append(daily.loc[near, "revenue"].mean())
    return daily[["region", "date"]].assign(revenue_7d=means)
