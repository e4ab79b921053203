import unicodedata
from difflib import SequenceMatcher

import numpy as np
import pandas as pd
from assay import basic, contract, edge, growth, prop, public, speed

NAME = "dedupe_and_match"
COLUMNS = ["rec_id", "cluster", "ref_id", "score"]


# --- the rules, letter by letter


def key(text):
    if not isinstance(text, str):
        return ""
    letters = [c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)]
    return " ".join(sorted("".join(c.lower() if c.isalnum() else " " for c in letters).split()))


def similarity(a, b):
    return SequenceMatcher(None, min(a, b), max(a, b)).ratio()


def matches(a, b, threshold):
    """Whether two (name key, city key) match."""
    return "" not in a + b and a[1] == b[1] and similarity(a[0], b[0]) >= threshold


def result(rows):
    rows = sorted(rows, key=lambda r: r[0])
    return pd.DataFrame({
        "rec_id": np.array([r[0] for r in rows], dtype=np.int64),
        "cluster": np.array([r[1] for r in rows], dtype=np.int64),
        "ref_id": pd.Series([r[2] for r in rows], dtype=object),
        "score": np.array([np.nan if r[3] is None else r[3] for r in rows], dtype=float),
    })


def by_rule(rec, ref, threshold):
    people, lack = {}, {}
    for i, *texts in zip(*(rec[c].tolist() for c in ("rec_id", "name", "city", "email"))):
        people[i] = key(texts[0]), key(texts[1])
        lack[i] = sum(not isinstance(text, str) for text in texts)
    register = {i: (key(n), key(c)) for i, n, c in zip(*(ref[c].tolist() for c in ("ref_id", "name", "city")))}
    left, rows = set(people), []
    while left:
        first = min(left)
        group, queue = {first}, [first]
        while queue:
            i = queue.pop()
            new = {j for j in left - group if matches(people[i], people[j], threshold)}
            group |= new
            queue += new
        left -= group
        kept = min(group, key=lambda i: (lack[i], i))
        found = [(-similarity(people[kept][0], r[0]), i) for i, r in register.items() if matches(people[kept], r, threshold)]
        score, ref_id = min(found, default=(None, None))
        rows.append((kept, first, ref_id, None if score is None else -score))
    return result(rows)


def compare(t, got, want):
    t.frame(got, want, index="strict", column_order="strict", rtol=0, atol=1e-9)


def check(t, rec, ref, threshold):
    got = yield t.call(NAME, rec, ref, threshold)
    compare(t, got, by_rule(rec, ref, threshold))


# --- inputs


def records(*rows):
    """Rows of rec_id, name, city, email."""
    return pd.DataFrame({
        "rec_id": np.array([r[0] for r in rows], dtype=np.int64),
        **{c: pd.Series([r[k] for r in rows], dtype=object) for k, c in ((1, "name"), (2, "city"), (3, "email"))},
    })


def register(*rows):
    """Rows of ref_id, name, city."""
    return pd.DataFrame({c: pd.Series([r[k] for r in rows], dtype=object) for k, c in enumerate(["ref_id", "name", "city"])})


FIRST = ["José", "Anne", "Björn", "Maria", "Tomás", "Ingrid", "Renée", "Pavel", "Oluf", "Chloé", "Sven", "Yara"]
LAST = ["García", "Dupont", "Olsen", "O'Brien", "Müller", "Novak", "Lefèvre", "da Silva", "Brandt", "Kovac", "Moreau", "Lind"]
CITIES = ["Lyon", "São Paulo", "Malmö", "Saint-Denis"]


def misspelled(rng, text):
    """The same text as somebody else would type it."""
    words = text.split()
    if rng.random() < 0.4:
        words = words[::-1]
        words[0] += "," * int(rng.integers(2))
    text = " ".join(words)
    k = int(rng.integers(1, len(text)))
    text = [text, text[:k] + text[k + 1:], text[:k] + "e" + text[k:], text.upper(), f" {text}  "][rng.integers(5)]
    if rng.random() < 0.5:
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text


def town(rng, people=5, copies=16, known=6, cities=CITIES):
    """Records of some people, most of them several times, and a register of some."""
    names = [f"{FIRST[i]} {LAST[j]}" for i, j in zip(rng.permutation(12)[:people], rng.permutation(12)[:people])]
    names += [f"{FIRST[rng.integers(12)]} {names[0].split(' ', 1)[1]}"]
    homes = [cities[rng.integers(len(cities))] for _ in names]
    ids = rng.permutation(10 * copies)[:copies] + 1
    rows = []
    for i in ids:
        k = int(rng.integers(len(names)))
        home = homes[k] if rng.random() < 0.9 else cities[rng.integers(len(cities))]
        home = [home, home.upper(), f"{home} "][rng.integers(3)]
        rows.append((int(i), misspelled(rng, names[k]), home, "a@b.org" if rng.random() < 0.4 else None))
    n, m = rng.permutation(copies)[:2]
    rows[n] = (rows[n][0], None, *rows[n][2:])
    rows[m] = (*rows[m][:2], None, rows[m][3])
    refs = [(f"R{i:03d}", misspelled(rng, names[k]), homes[k])
            for i, k in zip(rng.permutation(900)[:known], rng.integers(len(names), size=known))]
    return records(*rows), register(*refs)


NOBODY = register(("R1", "Zz Qq", "Nowhere"))


# --- tests


@public("The worked example.")
def example(t):
    rec = records((7, "GARCÍA, José", "Lyon", None), (3, "Jose Garcia", " lyon", "jg@a.org"),
                  (9, "Anne Dupont", "Lyon", None), (5, "José García", "Nice", None))
    ref = register(("R2", "Garcia José", "LYON"), ("R1", "Ana Dupont", "Lyon"))
    got = yield t.call(NAME, rec, ref, 0.85)
    compare(t, got, result([(3, 3, "R2", 1.0), (5, 5, None, None), (9, 9, "R1", 18 / 21)]))


@basic("Records that match form a cluster; one row per cluster, with its best match in ref.")
def by_hand(t):
    rec = records((12, "Olsen", "Bergen", None), (4, "Hansen", "Bergen", None), (8, "Olsen", "Bergen", "o@a.no"),
                  (2, "Berg", "Oslo", None), (20, "Olsen", "Oslo", None), (30, "Prandt", "Lund", None), (31, "Lind", "Lund", None),
                  (33, "Brandt", "Lund", None))
    ref = register(("B", "Olsen", "Oslo"), ("C", "Jansen", "Bergen"), ("A", "Olsen", "Bergen"))
    got = yield t.call(NAME, rec, ref, 0.8)
    compare(t, got, result([(8, 8, "A", 1.0), (4, 4, "C", 10 / 12), (2, 2, None, None), (20, 20, "B", 1.0),
                            (30, 30, None, None), (31, 31, None, None)]))


@basic("Records that match form a cluster: several towns.")
def towns(t):
    yield from check(t, *town(t.rng), 0.8)


@basic("Records that match form a cluster: more records.")
def more_records(t):
    yield from check(t, *town(t.rng, people=9, copies=40, known=15), 0.85)


@basic("Rows match only if their city keys are equal.")
def other_city(t):
    rec = records((5, "Ingrid Lind", "Malmö", None), (2, "Ingrid Lind", "Lund", None), (9, "Ingrid Lind", "MALMO", "i@l.se"))
    ref = register(("R2", "Ingrid Lind", "Kiruna"), ("R1", "Ingrid Lund", "Lund"))
    got = yield t.call(NAME, rec, ref, 0.9)
    compare(t, got, result([(9, 5, None, None), (2, 2, "R1", 20 / 22)]))


def one_cluster(*names):
    return records(*((40 - 3 * k, name, "Lyon", None) for k, name in enumerate(names)))


@edge("Key: no accents.")
def accents(t):
    yield from check(t, one_cluster("Zoé Lefèvre", "Zoe Lefevre", "Zoe\u0301 Lefe\u0300vre"), register(("R", "Zóe Léfèvre", "Lyón")), 1.0)


@edge("Key: lower case.")
def case(t):
    yield from check(t, one_cluster("anne DUPONT", "Anne Dupont", "ANNE dupont"), register(("R", "aNNe duPont", "LYON")), 1.0)


@edge("Key: all but letters and digits separates words.")
def punctuation(t):
    yield from check(t, one_cluster("Mary-Ann O'Neil", " Mary  Ann O Neil", "Mary.Ann (O/Neil)", "Maryann Oneil"),
                     register(("R", "Mary\tAnn, O’Neil", "-Lyon-")), 1.0)


@edge("Key: words sorted, in names and in cities.")
def word_order(t):
    rec = records((8, "Silva da Costa", "Denis Saint", None), (3, "Costa, da Silva", "Saint-Denis", None),
                  (6, "da Silva Costa", "saint denis", None))
    yield from check(t, rec, register(("R", "Costa da Silva", "Denis, Saint")), 1.0)


@edge("Key: a word that occurs twice stays twice.")
def repeated_word(t):
    yield from check(t, one_cluster("Anna Anna Lind", "Anna Lind", "Lind Anna Anna"), register(("R", "Anna Lind", "Lyon")), 1.0)


@edge("Key: digits count.")
def digits(t):
    yield from check(t, one_cluster("Anna Lind 2", "Anna Lind 3", "2 Anna Lind"), register(("R", "Anna Lind 3", "Lyon")), 1.0)


@edge("An empty name matches nothing, not even another.")
def empty_names(t):
    rec = records((6, None, "Lyon", "a@b.org"), (2, np.nan, "Lyon", "a@b.org"), (9, "", "Lyon", None), (4, " -- ", "Lyon", None),
                  (5, "nan", "Lyon", None), (7, "None", "Lyon", None))
    ref = register(("R3", None, "Lyon"), ("R1", "", "Lyon"), ("R2", "?", "Lyon"), ("R4", "Zz", "Lyon"))
    yield from check(t, rec, ref, 0.0)  # with this threshold everything else matches


@edge("An empty city matches nothing, not even another.")
def empty_cities(t):
    rec = records((6, "Anne Dupont", None, None), (2, "Anne Dupont", np.nan, None), (9, "Anne Dupont", "", None),
                  (4, "Anne Dupont", " . ", None), (5, "Anne Dupont", "Lyon", None))
    ref = register(("R2", "Anne Dupont", None), ("R1", "Anne Dupont", ""))
    yield from check(t, rec, ref, 0.8)


@edge("Text may be missing: a column may hold nothing else.")
def nothing_known(t):
    rec = records((6, "Anne Dupont", "Lyon", None), (2, "Anne Dupont", "Lyon", None)).assign(email=np.nan)
    ref = register(("R1", "Anne Dupont", None)).assign(city=np.nan)
    yield from check(t, rec, ref, 0.8)


@edge("A score of just the threshold is a match.")
def at_threshold(t):
    # abcd and abce share 6 of 8 letters: 0.75.
    rec = records((3, "abcd", "Lyon", None), (1, "abce", "Lyon", None), (7, "wxyz", "Lyon", None))
    got = yield t.call(NAME, rec, register(("R", "wxyq", "Lyon")), 0.75)
    compare(t, got, result([(1, 1, None, None), (7, 7, "R", 0.75)]))
    got = yield t.call(NAME, rec, register(("R", "wxyq", "Lyon")), 0.7500001)
    compare(t, got, result([(1, 1, None, None), (3, 3, None, None), (7, 7, None, None)]))


@edge("Records that match through others form one cluster.")
def chain(t):
    # Each name differs by one letter from the one before it.
    names = ["aaaaaa", "aaaaab", "aaaabb", "aaabbb", "aabbbb"]
    rows = [(10 + k, names[k], "Lyon", None) for k in (0, 4, 2, 1, 3)] + [(30 + k, names[k], "Nice", None) for k in (4, 0, 3, 1, 2)]
    got = yield t.call(NAME, records(*rows), NOBODY, 0.8)
    compare(t, got, result([(10, 10, None, None), (30, 30, None, None)]))


@edge("Records that match through others form one cluster, whichever of them comes last.")
def late_link(t):
    rec = records((3, "aaaaaa", "Lyon", "a@b.org"), (5, "aaaabb", "Lyon", None), (9, "aaaaab", "Lyon", None),
                  (29, "aaaaaa", "Nice", None), (28, "bbbbaa", "Nice", None), (22, "zz", "Nice", None), (25, "aaaabb", "Nice", None),
                  (24, "aaaaab", "Nice", None))
    yield from check(t, rec, register(("R", "aaaaaa", "Lyon"), ("S", "aaaaaa", "Nice")), 0.8)


@edge("The record that misses fewest of name, city, email is kept.")
def most_complete(t):
    rec = records((2, "Anne Dupont", "Lyon", None), (8, "Anne Dupond", "Lyon", "a@d.fr"), (5, "Anne Dupont", "Lyon", None),
                  (3, "Pavel Novak", "Lyon", None))
    ref = register(("R1", "Anne Dupont", "Lyon"), ("R2", "Anne Dupond", "Lyon"))
    got = yield t.call(NAME, rec, ref, 0.8)
    compare(t, got, result([(3, 3, None, None), (8, 2, "R2", 1.0)]))


@edge("Of records that are equally complete the one with the lowest rec_id is kept.")
def lowest_id(t):
    rec = records((11, "Anne Dupont", "Lyon", "x@d.fr"), (9, "Anne Dupond", "Lyon", "a@d.fr"), (30, "Anne Dupont", "Lyon", "b@d.fr"),
                  (4, "Anne Dupond", "Lyon", None))
    got = yield t.call(NAME, rec, register(("R1", "Anne Dupont", "Lyon"), ("R2", "Anne Dupond", "Lyon")), 0.8)
    compare(t, got, result([(9, 4, "R2", 1.0)]))


@edge("The best match in ref, not the first.")
def best_match(t):
    ref = register(("R1", "Anne Dupond", "Lyon"), ("R3", "Anne Dupont", "Lyon"), ("R2", "Ane Dupont", "Lyon"))
    yield from check(t, records((1, "Anne Dupont", "Lyon", None), (6, "Pavel Novak", "Lyon", None)), ref, 0.7)


@edge("Equally good matches: the lowest ref_id.")
def tied_matches(t):
    ref = register(("R5", "Dupont, Anne", "Lyon"), ("R2", "ANNE DUPONT", "Lyon"), ("R7", "Anne Dupont", "lyon"))
    yield from check(t, records((1, "Anne Dupont", "Lyon", None)), ref, 0.7)


@edge("The same score whichever text comes first.")
def same_score(t):
    # "diet" before "tide" scores 0.5, "tide" before "diet" 0.25.
    rec = records((5, "Tide", "Lyon", None), (4, "Diet", "Lyon", None), (15, "Diet", "Nice", None), (14, "Tide", "Nice", None),
                  (20, "Tide", "Lund", None), (30, "Diet", "Oslo", None))
    ref = register(("R", "Tide", "Lyon"), ("S", "Tied", "Lyon"), ("T", "Diet", "Nice"), ("U", "Tied", "Nice"),
                   ("V", "Diet", "Lund"), ("W", "Tide", "Oslo"))
    yield from check(t, rec, ref, 0.4)


@edge("No records: no rows.")
def no_records(t):
    got = yield t.call(NAME, records(), register(("R", "Anne", "Lyon")), 0.8)
    t.check(isinstance(got, pd.DataFrame), "the result is not a DataFrame")
    t.check(list(got.columns) == COLUMNS and len(got) == 0, f"expected no rows and the columns {COLUMNS}")


@edge("Nobody in ref: NA for all.")
def empty_register(t):
    yield from check(t, town(t.rng)[0], register(), 0.8)


@edge("One record.")
def one_record(t):
    yield from check(t, records((77, "Anne Dupont", "Lyon", None)), register(("R1", "Anna Dupont", "Lyon")), 0.8)


@prop("The rules of the statement: any town, any threshold.", repeat=4)
def any_town(t):
    rec, ref = town(t.rng, people=int(t.rng.integers(2, 7)), copies=int(t.rng.integers(3, 22)), known=int(t.rng.integers(1, 9)))
    yield from check(t, rec, ref, float(t.rng.uniform(0.6, 1.0)))


@prop("Row order changes nothing.", repeat=2)
def shuffled(t):
    rec, ref = town(t.rng, people=4, copies=18)
    want = by_rule(rec, ref, 0.7)
    got = yield t.call(NAME, rec.iloc[t.rng.permutation(len(rec))].reset_index(drop=True),
                       ref.iloc[t.rng.permutation(len(ref))].reset_index(drop=True), 0.7)
    compare(t, got, want)


@prop("Other cities change nothing: two towns together give the rows of both.", repeat=2)
def two_towns(t):
    a, ref_a = town(t.rng, copies=9, cities=CITIES[:2])
    b, ref_b = town(t.rng, copies=9, cities=CITIES[2:])
    b["rec_id"] += 1000
    ref_b["ref_id"] = "S" + ref_b["ref_id"]
    both = yield t.call(NAME, pd.concat([b, a], ignore_index=True), pd.concat([ref_a, ref_b], ignore_index=True), 0.75)
    compare(t, both, pd.concat([by_rule(a, ref_a, 0.75), by_rule(b, ref_b, 0.75)], ignore_index=True))


@contract("Inputs stay unchanged.")
def inputs_unchanged(t):
    rec, ref = town(t.rng)
    seen = yield t.call(NAME, rec, ref, 0.8, _observe=True)
    t.frame(seen.args[0], rec, index="strict", column_order="strict", what="rec")
    t.frame(seen.args[1], ref, index="strict", column_order="strict", what="ref")
    compare(t, seen.result, by_rule(rec, ref, 0.8))


@contract("The index of the inputs means nothing.")
def any_index(t):
    rec, ref = town(t.rng)
    want = by_rule(rec, ref, 0.8)
    rec.index = t.rng.integers(3, size=len(rec))
    ref.index = t.rng.permutation(len(ref)) + 50
    got = yield t.call(NAME, rec, ref, 0.8)
    compare(t, got, want)


@contract("The result depends on this call only.")
def no_memory(t):
    rec, ref = town(t.rng)
    other, known = town(t.rng)
    other["rec_id"] = rec["rec_id"].to_numpy()
    first = yield t.call(NAME, rec, ref, 0.8)
    second = yield t.call(NAME, other, known, 0.8)
    compare(t, first, by_rule(rec, ref, 0.8))
    compare(t, second, by_rule(other, known, 0.8))


@contract("Columns rec_id, cluster, ref_id, score, sorted by rec_id, index 0, 1, 2, ...")
def form(t):
    rec, ref = town(t.rng)
    got = yield t.call(NAME, rec, ref, 0.8)
    t.check(isinstance(got, pd.DataFrame) and list(got.columns) == COLUMNS, f"the columns are not {COLUMNS}")
    t.check(list(got.index) == list(range(len(got))), "the index is not 0, 1, 2, ...")
    t.check(list(got["rec_id"]) == sorted(got["rec_id"]), "the rows are not sorted by rec_id")
    t.check(set(got["cluster"]) <= set(rec["rec_id"]), "a cluster is not named by a rec_id")
    compare(t, got, by_rule(rec, ref, 0.8))


def city_of(t, n, per_city):
    """n records and half as many in the register, per_city of them in each city."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    names = ["".join(t.rng.choice(letters, size=6)) + " " + "".join(t.rng.choice(letters, size=8)) for _ in range(n)]
    cities = [f"city {k // per_city}" for k in range(n)]
    rec = records(*((k, names[k], cities[k], None) for k in range(n)))
    return rec, register(*((f"R{k:04d}", names[k], cities[k]) for k in range(0, n, 2)))


@growth("pairs within a city", sizes=(4, 16), closed=False)
def pairs(t, n):
    return t.call(NAME, *city_of(t, 2 * n, n), 0.8)


@speed(limit=6.0, size="400 records, 40 cities")
def quick(t):
    return t.call(NAME, *city_of(t, 400, 10), 0.8)
