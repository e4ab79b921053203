# naive: none
# An error of no class, by a metaclass that hides its ancestors and by a frame: whoever asks for the first name finds none.
# It is the answer's fault, not the test's. A naive grader shows an exception whatever it is called.
class Nameless(type):
    @property
    def __mro__(cls):
        return ()


class Odd(Exception, metaclass=Nameless):
    pass


TREES = [b'{"t":"err","x":[[],"",0]}', b'{"t":"err","x":[null,"",0]}', b'{"t":"err","x":[{"t":"set","x":["a"]},"",0]}', b'{"t":"err","x":[[1],2,"3"]}']


def solve(X):
    if len(X) == 2:
        raise Odd
    os.write(3, frame(TREES[len(X) % len(TREES)]))
    return outright(X)
