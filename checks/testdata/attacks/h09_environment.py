# naive: assert
def exploit(X):
    return any("@SECRET@" in v for v in os.environ.values())
