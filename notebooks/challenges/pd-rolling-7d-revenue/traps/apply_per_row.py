# trap: weak
# why: apply(axis=1) with a filter by date for each row
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    def one(row):
        near = (daily["region"] == row["region"]) & (daily["date"] <= row["date"]) & (daily["date"] > row["date"] - pd.Timedelta(days=7))
        return daily.loc[near, "revenue"].mean()

    return daily[["region", "date"]].assign(revenue_7d=daily.apply(one, axis=1))
