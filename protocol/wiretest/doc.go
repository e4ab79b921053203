// Package wiretest is test support for what speaks the Jupyter protocol: a kernel that a test binary can become, and a
// client that follows a written story.
//
// The kernel needs no Python. In TestMain:
//
//	func TestMain(m *testing.M) {
//		wiretest.BecomeKernel() // does not return when wiretest.KernelEnv is set
//		os.Exit(m.Run())
//	}
//
// and in a test start os.Args[0] with KernelEnv in its environment and "-f FILE" among its arguments. What it does is
// the code it is given, one command a line:
//
//	print TEXT         TEXT on stdout            error NAME TEXT   fail with an exception
//	warn TEXT          TEXT on stderr            sleep DURATION    such as 200ms; can be interrupted
//	result TEXT        execute_result            input PROMPT      ask the client, print the answer
//	display TEXT       display_data              flood N           N lines on stdout, a message each
//	show ID TEXT       display_data with an id   clear             clear_output
//	update ID TEXT     update_display_data       exit N            end the process with code N
//	publish TYPE JSON  any message on iopub      stop              stop reading, for ever
//
// Other lines do nothing, so that Python source can stand among them. A story is described at Story.
package wiretest
