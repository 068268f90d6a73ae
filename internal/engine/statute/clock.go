package statute

import "tellus/internal/desk"

// Clock is a limit that runs in a conversation, as far as deciding matters. It runs until it is met or withdrawn; what comes back starts nothing anew.
type Clock struct {
	Due       desk.Time   // the last instant in time
	Warnings  []desk.Time // in order
	Told      desk.Time   // up to when warnings were given
	Overdue   bool        // that it is late was told, for this due time
	Met       desk.Time   // when the answer was delivered; 0 while it was not
	Withdrawn desk.Time   // when somebody said that it does not hold; 0 while nobody did
}

// State is how a clock stands.
type State string

const (
	Running   State = "running"
	Late      State = "late"     // its time has passed, and it is not met
	Met       State = "met"      // in time
	MetLate   State = "met_late" // after its time
	Withdrawn State = "withdrawn"
)

// Stands says how a clock stands at an instant.
func (c Clock) Stands(now desk.Time) State {
	switch {
	case c.Withdrawn != 0:
		return Withdrawn
	case c.Met != 0 && c.Met > c.Due:
		return MetLate
	case c.Met != 0:
		return Met
	case now > c.Due:
		return Late
	}
	return Running
}

// Runs reports whether a clock still has to be met.
func (c Clock) Runs() bool { return c.Met == 0 && c.Withdrawn == 0 }

// Next is when something is next to be told; desk.Never where nothing is.
func (c Clock) Next() desk.Time {
	if !c.Runs() {
		return desk.Never
	}
	for _, at := range c.Warnings {
		if at > c.Told && at <= c.Due {
			return at
		}
	}
	if c.Overdue {
		return desk.Never
	}
	return c.Due + 1
}

// Tick notes what is told at an instant: that it is late, which says all that warnings would, or a warning, one for all that were missed.
func (c *Clock) Tick(now desk.Time) (warn, late bool) {
	if c.Next() > now {
		return false, false
	}
	c.Told = now
	if now > c.Due {
		late = !c.Overdue
		c.Overdue = true
		return false, late
	}
	return true, false
}

// Extend moves the end of a clock to a later one, with the warnings for it: those whose time has passed are not given again. It reports false, and changes nothing, where the
// new end is not later or the clock does not run.
func (c *Clock) Extend(due desk.Time, warnings []desk.Time, now desk.Time) bool {
	if due <= c.Due || !c.Runs() {
		return false
	}
	c.Due, c.Warnings, c.Told, c.Overdue = due, warnings, now, c.Overdue && due < now
	return true
}
