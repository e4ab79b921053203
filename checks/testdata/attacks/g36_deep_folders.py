# naive: none
# What is left behind must not break whoever cleans up.
def exploit(X):
    for i in range(3000):
        os.mkdir("d", 0o700)
        os.chdir("d")
        if i % 100 == 0:
            os.mkdir("locked", 0)
    return False
