package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxConnectionFile bounds what is read; real files have about 300 bytes.
const maxConnectionFile = 64 << 10

// ConnectionFile tells where a kernel's sockets are and with which key messages are signed.
type ConnectionFile struct {
	Transport       string `json:"transport"` // tcp or ipc
	IP              string `json:"ip"`        // an address; with ipc the beginning of a path
	ShellPort       int    `json:"shell_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	ControlPort     int    `json:"control_port"`
	HBPort          int    `json:"hb_port"`
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"`
	KernelName      string `json:"kernel_name,omitzero"`
	JupyterSession  string `json:"jupyter_session,omitzero"` // the notebook's path, as a rule
}

// ParseConnectionFile reads and checks the content of a connection file.
func ParseConnectionFile(raw []byte) (c ConnectionFile, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("connection file: %w", err)
		}
	}()
	c = ConnectionFile{Transport: "tcp", IP: "127.0.0.1", SignatureScheme: DefaultScheme}
	if len(raw) > maxConnectionFile {
		return ConnectionFile{}, errors.New("too long")
	}
	o, err := ParseObject(raw)
	if err != nil {
		return ConnectionFile{}, err
	}
	if err := supported(o); err != nil {
		return ConnectionFile{}, err
	}
	if err := Decode(raw, &c); err != nil {
		return ConnectionFile{}, err
	}
	return c, c.validate()
}

// supported refuses files that ask for what this package does not know, rather than to run without it.
func supported(o Object) error {
	for key, value := range o {
		switch {
		case string(value) == "null" || string(value) == `""`:
		case strings.HasPrefix(key, "curve_"):
			return fmt.Errorf("%s asks for CurveZMQ encryption, which is not supported; set transport_encryption to disabled", key)
		case strings.HasPrefix(key, "registration_"):
			return fmt.Errorf("%s asks for the registration handshake, which is not supported; use a file that has the five ports", key)
		}
	}
	return nil
}

func (c ConnectionFile) validate() error {
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return fmt.Errorf("transport %q is not supported (tcp and ipc are)", c.Transport)
	}
	if c.IP == "" || strings.ContainsRune(c.IP, 0) {
		return errors.New("ip is empty or has a zero byte")
	}
	used := map[int]string{}
	for _, ch := range []string{Shell, IOPub, Stdin, Control, HB} {
		port := *c.port(ch)
		if port < 0 || port > 65535 {
			return fmt.Errorf("%s_port is %d", ch, port)
		}
		if other := used[port]; other != "" && port != 0 {
			return fmt.Errorf("%s_port and %s_port are both %d", other, ch, port)
		}
		used[port] = ch
	}
	_, err := NewSigner(c.SignatureScheme, []byte(c.Key))
	return err
}

// port points to the port of a channel.
func (c *ConnectionFile) port(channel string) *int {
	switch channel {
	case Shell:
		return &c.ShellPort
	case IOPub:
		return &c.IOPubPort
	case Stdin:
		return &c.StdinPort
	case Control:
		return &c.ControlPort
	case HB:
		return &c.HBPort
	}
	panic("protocol: no channel " + channel)
}

// SetPort notes the port that was chosen for a channel.
func (c *ConnectionFile) SetPort(channel string, port int) { *c.port(channel) = port }

// Endpoint is the ZeroMQ address of a channel. Port 0 means any free one.
func (c ConnectionFile) Endpoint(channel string) string {
	port := strconv.Itoa(*c.port(channel))
	if c.Transport == "ipc" {
		return "ipc://" + c.IP + "-" + port
	}
	return "tcp://" + net.JoinHostPort(c.IP, port)
}

// ReadConnectionFile reads and checks the file at path.
func ReadConnectionFile(path string) (ConnectionFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return ConnectionFile{}, fmt.Errorf("connection file: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxConnectionFile+1))
	if err != nil {
		return ConnectionFile{}, fmt.Errorf("connection file: %w", err)
	}
	return ParseConnectionFile(raw)
}

// Write replaces the file at path, readable by its owner only. Keys of an older file there that are not ours are kept.
func (c ConnectionFile) Write(path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("connection file: %w", err)
		}
	}()
	o := Object{}
	if old, err := os.ReadFile(path); err == nil {
		if was, err := ParseObject(old); err == nil {
			o = was
		}
	}
	mine, err := ParseObject(Encode(c))
	if err != nil {
		return err
	}
	for k, v := range mine {
		o[k] = v
	}
	return replaceFile(path, o)
}

// replaceFile writes next to path and renames, so that nobody ever reads half a file.
func replaceFile(path string, o Object) error {
	text, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".connection-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
