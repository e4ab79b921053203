package kernel

import (
	"testing"

	"github.com/assay-kernel/assay/protocol"
)

// Metadata that is broken belongs to nobody's challenge: the cell is run like any other, and nothing is made of the parts
// that could be read by chance.
func TestBrokenChallengeMetadataIsAnOrdinaryCell(t *testing.T) {
	for _, metadata := range []string{
		`{}`, `{"assay": null}`, `{"assay": [1]}`, `{"assay": "warmup"}`, `{"assay": {}}`, `{"assay": {"challenge": 7}}`,
		`{"assay": {"challenge": ["a"], "role": {"x": 1}}}`, `{"Assay": {"challenge": "demo"}}`, `{"tags": 3, "cellId": {}}`,
	} {
		c := readCell(&protocol.Message{Metadata: []byte(metadata), Content: []byte(`{"code": "x = 1"}`)})
		if c == nil {
			t.Errorf("%s: the cell was not read", metadata)
			continue
		}
		if c.code != "x = 1" || c.challenge != "" || c.role != "" {
			t.Errorf("%s: read as challenge %q, role %q", metadata, c.challenge, c.role)
		}
	}
	good := readCell(&protocol.Message{Metadata: []byte(`{"assay": {"challenge": "demo", "role": 7}}`), Content: []byte(`{"code": "x = 1"}`)})
	if good == nil || good.challenge != "demo" || good.role != "" {
		t.Errorf("a broken role took the challenge with it: %+v", good)
	}
	for _, metadata := range []string{``, `[]`, `{"assay": `, `{"assay": {}, "assay": {}}`} {
		if c := readCell(&protocol.Message{Metadata: []byte(metadata), Content: []byte(`{"code": "x = 1"}`)}); c != nil {
			t.Errorf("%q: looked at, and only the child may say what is wrong with it", metadata)
		}
	}
}
