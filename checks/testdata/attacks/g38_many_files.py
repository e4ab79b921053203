# naive: none
# Fills the disk with files below the size limit.
def exploit(X):
    block = b"x" * (1 << 20)
    for i in range(512):
        with open("f%d" % i, "wb") as f:
            f.write(block)
    return bool("@BOUNDED@")
