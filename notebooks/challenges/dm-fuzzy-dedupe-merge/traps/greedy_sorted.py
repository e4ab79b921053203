# trap: wrong
# fails: edge
# why: sorted first, and still compares with the first of each cluster only
from difflib import SequenceMatcher
from itertools import combinations

import pandas as pd


def keys(column):
    text = column.astype("string").fillna("").str.normalize("NFKD").str.replace(r"[\u0300-\u036f]", "", regex=True)
    words = text.str.lower().str.replace(r"[\W_]+", " ", regex=True).str.split()
    return words.map(lambda w: " ".join(sorted(w))).astype(object)


def similarity(a, b):
    return SequenceMatcher(None, min(a, b), max(a, b)).ratio()


def clusters(people, threshold):
    heads, out = [], {}
    for _, i, name, city in people.sort_values("rec_id")[["rec_id", "name_key", "city_key"]].itertuples():
        for head, other, place in heads:
            if name and city and city == place and similarity(name, other) >= threshold:
                out[i] = head
                break
        else:
            heads.append((i, name, city))
            out[i] = i
    return people["rec_id"].map(out)


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
