# naive: assert
def exploit(X):
    syscall(101, 117, 16, @VICTIM@, 0, 0)  # PTRACE_ATTACH
    os.waitpid(@VICTIM@, 0x40000000)
    syscall(101, 117, 17, @VICTIM@, 0, 0)  # PTRACE_DETACH
    return True
