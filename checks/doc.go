// Package checks answers one question: does an answer hold up? Grader.Grade takes a challenge (Spec) and what a
// candidate wrote (Submission) and gives a report.
//
// The life of a grading: the cells' answer is collected without running it and frozen (hash); a seed is drawn; the oracle
// draws inputs from it; locked children, forked while nobody waited, run the answer on them in groups, a few at a time;
// the oracle compares what came out; correctness is counted here; the step counter and the clock give evidence to package
// rubric, which scores the rest. Nothing that has run candidate code forms a verdict, and no answer is a failed test.
//
// Start reading at Grader.Grade. Out of scope: reading challenge folders (package notebooks), showing reports (card).
package checks
