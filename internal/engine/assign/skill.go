package assign

import (
	"slices"

	"tellus/internal/desk"
)

// Wanted is a skill that an item asks for.
type Wanted struct {
	Skill desk.SkillID
	Need  Need // Preferred or Required
}

// requires reports whether a skill is required of who is given the item, waived or not.
func (it Item) requires() bool {
	return slices.ContainsFunc(it.Skills, func(w Wanted) bool { return w.Need == Required })
}

// Able reports whether somebody has all that is required for an item, waived or not: its language and its skills.
func (it Item) Able(p Person) bool {
	return lack(&it, &p).required == 0
}

// lacks is what of what an item asks for somebody does not have.
type lacks struct {
	required, preferred int  // how many of each, the language among them
	foreign             bool // he does not answer in its language, where that counts
}

func lack(it *Item, p *Person) (l lacks) {
	l.foreign = it.Speak != Indifferent && it.Language != "" && !slices.Contains(p.Languages, it.Language)
	if l.foreign {
		l.count(it.Speak)
	}
	for _, w := range it.Skills {
		if !slices.Contains(p.Skills, w.Skill) {
			l.count(w.Need)
		}
	}
	return l
}

func (l *lacks) count(n Need) {
	switch n {
	case Required:
		l.required++
	case Preferred:
		l.preferred++
	case Indifferent:
	}
}

// lacked are the skills that an item asks for and somebody does not have, in the item's order.
func (it *Item) lacked(p *Person) (out []desk.SkillID) {
	for _, w := range it.Skills {
		if w.Need != Indifferent && !slices.Contains(p.Skills, w.Skill) {
			out = append(out, w.Skill)
		}
	}
	return out
}
