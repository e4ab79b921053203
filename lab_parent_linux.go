package main

import "syscall"

// endWithParent has the kernel send SIGTERM to a child whose `assay lab` is gone, kill -9 included.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
