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
package harness
