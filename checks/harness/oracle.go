package harness

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Oracle is a Python process that runs a challenge author's tests.py and solution.py, and never candidate code.
// Its methods may be called by many runs at once; they take turns.
type Oracle struct {
	Suite Suite

	cmd     *exec.Cmd
	stderr  *tail
	scratch string

	mu   sync.Mutex
	in   *os.File
	out  *os.File
	dead error
	runs int
}

// Suite is what tests.py declares.
type Suite struct {
	Cases   []CaseInfo   `json:"cases"`
	Growths []GrowthInfo `json:"growths"`
	Speeds  []SpeedInfo  `json:"speeds"`
}

// CaseInfo is one test case.
type CaseInfo struct {
	ID       string  `json:"id"`
	Class    string  `json:"class"` // public, basic, edge, property, contract
	Guards   string  `json:"guards"`
	Test     string  `json:"test"`
	Seconds  float64 `json:"seconds"` // 0: the challenge's own limit
	Isolated bool    `json:"isolated"`
}

// GrowthInfo is one axis of the step counter.
type GrowthInfo struct {
	Name   string `json:"name"`
	Axis   string `json:"axis"`
	Sizes  []int  `json:"sizes"`
	Closed bool   `json:"closed"`
}

// SpeedInfo is one timed call.
type SpeedInfo struct {
	Name  string  `json:"name"`
	Limit float64 `json:"limit"`
	Size  string  `json:"size"`
}

// OracleRequest is one request; which fields matter depends on Op.
type OracleRequest struct {
	Op   string `json:"op"` // start, next, drop, measure, setup, time, end
	Run  int    `json:"run"`
	Case string `json:"case,omitempty"`
	Name string `json:"name,omitempty"`
	Size int    `json:"size,omitempty"`
	Mode string `json:"mode,omitempty"` // measure: count or prepare
	Seed uint64 `json:"seed"`
}

// OracleAnswer is the answer to one.
type OracleAnswer struct {
	Op      string `json:"op"`    // call, result, timed, ...
	Entry   string `json:"entry"` // the function that a call names
	Outcome string `json:"outcome"`
	Message string `json:"message"`
	Last    bool   `json:"last"`  // measure, setup: the call is the one to measure
	Steps   int    `json:"steps"` // measure: the reference's, of that call
	Doc     []byte `json:"-"`     // the call to make, when Op is call
}

// AuthorError says that tests.py or solution.py is wrong.
type AuthorError struct {
	Message string
	File    string // tests.py or solution.py; "" when neither is to blame: a library is missing, say
	Line    int    // of File; 0 when it is not known
	Load    bool   // the challenge cannot be loaded: nothing can be asked about it
}

func (e *AuthorError) Error() string { return e.Message }

// ErrOracleGone says that the oracle had ended before it saw the request: it is no fault of that request's.
var ErrOracleGone = errors.New("the oracle has ended")

// StartOracle loads a challenge.
func StartOracle(ctx context.Context, p Python, tests, solution string, imports []string) (_ *Oracle, err error) {
	defer prefix(&err, "oracle")
	scratch, err := os.MkdirTemp(p.Scratch, "o")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(scratch)
		}
	}()
	inR, inW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer inR.Close()
	outR, outW, err := os.Pipe()
	if err != nil {
		inW.Close()
		return nil, err
	}
	defer outW.Close()
	o := &Oracle{in: inW, out: outR, stderr: &tail{}, scratch: scratch}
	o.cmd = exec.Command(p.Exe, p.args("oracle")...)
	o.cmd.Env, o.cmd.Dir = p.env(), scratch
	o.cmd.Stdin, o.cmd.Stdout, o.cmd.Stderr = inR, outW, o.stderr
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := o.cmd.Start(); err != nil {
		inW.Close()
		outR.Close()
		return nil, err
	}
	outW.Close() // the oracle has its own: when it dies, reading ends
	if imports == nil {
		imports = []string{}
	}
	hello := map[string]any{"tests": tests, "solution": solution, "imports": imports, "scratch": scratch}
	within := 60 * time.Second
	if d, ok := ctx.Deadline(); ok {
		within = time.Until(d)
	}
	stop := context.AfterFunc(ctx, o.kill)
	defer stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	head, _, err := o.exchange(hello, nil, within)
	if err == nil {
		err = json.Unmarshal(head, &o.Suite)
	}
	if err != nil {
		var author *AuthorError
		if errors.As(err, &author) {
			author.Load = true
		}
		o.shut()
		return nil, err
	}
	return o, nil
}

// NewRun returns a number that keeps the cases of one grading apart from another's.
func (o *Oracle) NewRun() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.runs++
	return o.runs
}

// Ask sends a request and waits for the answer.
func (o *Oracle) Ask(q OracleRequest, doc []byte, within time.Duration) (_ OracleAnswer, err error) {
	defer prefix(&err, "oracle: "+q.Op)
	o.mu.Lock()
	defer o.mu.Unlock()
	head, attached, err := o.exchange(q, doc, within)
	if err != nil {
		return OracleAnswer{}, err
	}
	a := OracleAnswer{Doc: attached}
	err = json.Unmarshal(head, &a)
	return a, err
}

// Alive reports whether the oracle can still be asked.
func (o *Oracle) Alive() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dead == nil
}

// Close ends the oracle and waits for it.
func (o *Oracle) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.dead == nil {
		o.dead = errors.New("closed")
		o.shut()
	}
}

func (o *Oracle) kill() { o.cmd.Process.Kill() }

func (o *Oracle) shut() {
	o.in.Close()
	o.out.Close()
	o.kill()
	o.cmd.Wait()
	os.RemoveAll(o.scratch)
}

// exchange sends one header with its attachment and reads the answer. An oracle that fails is not used again.
func (o *Oracle) exchange(header any, doc []byte, within time.Duration) (_ json.RawMessage, _ []byte, err error) {
	if o.dead != nil {
		return nil, nil, fmt.Errorf("%w: %v", ErrOracleGone, o.dead)
	}
	head, err := json.Marshal(header)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		var author *AuthorError
		if err != nil && !errors.As(err, &author) {
			o.dead = err
			o.shut()
		}
	}()
	deadline := time.Now().Add(within)
	o.in.SetWriteDeadline(deadline)
	o.out.SetReadDeadline(deadline)
	b := binary.LittleEndian.AppendUint32(nil, uint32(4+len(head)+len(doc)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(head)))
	b = append(append(b, head...), doc...)
	if _, err := o.in.Write(b); err != nil {
		return nil, nil, o.explain(err)
	}
	answer, attached, err := readAttached(o.out)
	if err != nil {
		return nil, nil, o.explain(err)
	}
	var failed struct {
		Op, Message, File string
		Line              int
	}
	if err := json.Unmarshal(answer, &failed); err != nil {
		return nil, nil, err
	}
	if failed.Op == "author_error" {
		return nil, nil, &AuthorError{Message: failed.Message, File: failed.File, Line: failed.Line}
	}
	return answer, attached, nil
}

func (o *Oracle) explain(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errors.New("no answer in time")
	}
	return fmt.Errorf("%v: %s", err, o.stderr)
}

func readAttached(r io.Reader) (head, doc []byte, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, r, int64(binary.LittleEndian.Uint32(size[:]))); err != nil {
		return nil, nil, err
	}
	body := b.Bytes()
	if len(body) < 4 || int64(binary.LittleEndian.Uint32(body)) > int64(len(body)-4) {
		return nil, nil, errors.New("a malformed answer")
	}
	n := binary.LittleEndian.Uint32(body)
	return body[4 : 4+n], body[4+n:], nil
}

// Time is Child.Time for the oracle. Other runs must not ask it meanwhile.
func (o *Oracle) Time(f func()) time.Duration { return spent(o.cmd.Process.Pid, f) }
