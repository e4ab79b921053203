# trap: weak
# why: moves both ends of the window in Python
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    region, date, revenue = daily["region"].tolist(), daily["date"].tolist(), daily["revenue"].tolist()
    first, total, means = 0, 0.0, []
    for i in range(len(daily)):
        total += revenue[i]
        while region[first] != region[i] or (date[i] - date[first]).days > 6:
            total -= revenue[first]
            first += 1
        means.append(total / (i - first + 1))
    return pd.DataFrame({"region": daily["region"], "date": daily["date"], "revenue_7d": pd.Series(means, index=daily.index, dtype=float)})
