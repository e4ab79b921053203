// Package rubric turns evidence about an answer into points: Python Fluency (25), Code Quality (20, of which a machine
// gives 12), and the two criteria that only people score.
//
// Start with Run: it lints the source with ruff, reads its syntax tree with our own rules, and calls Score. Score is pure;
// given the same Input it writes the same points into the report.
//
// What a finding may cost. A static hit is a suspicion and stays Advice, 0 points. It Costs only with a second witness: a
// step counter that grows where the reference's does not, a clock ratio, or a failing test, and then the points are lost
// once. A few forms are their own second witness because two facts of the code agree (a mutable default that is also
// changed, a star import whose names are also used). Ruff's rules are scored only where experts' code was measured to be
// free of them (see lintRules), and little.
//
// What a finding calls better must not earn a finding itself: the tests paste every suggestion over what it speaks of.
//
// What nobody scored has no points: "not scored" is never zero and nothing is rescaled.
// Code that is too deep or too long to look at is no such gap: depth counts as size, and the rest of the answer keeps its evidence.
//
// The source is data here. It is parsed in a short-lived Python process of its own with limits, never imported or run.
package rubric
