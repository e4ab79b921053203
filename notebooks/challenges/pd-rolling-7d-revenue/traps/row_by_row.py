# trap: weak
# why: walks over the days with iterrows and filters the whole table for each
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    means = []
    for _, row in daily.iterrows():
        near = (daily["date"] <= row["date"]) & (daily["date"] > row["date"] - pd.Timedelta(days=7))
        means.append(daily.loc[near & (daily["region"] == row["region"]), "revenue"].mean())
    return daily.assign(revenue_7d=pd.Series(means, index=daily.index, dtype=float))[["region", "date", "revenue_7d"]]
