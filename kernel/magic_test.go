package kernel

import "testing"

func TestParseMagic(t *testing.T) {
	for code, want := range map[string]*magic{
		"%hint":                           {name: "hint"},
		"  %hint 2  \n\n":                 {name: "hint", args: "2"},
		"\n\n%submit\r\n":                 {name: "submit"},
		"# please\n%finish\n# thanks":     {name: "finish"},
		">>> %hint":                       {name: "hint"},
		"In [3]: %assay status":           {name: "assay", args: "status"},
		"%%clarify":                       {name: "clarify"},
		"%%clarify a b\nq1?\n\n  q2?\n\n": {name: "clarify", args: "a b", body: "q1?\n\n  q2?"},
		"\n  %%plan\n  first\n    then\n": {name: "plan", body: "first\n  then"},
		"# assay: two-sum\n%%plan\nfirst": {name: "plan", body: "first"},
		"# assay: two-sum\n\n%hint":       {name: "hint"},
		">>> %%plan\n... one":             {name: "plan", body: "one"},
		"# a comment\n%%plan\nfirst":      nil, // IPython sees no cell magic here either
		"%hint\nx = 1":                    nil,
		"x = %hint":                       nil,
		"%hint?":                          nil,
		"%hints":                          nil,
		"%%hint\nx":                       nil,
		"%plan":                           nil,
		"%%test\nassert True":             nil,
		"%%time\n%hint":                   nil,
		"hint":                            nil,
		"'''\n%hint\n'''":                 nil,
		"":                                nil,
		"#":                               nil,
		"%":                               nil,
	} {
		got := parseMagic(code)
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("%q: got %+v, want %+v", code, got, want)
		}
	}
}

func TestMarker(t *testing.T) {
	for code, want := range map[string]string{
		"# assay: two-sum":          "two-sum",
		"\n#assay:np_norm  \nx = 1": "np_norm",
		"x = 1\n# assay: two-sum":   "",
		"# assay: two sum":          "",
		"# assay: ../../etc/passwd": "",
		"## assay: two-sum":         "",
	} {
		if got := marker(code); got != want {
			t.Errorf("%q: got %q, want %q", code, got, want)
		}
	}
}
