package assign

import (
	"time"

	"tellus/internal/desk"
)

// Need is how much it counts that somebody answers in the customer's language, or has a skill.
type Need string

const (
	Indifferent Need = ""          // does not matter
	Preferred   Need = "preferred" // who does comes before who does not
	Required    Need = "required"  // nobody who does not is given the item, until that is waived
)

// WaivedAt is when an item that has waited since some time may go to anybody, though its language or a skill is required; from then on, and never before.
func WaivedAt(since desk.Time, minutes int) desk.Time {
	return since.Add(time.Duration(minutes) * time.Minute)
}

// Asks reports whether nobody is given the item now who does not answer in its language, or has not all its skills.
func (it Item) Asks() bool {
	return !it.Waived && (it.Speak == Required && it.Language != "" || it.requires())
}

// measures reports whether it counts what people speak or can.
func (it Item) measures() bool {
	return it.Speak != Indifferent && it.Language != "" || len(it.Skills) > 0
}

// measure notes what each lacks of what an item asks for, so that it is reckoned once for each.
func measure(it *Item, people []Person) {
	for i := range people {
		people[i].lacks = lack(it, &people[i])
	}
}
