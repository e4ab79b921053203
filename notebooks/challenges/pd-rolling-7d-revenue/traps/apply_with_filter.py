# trap: weak
# why: apply along the rows, with a filter by date in each call
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})

    def mean(row):
        same = daily[daily["region"] == row["region"]]
        return same.loc[same["date"].between(row["date"] - pd.Timedelta(days=6), row["date"]), "revenue"].mean()

    return daily.assign(revenue_7d=daily.apply(mean, axis=1))[["region", "date", "revenue_7d"]]
