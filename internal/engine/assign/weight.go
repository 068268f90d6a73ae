package assign

// Whole is an item in the unit of Person.Turn: it is divided by every weight up to Heaviest without remainder, so that shares are exact.
const Whole = 2520

// Heaviest is the largest weight.
const Heaviest = 10

// share prepares people for sharing by weight, of those who fit: who is behind his share, and when the next item would bring him level, in Person.Turn. It is the quota method (Balinski
// and Young 1975): of those whom the next item does not put ahead of their share, to whom it is due first. Over any number of items nobody is a whole item away from his share.
//
// A turn counts what somebody was given, divided by his weight. Who was away or full falls behind without being owed anything: he is brought up to the farthest back that somebody can be
// who was there all along, so that who comes back from a holiday is not given all there is.
func share(it *Item, all []Person) {
	farthest := int64(0)
	for i := range all {
		if p := &all[i]; p.Weight > 0 {
			farthest = max(farthest, p.Turn-p.each())
		}
	}
	weights, turns := int64(0), int64(0)
	for i := range all {
		p := &all[i]
		if Weighted.out(p, it) != Fit {
			continue
		}
		p.Turn = max(p.Turn, farthest-p.each())
		weights += int64(p.Weight)
		turns += int64(p.Weight) * p.Turn
	}
	for i := range all {
		p := &all[i]
		p.ahead = p.Turn*weights >= turns+Whole
	}
}

// each is how far an item takes somebody.
func (p *Person) each() int64 { return Whole / int64(max(p.Weight, 1)) }
