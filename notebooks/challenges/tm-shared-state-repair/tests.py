import numpy as np
import pandas as pd
from assay import basic, contract, edge, growth, prop, public, speed


def expected(df, cols=None):
    """The rule of the statement, number by number."""
    numeric = [name for name in df if name != "shop"]
    columns = {name: list(df[name]) for name in df}
    for name in cols or numeric:
        columns[name] = [0 if x < 0 else x for x in columns[name]]
        columns[f"{name}_log"] = [float(np.log1p(x)) for x in columns[name]]
    return pd.DataFrame(columns, index=df.index)


def draw(rng, n, names=("price", "stock", "rating")):
    """Shops with some negative numbers; columns are floats, integers and floats with gaps."""
    df = pd.DataFrame({"shop": rng.choice(["a", "b", "c"], size=n)})
    df[names[0]] = rng.normal(2, 3, size=n)
    df[names[1]] = rng.integers(-5, 15, size=n)
    df[names[2]] = np.where(rng.random(n) < 0.2, np.nan, rng.normal(0, 2, size=n))
    df.loc[0, names[0]], df.loc[n - 1, names[1]], df.loc[0, names[2]] = -1.5, -3, np.nan
    df.loc[n // 2, names[2]] = -0.5
    df.index = rng.permutation(n) + 10
    return df


def compare(t, got, df, cols=None):
    t.frame(got, expected(df, cols), index="strict", column_order="strict")


def steps(*pairs):
    return [{"name": name, "cols": list(cols)} for name, cols in pairs]


def reported(t, report, settings, *pairs):
    """A report has these settings and ends with these steps; there may be more, left by what logs share."""
    got = {key: report["settings"].get(key) for key in settings}
    t.equal(got, settings, "the settings")
    t.equal(report["steps"][-len(pairs):], steps(*pairs), "the last steps")


# --- the table


@public("The worked example: add_features.")
def example_table(t):
    df = pd.DataFrame({"shop": ["b", "a", "b"], "price": [3.0, -1.0, 0.5]}, index=[2, 0, 2])
    got = yield t.call("add_features", df, ["price"])
    want = pd.DataFrame({"shop": ["b", "a", "b"], "price": [3.0, 0.0, 0.5],
                         "price_log": [np.log(4.0), 0.0, np.log(1.5)]}, index=[2, 0, 2])
    t.frame(got, want, index="strict", column_order="strict")


@public("The worked example: a report.")
def example_log(t):
    log = yield t.new("FeatureLog", {"year": 2024})
    yield t.method(log, "set", "kinds", ["new", "used"])
    yield t.method(log, "add", "clip", ["price"])
    got = yield t.method(log, "report")
    t.equal(got, {"settings": {"year": 2024, "kinds": ["new", "used"]}, "steps": steps(("clip", ["price"]))})


@basic("In each column of cols, numbers below 0 become 0; NaN stays; the logarithms follow in order of cols.")
def listed_columns(t):
    df = draw(t.rng, 30)
    got = yield t.call("add_features", df, ["rating", "price"])
    compare(t, got, df, ["rating", "price"])


@basic("No cols means every numeric column.")
def every_numeric_column(t):
    df = draw(t.rng, 25)
    got = yield t.call("add_features", df)
    compare(t, got, df)


@basic("Numbers below 0 become 0 in integer columns too; columns that are not in cols stay.")
def integers(t):
    df = draw(t.rng, 20)
    got = yield t.call("add_features", df, ["stock"])
    compare(t, got, df, ["stock"])


@edge("An empty list means every numeric column.")
def empty_list(t):
    df = draw(t.rng, 12)
    got = yield t.call("add_features", df, [])
    compare(t, got, df)


@edge("Rows and index stay; labels may repeat.")
def repeated_labels(t):
    df = draw(t.rng, 16)
    df.index = t.rng.permutation(np.resize([7, 3, 3, 9], 16))
    got = yield t.call("add_features", df, ["price", "stock"])
    compare(t, got, df, ["price", "stock"])


@edge("There may be no rows; the columns come all the same.")
def no_rows(t):
    df = draw(t.rng, 5).iloc[:0]
    got = yield t.call("add_features", df, ["price"])
    t.check(isinstance(got, pd.DataFrame), "the result is not a DataFrame")
    t.equal(list(got.columns), ["shop", "price", "stock", "rating", "price_log"], "the columns")
    t.check(len(got) == 0, "rows out of nowhere")


@edge("One row; and a table without a numeric column comes back as it was.")
def small_tables(t):
    one = pd.DataFrame({"shop": ["z"], "price": [-2.5]}, index=[4])
    got = yield t.call("add_features", one, ["price"])
    compare(t, got, one, ["price"])
    words = pd.DataFrame({"shop": ["z", "a"]}, index=[4, 1])
    got = yield t.call("add_features", words)
    t.frame(got, words, index="strict")


@prop("Random tables and columns.", repeat=12)
def random_tables(t):
    df = draw(t.rng, int(t.rng.integers(2, 40)))
    cols = list(t.rng.permutation(["price", "stock", "rating"])[: 1 + t.repetition % 3])
    got = yield t.call("add_features", df, cols)
    compare(t, got, df, cols)


@prop("Each row stands for itself: rows in another order give the same rows.", repeat=2)
def shuffled(t):
    df = draw(t.rng, 20)
    order = t.rng.permutation(20)
    got = yield t.call("add_features", df.iloc[order], ["price", "rating"])
    t.frame(got, expected(df, ["price", "rating"]).iloc[order], index="strict", column_order="strict")


# --- the log


@basic("report gives settings and steps, in the order in which they came.", isolated=True)
def full_report(t):
    log = yield t.new("FeatureLog", {"year": 2023, "unit": "eur"})
    yield t.method(log, "add", "clip", ["stock", "price"])
    yield t.method(log, "set", "year", 2025)
    yield t.method(log, "add", "clip", ["rating"])
    yield t.method(log, "set", "bounds", [0, 2.5])
    yield t.method(log, "add", "log", [])
    got = yield t.method(log, "report")
    t.equal(got, {"settings": {"year": 2025, "unit": "eur", "bounds": [0, 2.5]},
                  "steps": steps(("clip", ["stock", "price"]), ("clip", ["rating"]), ("log", []))})


@basic("A report shows what has happened so far; a later one shows more.", isolated=True)
def reports_go_on(t):
    log = yield t.new("FeatureLog")
    yield t.method(log, "add", "clip", ["a"])
    first = yield t.method(log, "report")
    t.equal(first, {"settings": {}, "steps": steps(("clip", ["a"]))}, "the first report")
    yield t.method(log, "set", "year", 2024)
    yield t.method(log, "add", "log", ["b"])
    second = yield t.method(log, "report")
    t.equal(second, {"settings": {"year": 2024}, "steps": steps(("clip", ["a"]), ("log", ["b"]))}, "the second report")


@edge("Without settings a log is empty, and with an empty dict too.")
def empty_log(t):
    for args in ((), ({},)):
        log = yield t.new("FeatureLog", *args)
        got = yield t.method(log, "report")
        t.equal(got, {"settings": {}, "steps": []})


@prop("Logs share nothing: two logs that take turns report their own.", repeat=4)
def two_logs(t):
    logs, want = [], []
    for k in range(2):
        log = yield t.new("FeatureLog")
        logs.append(log)
        want.append({"settings": {}, "steps": []})
    for turn in t.rng.permutation([0, 1, 0, 1, 0, 1]):
        name, cols = f"step{t.rng.integers(100)}", [f"c{j}" for j in t.rng.integers(0, 9, size=2)]
        yield t.method(logs[turn], "add", name, cols)
        want[turn]["steps"] += steps((name, cols))
        value = int(t.rng.integers(1000))
        yield t.method(logs[turn], "set", "seed", value)
        want[turn]["settings"]["seed"] = value
    for log, rule in zip(logs, want):
        got = yield t.method(log, "report")
        t.equal(got, rule)


# --- what is shared
#
# Tests of a class share a process. Each of these compares a log with what it was before, not with an empty one, so that
# one thing that is shared costs the test about it and not its neighbours too.


@contract("Logs share nothing with each other: steps.")
def own_steps(t):
    one = yield t.new("FeatureLog", {"year": 1})
    two = yield t.new("FeatureLog", {"year": 2})
    yield t.method(one, "add", "clip", ["a"])
    got = yield t.method(two, "report")
    t.equal(got, {"settings": {"year": 2}, "steps": []}, "the report of the other log")
    three = yield t.new("FeatureLog")
    got = yield t.method(three, "report")
    t.equal(got["steps"], [], "the steps of a new log")


@contract("Logs share nothing with each other: settings that begin empty.")
def own_settings(t):
    one = yield t.new("FeatureLog")
    yield t.method(one, "set", "year", 1)
    two = yield t.new("FeatureLog")
    got = yield t.method(two, "report")
    t.equal(got["settings"], {}, "the settings of a new log")
    yield t.method(two, "set", "year", 2)
    got = yield t.method(one, "report")
    t.equal(got["settings"], {"year": 1}, "the settings of the first log")


@contract("Logs share nothing with each other: the same settings for both, with a list in them.")
def same_settings(t):
    held = yield t.hold({"year": 1, "kinds": ["new"]})
    one = yield t.new("FeatureLog", held)
    two = yield t.new("FeatureLog", held)
    yield t.method(one, "set", "year", 5)
    got = yield t.method(two, "report")
    t.equal(got["settings"], {"year": 1, "kinds": ["new"]}, "the settings of the other log")


@contract("Nothing is shared with what goes in: the log does not change the caller's dict.")
def dict_unchanged(t):
    held = yield t.hold({"year": 1})
    log = yield t.new("FeatureLog", held)
    yield t.method(log, "set", "year", 2)
    yield t.method(log, "set", "unit", "eur")
    after = yield t.fetch(held)
    t.equal(after, {"year": 1}, "the caller's dict")
    got = yield t.method(log, "report")
    t.equal(got["settings"], {"year": 2, "unit": "eur"}, "the settings")


@contract("Nothing is shared with what goes in: the caller's dict goes on changing, nested lists included.")
def dict_changed_later(t):
    kinds = yield t.hold(["new"])
    held = yield t.hold({"year": 1, "kinds": kinds})
    log = yield t.new("FeatureLog", held)
    yield t.method(kinds, "append", "used")
    yield t.method(held, "update", {"year": 9})
    got = yield t.method(log, "report")
    t.equal(got["settings"], {"year": 1, "kinds": ["new"]}, "the settings")


@contract("Nothing is shared with what goes in: a value given to set goes on changing.")
def value_changed_later(t):
    kinds = yield t.hold(["new"])
    log = yield t.new("FeatureLog", {"year": 1})
    yield t.method(log, "set", "kinds", kinds)
    yield t.method(kinds, "append", "used")
    got = yield t.method(log, "report")
    t.equal(got["settings"], {"year": 1, "kinds": ["new"]}, "the settings")


@contract("Nothing is shared with what goes in: the list given to add goes on changing.")
def cols_changed_later(t):
    cols = yield t.hold(["a", "b"])
    log = yield t.new("FeatureLog", {"year": 1})
    yield t.method(log, "add", "clip", cols)
    yield t.method(cols, "clear")
    got = yield t.method(log, "report")
    reported(t, got, {"year": 1}, ("clip", ["a", "b"]))
    after = yield t.fetch(cols)
    t.equal(after, [], "the caller's list")


@contract("Nothing is shared with what comes out: a report may be changed.")
def changed_report(t):
    log = yield t.new("FeatureLog", {"kinds": ["new", 7]})
    yield t.method(log, "add", "clip", ["a"])
    report = yield t.method(log, "report", _keep=True)
    before = yield t.fetch(report)
    reported(t, before, {"kinds": ["new", 7]}, ("clip", ["a"]))
    settings = yield t.method(report, "__getitem__", "settings", _keep=True)
    listed = yield t.method(report, "__getitem__", "steps", _keep=True)
    yield t.method(settings, "update", {"year": 9})
    yield t.method(listed, "append", {"name": "drop", "cols": []})
    got = yield t.method(log, "report")
    t.equal(got, before, "the next report")


@contract("Nothing is shared with what comes out: the lists inside a report may be changed.")
def changed_inside_report(t):
    log = yield t.new("FeatureLog", {"kinds": ["new", 7]})
    yield t.method(log, "add", "clip", ["a"])
    report = yield t.method(log, "report", _keep=True)
    before = yield t.fetch(report)
    reported(t, before, {"kinds": ["new", 7]}, ("clip", ["a"]))
    settings = yield t.method(report, "__getitem__", "settings", _keep=True)
    kinds = yield t.method(settings, "__getitem__", "kinds", _keep=True)
    yield t.method(kinds, "append", "used")
    listed = yield t.method(report, "__getitem__", "steps", _keep=True)
    step = yield t.method(listed, "__getitem__", -1, _keep=True)
    cols = yield t.method(step, "__getitem__", "cols", _keep=True)
    yield t.method(cols, "append", "b")
    yield t.method(step, "update", {"name": "other"})
    got = yield t.method(log, "report")
    t.equal(got, before, "the next report")


@contract("An earlier report does not change when the log goes on.")
def earlier_report(t):
    log = yield t.new("FeatureLog", {"year": 4})
    yield t.method(log, "add", "log", ["b"])
    report = yield t.method(log, "report", _keep=True)
    before = yield t.fetch(report)
    reported(t, before, {"year": 4}, ("log", ["b"]))
    yield t.method(log, "add", "clip", ["a"])
    yield t.method(log, "set", "year", 1)
    after = yield t.fetch(report)
    t.equal(after, before, "the earlier report")


@contract("Calls remember nothing: the same call twice, with another table between.")
def no_memory(t):
    df, other = draw(t.rng, 10), draw(t.rng, 10)
    first = yield t.call("add_features", df, ["price"])
    between = yield t.call("add_features", other, ["stock", "price"])
    again = yield t.call("add_features", df, ["price"])
    compare(t, between, other, ["stock", "price"])
    t.same(first, again)


@contract("df and cols stay unchanged.")
def table_unchanged(t):
    df = draw(t.rng, 15)
    seen = yield t.call("add_features", df, ["price", "rating"], _observe=True)
    t.frame(seen.args[0], df, index="strict", column_order="strict", rtol=0, atol=0, what="df")
    t.equal(seen.args[1], ["price", "rating"], "cols")
    compare(t, seen.result, df, ["price", "rating"])


@contract("cols stays unchanged: the caller's empty list stays empty.")
def list_unchanged(t):
    df = pd.DataFrame({"shop": ["b", "a"], "price": [1.5, 2.0]})
    seen = yield t.call("add_features", df, [], _observe=True)
    t.equal(seen.args[1], [], "cols")
    t.check(isinstance(seen.result, pd.DataFrame) and set(df) <= set(seen.result), "the result lacks a column of df")
    t.frame(seen.result[list(df)], df, index="strict", what="what df holds")  # which logarithms follow is for edge to ask


@contract("Changes to the result never reach df.")
def own_result(t):
    df = draw(t.rng, 10)
    held = yield t.hold(df)
    out = yield t.keep("add_features", held, ["price"])
    yield t.method(out, "__setitem__", "stock", 77)
    yield t.method(out, "insert", 0, "day", 1)
    after = yield t.fetch(held)
    t.frame(after, df, index="strict", column_order="strict", rtol=0, atol=0, what="df")
    got = yield t.fetch(out)
    want = expected(df, ["price"]).assign(stock=77)
    want.insert(0, "day", 1)
    t.frame(got, want, index="strict", column_order="strict")


@contract("Changes to the result never reach df, not even when there was nothing to do.")
def own_result_of_nothing(t):
    df = pd.DataFrame({"shop": ["z", "a", "b"]})
    held = yield t.hold(df)
    out = yield t.keep("add_features", held)
    yield t.method(out, "__setitem__", "shop", "q")
    after = yield t.fetch(held)
    t.frame(after, df, index="strict", what="df")
    got = yield t.fetch(out)
    t.frame(got, df.assign(shop="q"), index="strict", what="the changed result")
    one = pd.DataFrame({"price": [-2.0, 6.5]})  # the same without names, where there is something to do
    got = yield t.call("add_features", one)
    compare(t, got, one)


# The last one: a default that grows spoils what comes after it.
@contract("Calls remember nothing: the next table has other numeric columns.")
def other_columns_next(t):
    first, second = draw(t.rng, 10), draw(t.rng, 10, ("cost", "age", "score"))
    got = yield t.call("add_features", first)
    compare(t, got, first)
    got = yield t.call("add_features", second)
    compare(t, got, second)


@growth("rows", sizes=(100, 400), closed=True)
def rows(t, n):
    return t.call("add_features", draw(t.rng, n), ["price", "rating"])


@growth("columns", sizes=(4, 16), closed=False)
def columns(t, n):
    names = [f"c{k}" for k in range(n)]
    return t.call("add_features", pd.DataFrame(t.rng.normal(size=(20, n)), columns=names), names)


@speed(limit=3.0, size="100,000 rows")
def large(t):
    return t.call("add_features", draw(t.rng, 100_000), ["price", "stock"])


# One add is too short for the clock, so pandas makes twenty. They are nothing beside the names that are there.
@speed(limit=3.0, size="20 more steps in a log of 20,000 names")
def more_steps(t):
    log = yield t.new("FeatureLog")
    yield t.method(log, "add", "clip", [f"c{k}" for k in range(20_000)])
    names = yield t.hold(pd.Series([f"step {k}" for k in range(20)]))
    add = yield t.attr(log, "add", _keep=True)
    yield t.method(names, "apply", add, args=(["price"],))
