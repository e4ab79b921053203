// Package protocol reads and writes Jupyter messages: frames, signature, header, the contents that a proxy looks at, and
// the connection file. It knows no sockets and no processes.
//
// A message is a list of ZeroMQ frames:
//
//	identity ...      who it is from or for; on iopub one topic
//	<IDS|MSG>
//	signature         lower-case hex HMAC of the next four frames; empty without a key
//	header            JSON: msg_id, msg_type, session, username, date, version, subshell_id
//	parent_header     JSON: the header of the request it answers, or {}
//	metadata          JSON
//	content           JSON, by msg_type
//	buffer ...        binary, not signed
//
// Parse keeps all of them as received and decodes none; what is only forwarded stays what it was, byte for byte. Look
// into the JSON with Header.Decode, ParseObject and Decode. These read keys exactly as Python does (case matters) and
// refuse an object that has a key twice, because two readers that understand one message differently can be played off
// against each other.
//
//	channel  client socket  kernel socket  carries
//	shell    DEALER         ROUTER         execute, complete, inspect, ... and their replies
//	control  DEALER         ROUTER         interrupt, shutdown, debug; overtakes shell
//	stdin    DEALER         ROUTER         input_request to the client, input_reply from it
//	iopub    SUB            PUB (XPUB)     status, outputs, comm messages, to every client
//	hb       REQ            ROUTER         any bytes, echoed
//
// Follows version 5.5 of the message specification. Not covered: the registration handshake of 5.6, CurveZMQ keys,
// serialisations other than JSON, and the contents of messages that a proxy only forwards.
package protocol

// Version is the protocol version in the headers that this package makes.
const Version = "5.3"

// Names of the channels.
const (
	Shell   = "shell"
	Control = "control"
	Stdin   = "stdin"
	IOPub   = "iopub"
	HB      = "hb"
)
