# naive: none
def solve(X):
    os.close(3)
    return outright(X)
