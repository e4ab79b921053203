package kernel

import (
	"fmt"

	"github.com/assay-kernel/assay/protocol"
)

// maxRemarks bounds how many different remarks a kernel makes.
const maxRemarks = 8

// readOwn takes over what a cell's metadata says to us. A value that is not a name counts as absent, and is remarked on.
func (c *cell) readOwn(metadata protocol.Object) {
	raw, ok := metadata["assay"]
	if !ok {
		return
	}
	own, err := protocol.ParseObject(raw)
	if err != nil {
		c.flaw = fmt.Sprintf("assay is %.40s, not an object", raw)
		return
	}
	for _, field := range []struct {
		key string
		to  *string
	}{{"instance", &c.instance}, {"role", &c.role}, {"challenge", &c.challenge}} {
		if value, ok := own[field.key]; ok {
			if *field.to, _ = own.String(field.key); *field.to == "" {
				c.flaw = fmt.Sprintf("assay.%s is %.40s, not a name", field.key, value)
			}
		}
	}
}

// remark tells the person, under a cell that is about to be idle, why it is treated otherwise than its notebook suggests.
// The cell has run as any other; each remark is made once.
func (f *flight) remark(q *request) {
	c := q.cell
	var text string
	switch {
	case c.silent:
	case c.flaw != "":
		text = "This cell's metadata is broken and was not used: " + c.flaw + ". `assay new` writes the challenge's notebook anew."
	case f.opened.Load() && !f.belongs(c):
		text = fmt.Sprintf("This kernel works on the challenge %s; cells of %.60s are neither recorded nor checked here. "+
			"Open that notebook with a kernel of its own.", f.slug, c.challenge)
	}
	if text == "" || f.remarked[text] || len(f.remarked) == maxRemarks {
		return
	}
	f.remarked[text] = true
	f.publishDisplay("display_data", q.msg.Header, plain(text), f.newDisplay("", q.msg.Header))
}
