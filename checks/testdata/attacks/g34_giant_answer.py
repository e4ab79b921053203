# naive: none
# An answer far larger than any that was asked for: it must cost its sender and nobody else.
def solve(X):
    return [list(range(1000))] * 100_000
