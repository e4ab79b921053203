# naive: none
# An exception whose text recurses without end; a naive grader fails the case, too.
class Deep(Exception):
    def __str__(self):
        return str(self)


def solve(X):
    raise Deep()
