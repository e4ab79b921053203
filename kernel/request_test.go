package kernel

import (
	"strings"
	"testing"

	"github.com/assay-kernel/assay/protocol"
)

// Metadata that is broken belongs to nobody's challenge: the cell is run like any other, nothing is made of the parts that
// could be read by chance, and there is a word about it.
func TestBrokenChallengeMetadataIsAnOrdinaryCell(t *testing.T) {
	for metadata, flaw := range map[string]string{
		`{}`:                          "",
		`{"assay": {}}`:               "",
		`{"Assay": {"challenge": 7}}`: "",
		`{"tags": 3, "cellId": {}}`:   "",
		`{"assay": null}`:             "assay is null, not an object",
		`{"assay": [1]}`:              "assay is [1], not an object",
		`{"assay": "warmup"}`:         `assay is "warmup", not an object`,
		`{"assay": {"challenge": 7}}`: "assay.challenge is 7, not a name",
		`{"assay": {"challenge": ["a"], "role": {"x": 1}}}`: `assay.challenge is ["a"], not a name`,
		`{"assay": {"instance": ""}}`:                       `assay.instance is "", not a name`,
	} {
		c := readCell(&protocol.Message{Metadata: []byte(metadata), Content: []byte(`{"code": "x = 1"}`)})
		if c == nil {
			t.Errorf("%s: the cell was not read", metadata)
			continue
		}
		if c.code != "x = 1" || c.challenge != "" || c.role != "" || c.flaw != flaw {
			t.Errorf("%s: read as challenge %q, role %q, flaw %q", metadata, c.challenge, c.role, c.flaw)
		}
	}
	good := readCell(&protocol.Message{Metadata: []byte(`{"assay": {"challenge": "demo", "role": 7}}`), Content: []byte(`{"code": "x = 1"}`)})
	if good == nil || good.challenge != "demo" || good.role != "" || !strings.Contains(good.flaw, "assay.role") {
		t.Errorf("a broken role took the challenge with it: %+v", good)
	}
	for _, metadata := range []string{``, `[]`, `{"assay": `, `{"assay": {}, "assay": {}}`} {
		if c := readCell(&protocol.Message{Metadata: []byte(metadata), Content: []byte(`{"code": "x = 1"}`)}); c != nil {
			t.Errorf("%q: looked at, and only the child may say what is wrong with it", metadata)
		}
	}
}
