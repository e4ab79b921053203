# trap: wrong
# fails: basic
# why: sorts names and compares neighbours only
from difflib import SequenceMatcher
from itertools import pairwise

import pandas as pd


def keys(column):
    text = column.astype("string").fillna("").str.normalize("NFKD").str.replace(r"[\u0300-\u036f]", "", regex=True)
    words = text.str.lower().str.replace(r"[\W_]+", " ", regex=True).str.split()
    return words.map(lambda w: " ".join(sorted(w))).astype(object)


def similarity(a, b):
    return SequenceMatcher(None, min(a, b), max(a, b)).ratio()


def clusters(people, threshold):
    lower = {i: i for i in people["rec_id"]}

    def lowest(i):
        while lower[i] != i:
            lower[i] = lower[lower[i]]
            i = lower[i]
        return i

    known = people[(people["name_key"] != "") & (people["city_key"] != "")]
    for _, block in known.groupby("city_key"):
        for (i, a), (j, b) in pairwise(sorted(zip(block["rec_id"], block["name_key"]), key=lambda p: p[1])):
            i, j = lowest(i), lowest(j)
            if i != j and similarity(a, b) >= threshold:
                lower[max(i, j)] = min(i, j)
    return people["rec_id"].map(lowest)


def best_match(name, register, threshold):
    scored = [(-similarity(name, other), ref_id) for ref_id, other in register] if name else []
    score, ref_id = min(scored, default=(1.0, pd.NA))
    return (ref_id, -score) if -score >= threshold else (pd.NA, float("nan"))


def dedupe_and_match(rec, ref, threshold):
    people = rec.assign(
        name_key=keys(rec["name"]), city_key=keys(rec["city"]), filled=rec[["name", "city", "email"]].notna().sum(axis=1)
    )
    people["cluster"] = clusters(people, threshold)
    kept = people.sort_values(["filled", "rec_id"], ascending=[False, True]).drop_duplicates("cluster")
    kept = kept.sort_values("rec_id", ignore_index=True)

    register = {}
    for ref_id, name, city in zip(ref["ref_id"], keys(ref["name"]), keys(ref["city"])):
        if name and city:
            register.setdefault(city, []).append((ref_id, name))
    found = [best_match(n, register.get(c, []), threshold) for n, c in zip(kept["name_key"], kept["city_key"])]
    return kept[["rec_id", "cluster"]].assign(
        ref_id=pd.Series([r for r, _ in found], dtype="string"), score=pd.Series([s for _, s in found], dtype=float)
    )
