package wiretest

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/assay-kernel/assay/protocol"
)

// failure is the exception that ends a cell.
type failure struct{ name, value string }

var interrupted = &failure{"KeyboardInterrupt", ""}

// execute runs a cell and replies.
func (k *kernel) execute(r *request) {
	started := time.Now()
	if r.aborted {
		k.reply(r, "execute_reply", protocol.Encode(protocol.ExecuteReply{Status: "aborted"}))
		return
	}
	in, err := protocol.DecodeExecuteRequest(r.msg.Content)
	if err != nil {
		return
	}
	counted := in.StoreHistory && strings.TrimSpace(in.Code) != ""
	count := k.count
	if counted {
		k.count++
	}
	if !in.Silent {
		k.publish("execute_input", r.msg.Header, protocol.Encode(protocol.ExecuteInput{Code: in.Code, ExecutionCount: count + 1}))
	}
	fail := k.runAll(r, in, count+1)
	out := protocol.ExecuteReply{Status: "ok", Payload: []byte("[]"), UserExpressions: userExpressions(in)}
	if fail != nil {
		out = protocol.ExecuteReply{Status: "error", EName: fail.name, EValue: fail.value, Traceback: fail.traceback()}
		k.publish("error", r.msg.Header, protocol.Encode(protocol.Error{EName: fail.name, EValue: fail.value, Traceback: fail.traceback()}))
	}
	out.ExecutionCount = &k.count
	m := k.message("execute_reply", r.msg.Header, protocol.Encode(out))
	m.Metadata = rawJSON(`{"started":%q,"dependencies_met":true,"engine":%q,"status":%q}`, protocol.Date(started), k.session, out.Status)
	k.signer.SignMessage(m)
	m.Identities = r.msg.Identities
	if fail != nil && in.StopOnError {
		k.abortQueue() // what comes after the reply is not aborted, so that stories have one end
	}
	r.from.Send(m.Frames())
}

func (f *failure) traceback() []string { return []string{f.name + ": " + f.value} }

// userExpressions answers each with its own source.
func userExpressions(in protocol.ExecuteRequest) protocol.Object {
	out := protocol.Object{}
	for name, expr := range in.UserExpressions {
		out[name] = rawJSON(`{"status":"ok","data":{"text/plain":%s},"metadata":{}}`, expr)
	}
	return out
}

// drainInterrupt forgets an interrupt that came while nothing ran.
func (k *kernel) drainInterrupt() {
	select {
	case <-k.interrupt:
	default:
	}
}

func (k *kernel) runAll(r *request, in protocol.ExecuteRequest, count int) *failure {
	for line := range strings.SplitSeq(in.Code, "\n") {
		name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
		if fail := k.command(r, in, count, name, arg); fail != nil {
			return fail
		}
	}
	return nil
}

// command runs one line.
func (k *kernel) command(r *request, in protocol.ExecuteRequest, count int, name, arg string) *failure {
	first, rest, _ := strings.Cut(arg, " ")
	switch name {
	case "print":
		k.stream(r, "stdout", arg+"\n")
	case "warn":
		k.stream(r, "stderr", arg+"\n")
	case "flood":
		n, _ := strconv.Atoi(arg)
		for i := range n {
			k.stream(r, "stdout", strconv.Itoa(i)+"\n")
		}
	case "result":
		if !in.Silent {
			k.publish("execute_result", r.msg.Header, protocol.Encode(protocol.ExecuteResult{Data: plain(arg), ExecutionCount: count}))
		}
	case "display":
		k.display(r, "display_data", "", arg)
	case "show":
		k.display(r, "display_data", first, rest)
	case "update":
		k.display(r, "update_display_data", first, rest)
	case "clear":
		k.publish("clear_output", r.msg.Header, protocol.Encode(protocol.ClearOutput{Wait: arg == "wait"}))
	case "publish":
		k.publish(first, r.msg.Header, []byte(rest))
	case "error":
		return &failure{first, rest}
	case "sleep":
		d, _ := time.ParseDuration(arg)
		return k.sleep(d)
	case "input":
		return k.input(r, in, arg)
	case "exit":
		code, _ := strconv.Atoi(arg)
		os.Exit(code)
	case "stop":
		select {}
	}
	return nil
}

func plain(text string) protocol.Object {
	return protocol.Strings(map[string]string{"text/plain": text})
}

func (k *kernel) stream(r *request, name, text string) {
	k.publish("stream", r.msg.Header, protocol.Encode(protocol.Stream{Name: name, Text: text}))
}

func (k *kernel) display(r *request, msgType, id, text string) {
	d := protocol.DisplayData{Data: plain(text)}
	if id != "" {
		d.Transient = protocol.Strings(map[string]string{"display_id": id})
	}
	k.publish(msgType, r.msg.Header, protocol.Encode(d))
}

func (k *kernel) sleep(d time.Duration) *failure {
	select {
	case <-time.After(d):
		return nil
	case <-k.interrupt:
		return interrupted
	}
}

// input asks the client whose request this is, by the identity that its shell and stdin sockets share.
func (k *kernel) input(r *request, in protocol.ExecuteRequest, prompt string) *failure {
	k.mu.Lock()
	p := k.stdin[string(r.from.Identity())]
	k.mu.Unlock()
	if !in.AllowStdin || p == nil {
		return &failure{"StdinNotImplementedError", "the client has no stdin"}
	}
	select {
	case <-k.inputs: // stale
	default:
	}
	m := k.message("input_request", r.msg.Header, protocol.Encode(protocol.InputRequest{Prompt: prompt}))
	m.Identities = r.msg.Identities
	p.Send(m.Frames())
	select {
	case s := <-k.inputs:
		k.stream(r, "stdout", s+"\n")
		return nil
	case <-k.interrupt:
		return interrupted
	}
}
