# why: plain Python: dicts of cities, depth-first search over links, no merge at all
import re
import unicodedata
from collections import defaultdict
from difflib import SequenceMatcher

import pandas as pd


def key(text) -> str:
    """Key of a name or city; "" for what is missing."""
    if pd.isna(text):
        return ""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return " ".join(sorted(re.findall(r"[^\W_]+", plain.casefold())))


def ratio(a: str, b: str) -> float:
    """Score of two keys, the smaller one first."""
    first, second = sorted((a, b))
    return SequenceMatcher(a=first, b=second).ratio()


def dedupe_and_match(rec: pd.DataFrame, ref: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """One row per person, with the best match in ref."""
    cities, refs, names = defaultdict(list), defaultdict(list), {}
    for i, name, city in zip(rec["rec_id"], rec["name"].map(key), rec["city"].map(key)):
        names[i] = name, city
        if name and city:
            cities[city].append(i)
    for r, name, city in zip(ref["ref_id"], ref["name"].map(key), ref["city"].map(key)):
        if name and city:
            refs[city].append((r, name))
    missing = dict(zip(rec["rec_id"], rec[["name", "city", "email"]].isna().to_numpy().sum(axis=1)))

    rows, seen = [], set()
    for start in sorted(names):
        if start in seen:
            continue
        group, stack = [], [start]
        seen.add(start)
        while stack:
            i = stack.pop()
            group.append(i)
            name, city = names[i]
            near = [j for j in cities[city] if j not in seen and ratio(name, names[j][0]) >= threshold] if name else []
            seen.update(near)
            stack.extend(near)
        kept = min(group, key=lambda i: (missing[i], i))
        name, city = names[kept]
        good = [(ratio(name, other), r) for r, other in refs.get(city, []) if name]
        top = max((s for s, _ in good), default=-1.0)
        if top >= threshold:
            rows.append((kept, min(group), min(r for s, r in good if s == top), top))
        else:
            rows.append((kept, min(group), None, float("nan")))
    return pd.DataFrame(sorted(rows, key=lambda row: row[0]), columns=["rec_id", "cluster", "ref_id", "score"])
