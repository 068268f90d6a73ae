package assign

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

// Need is how much it counts that somebody answers in the customer's language.
type Need string

const (
	Indifferent Need = ""          // does not matter
	Preferred   Need = "preferred" // who does comes before who does not
	Required    Need = "required"  // nobody who does not is given the item, until that is waived
)

// WaivedAt is when an item that has waited since some time may go to anybody, though its language is required; from then on, and never before.
func WaivedAt(since desk.Time, minutes int) desk.Time {
	return since.Add(time.Duration(minutes) * time.Minute)
}

// Asks reports whether nobody is given the item now who does not answer in its language.
func (it Item) Asks() bool { return it.Speak == Required && it.Language != "" && !it.Waived }

// measured is people with whether each is foreign to an item, so that it is reckoned once for each.
func measured(it Item, people []Person) []Person {
	if it.Speak == Indifferent || it.Language == "" {
		return people
	}
	all := slices.Clone(people)
	for i := range all {
		all[i].foreign = !slices.Contains(all[i].Languages, it.Language)
	}
	return all
}
