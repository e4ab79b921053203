package protocol

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Header says what a message is. Decoded from a parent header it may be empty.
type Header struct {
	MsgID      string `json:"msg_id"`
	Session    string `json:"session"`
	Username   string `json:"username"`
	Date       string `json:"date"`
	MsgType    string `json:"msg_type"`
	Version    string `json:"version"`
	SubshellID string `json:"subshell_id,omitzero"`
}

// NewID returns a random identifier.
func NewID() string { return uuid.NewString() }

// NewHeader makes a header with a new id and the present time. A message that a proxy makes must bear the session of
// the kernel it stands for: clients drop what comes from another.
func NewHeader(msgType, session, username string) Header {
	return Header{
		MsgID: NewID(), Session: session, Username: username, Date: Date(time.Now()), MsgType: msgType, Version: Version,
	}
}

// Date formats a time as Python's clients and kernels do.
func Date(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// DecodeHeader reads a message's header, which must have an id and a type.
func DecodeHeader(raw []byte) (Header, error) {
	h, err := DecodeParent(raw)
	if err == nil && (h.MsgID == "" || h.MsgType == "") {
		return Header{}, errors.New("header without msg_id or msg_type")
	}
	return h, err
}

// DecodeParent reads a parent header, which may be empty.
func DecodeParent(raw []byte) (Header, error) {
	var h Header
	if len(raw) > MaxHeader {
		return Header{}, fmt.Errorf("header of %d bytes", len(raw))
	}
	err := eachField(raw, func(key, value []byte) error {
		field := h.field(string(key))
		if field == nil || string(value) == "null" {
			return nil
		}
		if value[0] != '"' {
			return fmt.Errorf("header: %s is not a string", key)
		}
		s, err := unquote(value)
		*field = s
		return err
	})
	if err != nil {
		return Header{}, err
	}
	return h, nil
}

// field returns where a key belongs; nil for keys that are not ours to know.
func (h *Header) field(key string) *string {
	switch key {
	case "msg_id":
		return &h.MsgID
	case "session":
		return &h.Session
	case "username":
		return &h.Username
	case "date":
		return &h.Date
	case "msg_type":
		return &h.MsgType
	case "version":
		return &h.Version
	case "subshell_id":
		return &h.SubshellID
	}
	return nil
}

// Encode is the header's JSON.
func (h Header) Encode() []byte { return Encode(h) }
