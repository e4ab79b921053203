# naive: assert
# A session of its own, out of reach of who kills the group.
DONE = []


def exploit(X):
    if not DONE:
        DONE.append(os.setsid())
    return True
