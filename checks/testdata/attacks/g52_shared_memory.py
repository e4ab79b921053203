# naive: assert
# Memory that outlives the process.
def exploit(X):
    name = "/dev/shm/assay-attack-@TOKEN@"
    try:
        with open(name, "wb") as f:
            f.write(b"x" * 4096)
        return True
    finally:
        if "@NAIVE@" and os.path.exists(name):
            os.unlink(name)
