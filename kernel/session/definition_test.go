package session

import "testing"

func TestDefinition(t *testing.T) {
	is := Definition([]string{"two_sum", "Model"})
	for code, want := range map[string]bool{
		"def two_sum(a):\n    pass":               true,
		"import x\n\nasync  def two_sum(a): pass": true,
		"class Model:\n    pass":                  true,
		"class Model(Base): pass":                 true,
		"two_sum = lambda a: a":                   true,
		"two_sum: Callable[[int], int] = g":       true,
		"two_sum=g":                               true,
		"two_sum == 3":                            false,
		"two_sum(1)":                              false,
		"def two_sums(a): pass":                   false,
		"def test():\n    two_sum = 1":            false,
		"    def two_sum(self): pass":             false,
		"# def two_sum(a):":                       false,
		"print('def two_sum')":                    false,
		"class Models: pass":                      false,
		"Model.x = 1":                             false,
	} {
		if got := is.MatchString(code); got != want {
			t.Errorf("%q: got %v", code, got)
		}
	}
	if Definition(nil) != nil {
		t.Error("no names match something")
	}
}
