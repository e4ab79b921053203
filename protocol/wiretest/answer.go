package wiretest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/assay-kernel/assay/protocol"
)

// answer serves one request between busy and idle.
func (k *kernel) answer(r *request) {
	k.status(r, "busy")
	switch r.header.MsgType {
	case "execute_request":
		k.execute(r)
	case "comm_open", "comm_msg":
		k.comm(r)
	case "shutdown_request":
		k.shutdown(r)
		return
	default:
		if content := k.simple(r); content != nil {
			k.reply(r, strings.TrimSuffix(r.header.MsgType, "_request")+"_reply", content)
		}
	}
	k.status(r, "idle")
}

func (k *kernel) status(r *request, state string) {
	k.publish("status", r.msg.Header, protocol.Encode(protocol.Status{ExecutionState: state}))
}

// simple is the content of replies that need no state; nil for unknown requests.
func (k *kernel) simple(r *request) []byte {
	switch r.header.MsgType {
	case "kernel_info_request":
		return rawJSON(`{"status":"ok","protocol_version":"5.3","implementation":"wiretest","implementation_version":"1",
			"language_info":{"name":"python","version":"3.13.0","mimetype":"text/x-python","file_extension":".py"},
			"banner":"wiretest kernel","help_links":[],"debugger":true,"supported_features":["debugger","kernel subshells"]}`)
	case "interrupt_request":
		return rawJSON(`{"status":"ok"}`)
	case "is_complete_request":
		return k.isComplete(r)
	case "complete_request":
		return k.complete(r)
	case "inspect_request":
		return rawJSON(`{"status":"ok","found":false,"data":{},"metadata":{}}`)
	case "history_request":
		return rawJSON(`{"status":"ok","history":[]}`)
	case "comm_info_request":
		return rawJSON(`{"status":"ok","comms":{}}`)
	case "connect_request":
		f := k.file
		return protocol.Encode(protocol.ConnectReply{
			Status: "ok", Shell: f.ShellPort, IOPub: f.IOPubPort, Stdin: f.StdinPort, Control: f.ControlPort, HB: f.HBPort,
		})
	case "debug_request":
		return rawJSON(`{"type":"response","success":true,"body":%s}`, r.msg.Content)
	case "create_subshell_request":
		return rawJSON(`{"status":"ok","subshell_id":"sub-1"}`)
	}
	return nil
}

func (k *kernel) isComplete(r *request) []byte {
	var in protocol.IsCompleteRequest
	if protocol.Decode(r.msg.Content, &in) == nil && strings.HasSuffix(strings.TrimSpace(in.Code), ":") {
		return rawJSON(`{"status":"incomplete","indent":"    "}`)
	}
	return rawJSON(`{"status":"complete"}`)
}

func (k *kernel) complete(r *request) []byte {
	var in protocol.CompleteRequest
	if protocol.Decode(r.msg.Content, &in) != nil {
		return rawJSON(`{"status":"error","ename":"ValueError","evalue":"bad request","traceback":[]}`)
	}
	out := protocol.CompleteReply{Status: "ok", CursorEnd: in.CursorPos}
	for _, name := range []string{"clear", "display", "error", "exit", "flood", "input", "print", "sleep"} {
		if strings.HasPrefix(name, in.Code) {
			out.Matches = append(out.Matches, name)
		}
	}
	return protocol.Encode(out)
}

// comm echoes the messages of comms that were opened with target "echo", and closes all others.
func (k *kernel) comm(r *request) {
	var c protocol.Comm
	if protocol.Decode(r.msg.Content, &c) != nil {
		return
	}
	switch {
	case r.header.MsgType == "comm_msg":
		k.publish("comm_msg", r.msg.Header, protocol.Encode(protocol.Comm{CommID: c.CommID, Data: c.Data}), r.msg.Buffers...)
	case c.TargetName != "echo":
		k.publish("comm_close", r.msg.Header, protocol.Encode(protocol.Comm{CommID: c.CommID, Data: json.RawMessage("{}")}))
	}
}

// shutdown replies on the channel and on iopub and ends the process.
func (k *kernel) shutdown(r *request) {
	var in protocol.ShutdownRequest
	protocol.Decode(r.msg.Content, &in)
	content := protocol.Encode(protocol.ShutdownRequest{Status: "ok", Restart: in.Restart})
	k.reply(r, "shutdown_reply", content)
	k.publish("shutdown_reply", r.msg.Header, content)
	k.status(r, "idle")
	k.stopCommand()
	time.AfterFunc(20*time.Millisecond, func() { k.end(0) }) // ipykernel lets its sockets flush too
}
