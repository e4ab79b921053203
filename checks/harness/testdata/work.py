import asyncio
import concurrent.futures
import csv
import io
import os
import sqlite3
import tempfile
import threading

import numpy as np
import pandas as pd


def matrices():
    X = np.random.default_rng(0).normal(size=(200, 200))
    np.linalg.svd(X)
    return float((X @ X.T).trace())


def tables():
    df = pd.DataFrame({"k": list("abab"), "v": [1.0, 2, 3, 4]})
    return df.groupby("k").v.sum().reset_index().merge(df, on="k")


def csv_text():
    pd.DataFrame({"a": [1, 2]}).to_csv("t.csv", index=False)
    with open("t.csv") as f:
        return list(csv.reader(f))


def temporary_files():
    with tempfile.TemporaryDirectory() as d, open(os.path.join(d, "x"), "w") as f:
        return f.write("abc")


def threads():
    out = []
    t = threading.Thread(target=out.append, args=(1,))
    t.start()
    t.join()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return out + list(pool.map(abs, [-1, -2]))


def event_loop():
    async def main():
        await asyncio.sleep(0.001)
        return 5

    return asyncio.run(main())


def late_imports():
    import decimal
    import statistics
    import zoneinfo

    pd.date_range("2024-03-30", periods=3, freq="D", tz="Europe/Paris")
    return [str(decimal.Decimal("1.10")), statistics.mean([1, 2]), str(zoneinfo.ZoneInfo("UTC"))]


def database():
    c = sqlite3.connect(":memory:")
    return c.execute("select 1").fetchall()


def output():
    print("x" * 100_000)
    return io.StringIO("a").read()


def generators():
    return list(range(3)), {1, 2}, (None,)
