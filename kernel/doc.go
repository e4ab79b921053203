// Package kernel is the process that Jupyter starts for a notebook: a proxy in front of IPython that is not to be
// noticed, and that lets a companion judge and record the cells of a challenge.
//
// Start with Run. What it promises: every message that is not ours passes byte for byte but for its signature, on all
// five channels, to and from the very client it concerns; a notebook without a challenge has nothing held back, nothing
// recorded and no companion started; and whatever fails on our side, the candidate's cells go on. Not its business: tests,
// scores and the clock (the companion's), and what a notebook file looks like.
//
// # The life of a message
//
//	client --> wire.Peer --> relay.shellIn, controlIn, stdinIn --> mirror.toChild --> child
//	client <-- wire.Peer <-- mirror.toFront, speaker.pass <-- relay.childOut, published <-- child
//
// The goroutine that reads a connection verifies the signature, looks at the header, signs anew with the other side's key
// and writes. A client is mirrored: each of its connections has one to the child, under the same identity, so that replies
// and input requests find their way by themselves.
//
// # The life of a cell
//
// An execute_request becomes a request in the flight's queue; advance sends it to the child at once unless something
// is in the way. In the way are a cell that is to be judged and, for what the proxy answers itself, any cell before it.
//
//	queue -----------> running ----------> finished         an ordinary cell: reply and idle pass as they come
//	  |                   |
//	  |                   +-- a solution -> wait -> released  reply and idle are held until the companion has answered,
//	  |                                                       or for a second; then a placeholder is updated later
//	  +-- our magic ---------------------> wait -> answered   without the child
//	  +-- behind a cell that failed -----> aborted            as ipykernel would have done
//
// Comm messages, requests to subshells and everything on control and stdin never enter the queue. A cell is a solution
// when its role says so or when it defines one of the names that the companion's welcome lists; silent cells, empty ones
// and ones without history never are, nor one that was
// interrupted. An interrupt ends a wait and aborts what stands behind it.
//
// # Goroutines
//
//	owner     goroutine                 input                         ends
//	wire      one per connection        its socket                    with the connection
//	relay     connect, one per client   -                             when the client is connected to the child or has left
//	kernel    listen                    -                             when the child's iopub is connected, or with the run
//	kernel    takeInterrupts            SIGINT, SIGPIPE               with the run
//	kernel    wire.ReleaseMemory        large messages                with the run
//	kernel    settle                    a clock                       5 s after the start, or with the run
//	kernel    hear                      the uplink's events           when the uplink is closed, or with the run
//	child     keep                      the process                   with the process; it keeps its thread, because the
//	                                                                  child dies with the thread that started it
//	-         parentGone                a clock                       with the run
//	flight    timers of a wait          a clock                       fire once, or stopped when the wait ends
//
// The flight has no goroutine. Its state is one struct under one lock, changed by change alone; relay and mirror hold
// their own small locks, never while calling into the flight. Order: flight before mirror
// and recorder, relay before speaker.
//
// # Shutdown
//
// wait returns when the child has ended, a shutdown_request was seen, SIGTERM came, or the process that started us has
// gone; by then the child has ended, if need be by force. Then in order: read what the child had said until its iopub
// ends; record kernel_ended and give the uplink half a second; end the goroutines of the run; remove the
// private folder; let go of what is still held; close the front sockets, each with a moment for its clients to read the
// rest. A child that ends by itself makes Run fail, so that Jupyter restarts the kernel.
package kernel
