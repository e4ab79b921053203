// Package card draws what a report says: the feedback under a cell, short messages, and the scorecard of an export.
//
// # What a candidate may ever see
//
// Render draws a report that Report.ForCandidate has already reduced to the session's policy, and adds nothing to it:
//
//   - Public tests: how many of how many, and what the first failing one found.
//   - Hidden tests: how many of how many by class, and how that was in the run before. Never a hidden input, an expected
//     value, a test's name, the oracle's message about a case (Case.Message) or a text that the answer chose, such as the
//     name of a class; of a case only that an exception of a well-known name was raised (Case.Exception) and the author's
//     sentence about the rule that it guards (Case.Guards), which the statement says too.
//   - Findings: the candidate's own code, why, and one better form. Never the reference's code.
//   - Points per line of the rubric, "not scored" where nobody scored. With policy counts or none, no more than the policy
//     allows: none says only that the run was recorded.
//   - While no basic test passes, neither points nor findings on style: only the failing test, and findings that explain it.
//   - Their own phase and its time, how to get a hint and what to do next.
//   - Of failures of the product itself: one plain sentence. No path, no stack, no address, no token.
//
// # How it is drawn
//
// JupyterLab cleans the HTML of notebooks it does not trust. The card uses only elements and inline properties that this
// cleaning keeps, so that it looks the same before and after: no script, no class, no id, no link, no image, no colour for
// text or ground, which would break one of the themes. Everything that came from a candidate is escaped. The same content
// comes as Markdown and as plain text for front ends without HTML.
package card
