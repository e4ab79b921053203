# naive: assert
import resource


def exploit(X):
    return resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32)) is None
