# naive: assert
# not stopped by locks: the environment is never handed over
def exploit(X):
    return any("@SECRET@" in v for v in os.environ.values())
