# naive: assert
import subprocess


def exploit(X):
    return subprocess.run(["/bin/sh", "-c", "exit 0"]).returncode == 0
