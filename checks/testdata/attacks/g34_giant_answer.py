# naive: none
def solve(X):
    return [list(range(1000))] * 100_000
