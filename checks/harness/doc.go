// Package harness runs Python for the grader: candidates' code in locked children of a warm zygote (Zygote, Child), and
// the challenge author's code in an oracle (Oracle). The Python side is embedded, in the folder py.
//
// A verdict is never formed in a process that has run candidate code. Calls go into a child, plain data comes out; this
// package checks the form of every answer (Parse) before the oracle or anybody else sees it, and measures time and
// usage from outside. It compares nothing: that is the oracle's part, and scoring is the part of package checks.
//
//	grader (Go) --frames--> child   forked per group of cases, Landlock + seccomp + rlimits, candidate code
//	            --lines---> zygote  forks and reaps children; libraries only
//	            --frames--> oracle  tests.py and solution.py; never candidate code
//
// What a child cannot do comes in levels. L0: limits on time, memory and files. L1: Landlock and a seccomp allow-list too, which
// close everything outside of the libraries and a scratch folder. L2: also another user, or a user namespace, and with it
// namespaces in which the rest of the machine is not even there: its files, its processes, its network. Control groups
// are not used: no child can start a process, and joining one took 9 ms, three times a fork.
package harness
