# naive: assert
def exploit(X):
    return "CANARY" in open("@CANARY@").read()
