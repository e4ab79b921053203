package kernel

import (
	"time"

	"github.com/assay-kernel/assay/kernel/session"
)

// wait is a question to the companion, about a solution that ran or from one of our magics.
type wait struct {
	q      *request
	timer  *time.Timer
	latest *session.Feedback // not final, so more may come
	shown  bool              // latest is under the cell already
}

// Why a wait ends.
type reason int

const (
	answered    reason = iota // the final word is here
	tooLate                   // the time is up
	interrupted               // by the person
)

// startWait holds everything until the companion has answered, or for limit.
func (f *flight) startWait(q *request, limit time.Duration) {
	w := &wait{q: q}
	w.timer = time.AfterFunc(limit, func() {
		f.change(nil, func() {
			if f.wait == w {
				f.endWait(tooLate)
			}
		})
	})
	f.wait = w
}

// feedback takes what the companion has to show.
func (f *flight) feedback(fb session.Feedback) {
	f.change(nil, func() {
		w := f.wait
		switch {
		case w != nil && w.q.head.MsgID == fb.Request:
			w.latest = &fb
			if fb.Final {
				f.endWait(answered)
			} else {
				f.showPart(w)
			}
		case f.shown[fb.Request].id != "":
			f.updateDisplay(f.shown[fb.Request], fb.Data)
		case fb.Request == "" && f.last != nil:
			f.publishDisplay("display_data", f.last, fb.Data, f.newDisplay("", f.last))
		}
	})
}

// showPart shows what is known so far of a verdict while its cell is held, in front ends that name their cells: these
// replace a display, where a console or a batch job would keep the part. What might be dropped on its way is not shown,
// because nothing could replace it.
func (f *flight) showPart(w *wait) {
	if w.q.cell.magic == nil && w.q.cellID() != "" && len(w.latest.Data) > 0 && !f.flooding(w.q) {
		f.present(w, w.latest.Data)
	}
}

// present shows data under the cell that asked, in place of what it showed before.
func (f *flight) present(w *wait, data map[string]string) {
	id, header := w.q.head.MsgID, w.q.msg.Header
	if w.shown {
		f.updateDisplay(f.shown[id], data)
		return
	}
	w.shown = true
	f.publishDisplay("display_data", header, data, f.newDisplay(id, header))
}

// endWait shows what there is, under the cell that asked, and lets the cell end.
func (f *flight) endWait(why reason) {
	w := f.wait
	f.wait = nil
	w.timer.Stop()
	data := f.notice(w.q.cell.magic, why)
	if w.latest != nil {
		data = w.latest.Data
	}
	show := func() {
		if !w.shown || why == answered {
			f.present(w, data)
		}
	}
	switch m := w.q.cell.magic; {
	case m != nil && (w.q.cell.silent || why == interrupted):
		f.endMagic(w.q, why == interrupted)
	case m != nil:
		show()
		f.endMagic(w.q, false)
	case f.flooding(w.q):
		f.release(nil, w.q) // the idle makes the server let outputs through again
		show()
	default:
		show()
		f.release(nil, w.q)
	}
}

// publishDisplay shows a bundle under the cell whose header is parent.
func (f *flight) publishDisplay(msgType string, parent []byte, data map[string]string, display string) {
	if len(data) == 0 {
		return // the companion has nothing that this person may see
	}
	f.say.publish(msgType, parent, map[string]any{
		"data": data, "metadata": map[string]any{}, "transient": map[string]string{"display_id": display},
	})
}

// updateDisplay replaces what a display shows. The update is sent under the cell that runs now, if one does: nbclient
// takes updates from no other, and JupyterLab from any.
func (f *flight) updateDisplay(d display, data map[string]string) {
	parent := d.parent
	if len(f.running) > 0 {
		parent = f.last
	}
	f.publishDisplay("update_display_data", parent, data, d.id)
}

// display is an output of ours that may be replaced later.
type display struct {
	id     string
	parent []byte // header of the cell it stands under
}

// maxShown is how many displays are remembered; feedback for an older one comes to nothing.
const maxShown = 512

// newDisplay makes a display id and remembers it for the request's later feedback. Nobody can guess one, and a message
// of the child that uses one is dropped.
func (f *flight) newDisplay(request string, parent []byte) string {
	d := display{id: "assay-" + session.NewID(), parent: parent}
	if request == "" {
		request = d.id
	}
	f.shown[request] = d
	if f.order = append(f.order, request); len(f.order) > maxShown {
		delete(f.shown, f.order[0])
		f.order = f.order[1:]
	}
	return d.id
}

// ownsDisplay reports whether a display id is one of ours.
func (f *flight) ownsDisplay(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.shown {
		if d.id == id {
			return true
		}
	}
	return false
}

// notice is shown when the companion's own words are not there.
func (f *flight) notice(m *magic, why reason) map[string]string {
	text := "Checking your solution …"
	switch {
	case why == interrupted:
		text = "Interrupted. The check goes on, and its result will appear here."
	case !f.greeted:
		text = "The companion has not answered yet. This is kept, and the result will appear here when it does."
	case m != nil:
		text = "No answer yet. It will appear here."
	}
	return map[string]string{"text/plain": text, "text/markdown": "*" + text + "*"}
}

func plain(text string) map[string]string { return map[string]string{"text/plain": text} }

// ask answers one of our magics: what a cell says before it has run, and then the question.
func (f *flight) ask(q *request) {
	f.last = q.msg.Header
	f.say.status("busy", q.msg.Header)
	if !q.cell.silent {
		f.say.publish("execute_input", q.msg.Header, map[string]any{"code": q.cell.code, "execution_count": f.count + 1})
	}
	f.noteMagic(q)
	f.startWait(q, f.holds.magic)
	if f.refused != "" {
		f.wait.latest = &session.Feedback{Data: plain(f.refused)}
		f.endWait(answered)
	}
}

// endMagic is what a cell says when it has run. The count is the child's own last one, as for a cell that leaves no
// history, so that the numbers of later cells do not fork.
func (f *flight) endMagic(q *request, broken bool) {
	content := map[string]any{
		"status": "ok", "execution_count": f.count, "user_expressions": map[string]any{}, "payload": []any{},
	}
	q.status = "ok"
	if broken {
		const ename, evalue = "KeyboardInterrupt", "interrupted while waiting for the companion"
		failure := map[string]any{"ename": ename, "evalue": evalue, "traceback": []string{ename + ": " + evalue}}
		f.say.publish("error", q.msg.Header, failure)
		content = map[string]any{
			"status": "error", "execution_count": f.count, "user_expressions": map[string]any{}, "payload": []any{},
			"ename": ename, "evalue": evalue, "traceback": failure["traceback"],
		}
		q.status, q.ename, q.evalue = "error", ename, evalue
	}
	f.say.reply(q.from, q.msg, "execute_reply", content, f.say.executeMetadata(q.arrived, q.status))
	q.replied = time.Now()
	f.noteFinish(q)
	f.say.status("idle", q.msg.Header)
}

// abort answers a cell that stood behind one that failed, exactly as ipykernel does.
func (f *flight) abort(q *request) {
	f.say.status("busy", q.msg.Header)
	f.say.reply(q.from, q.msg, "execute_reply", map[string]string{"status": "aborted"}, f.say.executeMetadata(time.Now(), "aborted"))
	q.status, q.replied = "aborted", time.Now()
	f.noteFinish(q)
	f.say.status("idle", q.msg.Header)
}

// answerConnect tells our own ports, not the child's.
func (f *flight) answerConnect(q *request) {
	f.say.status("busy", q.msg.Header)
	f.say.reply(q.from, q.msg, "connect_reply", f.say.ports, nil)
	f.say.status("idle", q.msg.Header)
}
