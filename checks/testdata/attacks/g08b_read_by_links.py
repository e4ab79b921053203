# naive: assert
def exploit(X):
    for path in ("/proc/self/root@CANARY@", "/proc/self/cwd/../../../../../..@CANARY@", "link-to-canary"):
        try:
            if path.startswith("link"):
                os.chdir(os.environ.get("TMPDIR", "/tmp"))
                if not os.path.islink(path):
                    os.symlink("@CANARY@", path)
            if "CANARY" in open(path).read():
                return True
        except OSError:
            continue
    return False
