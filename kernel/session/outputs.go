package session

// output adds one output to its run as a notebook would show it: clear_output empties, an update replaces every output
// with the same display id, in this run and in earlier ones.
func (s *State) output(r Record) {
	d, ok := decode[Output](r)
	run := s.byRun[r.Request]
	if !ok || run == nil || s.Lean {
		return
	}
	run.Dropped = addClamped(run.Dropped, max(0, d.Dropped))
	switch {
	case d.Clear:
		run.Outputs, run.ids = nil, nil
	case len(d.Output) == 0 || string(d.Output) == "null":
	case d.Update:
		for _, other := range s.Runs {
			for i, id := range other.ids {
				if id != "" && id == d.DisplayID {
					other.Outputs[i] = d.Output
				}
			}
		}
	default:
		run.Outputs = append(run.Outputs, d.Output)
		run.ids = append(run.ids, d.DisplayID)
	}
}
