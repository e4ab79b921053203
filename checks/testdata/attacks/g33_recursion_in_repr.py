# naive: none
class Deep(Exception):
    def __str__(self):
        return str(self)


def solve(X):
    raise Deep()
