# naive: none
def solve(X):
    a = np.empty(X.shape[1], object)
    a[:] = [Exception] * len(a)
    return a
