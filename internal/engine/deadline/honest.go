package deadline

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

// Past is how long something took that a policy would promise.
type Past struct {
	Kind     Kind
	Priority desk.Priority
	Took     time.Duration // counted as the policy would count, until it came or, where it is still owed, until now
	Done     bool          // it came
}

// Share says how a target would have been kept.
type Share struct {
	Kind   Kind
	Looked int           // how many there were whose outcome is known: what is still owed, and not yet late, is not
	Kept   int           // of them within the target
	Half   time.Duration // within which half of them came: the median, by nearest rank
	Aimed  time.Duration // the shortest target that would have kept the share that is aimed at, by nearest rank
}

// Honest measures targets by the past: each kind that is promised, in the order of Kinds, by what was looked at of it at priorities at which it is promised. aim is a share in
// percent, 1 to 100. What is late and still owed counts as having taken at least what it took until now, so that Half and Aimed are never longer than the truth.
func Honest(past []Past, targets Targets, aim int) (all []Share) {
	for _, k := range Kinds {
		times, ok := targets[k]
		if !ok {
			continue
		}
		s := Share{Kind: k}
		var took []time.Duration
		for _, p := range past {
			if p.Kind != k || p.Priority < 0 || int(p.Priority) >= Priorities {
				continue
			}
			target := times[p.Priority]
			if target <= 0 || !p.Done && p.Took <= target {
				continue
			}
			took = append(took, p.Took)
			if p.Took <= target {
				s.Kept++
			}
		}
		s.Looked = len(took)
		slices.Sort(took)
		s.Half, s.Aimed = rank(took, 50), rank(took, aim)
		all = append(all, s)
	}
	return all
}

// rank is the smallest of sorted values that so many percent of them do not exceed, 0 of none.
func rank(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	n := (len(sorted)*min(max(percent, 1), 100) + 99) / 100
	return sorted[n-1]
}
