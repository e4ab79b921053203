# trap: weak
# why: iterrows over all sales to add them up, then a loop over the days
import pandas as pd


def rolling_7d_revenue(sales):
    totals = {}
    for _, row in sales.iterrows():
        if pd.notna(row["revenue"]):
            key = (row["region"], row["date"])
            totals[key] = totals.get(key, 0.0) + row["revenue"]
    if not totals:
        return pd.DataFrame({"region": sales["region"][:0], "date": sales["date"][:0], "revenue_7d": []})
    out = []
    for region, date in sorted(totals):
        window = [totals.get((region, date - pd.Timedelta(days=k))) for k in range(7)]
        window = [x for x in window if x is not None]
        out.append((region, date, sum(window) / len(window)))
    return pd.DataFrame(out, columns=["region", "date", "revenue_7d"])
