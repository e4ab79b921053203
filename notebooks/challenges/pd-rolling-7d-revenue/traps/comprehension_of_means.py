# trap: weak
# why: a comprehension over all days, with a filter in each round
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    region, date, revenue = daily["region"].astype(str).to_numpy(), daily["date"], daily["revenue"].to_numpy(dtype=float)
    day = (date - date.min()).dt.days.to_numpy()
    means = [revenue[(region == region[i]) & (day <= day[i]) & (day > day[i] - 7)].mean() for i in range(len(daily))]
    return pd.DataFrame({"region": daily["region"], "date": date, "revenue_7d": pd.Series(means, index=daily.index, dtype=float)})
