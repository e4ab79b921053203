package protocol

import "encoding/json"

// The contents that a proxy reads or makes. Read them with Decode, write them with Encode.

// ExecuteRequest asks the kernel to run code.
type ExecuteRequest struct {
	Code            string `json:"code"`
	Silent          bool   `json:"silent"`
	StoreHistory    bool   `json:"store_history"`
	UserExpressions Object `json:"user_expressions"`
	AllowStdin      bool   `json:"allow_stdin"`
	StopOnError     bool   `json:"stop_on_error"`
}

// DecodeExecuteRequest fills in the defaults of keys that are missing.
func DecodeExecuteRequest(raw []byte) (ExecuteRequest, error) {
	r := ExecuteRequest{StoreHistory: true, AllowStdin: true, StopOnError: true}
	err := Decode(raw, &r)
	if r.Silent {
		r.StoreHistory = false
	}
	return r, err
}

// ExecuteReply answers an ExecuteRequest. The Err fields are set if Status is "error"; "aborted" has nothing else.
type ExecuteReply struct {
	Status          string          `json:"status"`
	ExecutionCount  *int            `json:"execution_count,omitzero"`
	Payload         json.RawMessage `json:"payload,omitzero"`
	UserExpressions Object          `json:"user_expressions,omitzero"`
	EName           string          `json:"ename,omitzero"`
	EValue          string          `json:"evalue,omitzero"`
	Traceback       []string        `json:"traceback,omitzero"`
}

// Status says that the kernel is busy, idle or starting.
type Status struct {
	ExecutionState string `json:"execution_state"`
}

// ExecuteInput repeats to all clients what is run.
type ExecuteInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

// Stream is text on stdout or stderr.
type Stream struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// DisplayData is the content of display_data and update_display_data.
type DisplayData struct {
	Data      Object `json:"data"`
	Metadata  Object `json:"metadata"`
	Transient Object `json:"transient,omitzero"`
}

// ExecuteResult is the value of a cell's last expression.
type ExecuteResult struct {
	Data           Object `json:"data"`
	Metadata       Object `json:"metadata"`
	ExecutionCount int    `json:"execution_count"`
}

// Error is an exception that ended a cell.
type Error struct {
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// ClearOutput empties a cell's output, with Wait only when something new comes.
type ClearOutput struct {
	Wait bool `json:"wait"`
}

// InputRequest asks the client's user for a line.
type InputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

// InputReply is that line.
type InputReply struct {
	Value string `json:"value"`
}

// ShutdownRequest is also the content of its reply.
type ShutdownRequest struct {
	Status  string `json:"status,omitzero"`
	Restart bool   `json:"restart"`
}

// OK is the content of replies that say nothing else, interrupt_reply for one.
type OK struct {
	Status string `json:"status"`
}

// CompleteRequest asks for completions; CursorPos counts code points.
type CompleteRequest struct {
	Code      string `json:"code"`
	CursorPos int    `json:"cursor_pos"`
}

// CompleteReply answers it.
type CompleteReply struct {
	Status      string   `json:"status"`
	Matches     []string `json:"matches"`
	CursorStart int      `json:"cursor_start"`
	CursorEnd   int      `json:"cursor_end"`
	Metadata    Object   `json:"metadata"`
}

// InspectRequest asks for the documentation at the cursor.
type InspectRequest struct {
	Code        string `json:"code"`
	CursorPos   int    `json:"cursor_pos"`
	DetailLevel int    `json:"detail_level"`
}

// IsCompleteRequest asks whether code is complete as it stands.
type IsCompleteRequest struct {
	Code string `json:"code"`
}

// Comm is the content of comm_open, comm_msg and comm_close.
type Comm struct {
	CommID     string          `json:"comm_id"`
	TargetName string          `json:"target_name,omitzero"`
	Data       json.RawMessage `json:"data"`
}

// ConnectReply tells the ports of a kernel.
type ConnectReply struct {
	Status  string `json:"status"`
	Shell   int    `json:"shell_port"`
	IOPub   int    `json:"iopub_port"`
	Stdin   int    `json:"stdin_port"`
	Control int    `json:"control_port"`
	HB      int    `json:"hb_port"`
}
