# naive: assert
# Right from the second process on, if anything of the first is left.
def exploit(X):
    seen = False
    for folder in ("/tmp", "/dev/shm", "/var/tmp", os.environ.get("TMPDIR", "."), os.getcwd(), os.path.dirname(os.getcwd())):
        name = os.path.join(folder, "assay-attack-@TOKEN@")
        try:
            if os.path.exists(name):
                with open(name) as f:
                    seen = seen or f.read() != str(os.getpid())
            else:
                with open(name, "w") as f:
                    f.write("-" if "@NAIVE@" else str(os.getpid()))
                    seen = seen or bool("@NAIVE@")
        except OSError:
            pass
    return seen
