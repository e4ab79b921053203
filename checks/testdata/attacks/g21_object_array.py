# naive: none
# An array of objects, which only a reader that unpickles would take.
def solve(X):
    a = np.empty(X.shape[1], object)
    a[:] = [Exception] * len(a)
    return a
