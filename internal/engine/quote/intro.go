package quote

// maxIntroLines is over how many lines a program may have wrapped "On … wrote:".
const maxIntroLines = 4

// intro is a recognised introduction of a quote: the lines [from, to] of the document.
type intro struct {
	from, to int
	sure     bool // sure enough that unmarked text below is history
}

// introEnding looks for an introduction whose last line is i. Programs in all languages build it from the same three
// parts, a date, a person and a verb, and close it with a colon; any two of them are asked for. beforeQuote says that
// marked lines follow, which lets a date alone suffice.
func (d *document) introEnding(i int, beforeQuote bool) (intro, bool) {
	last := &d.lines[i]
	if !last.mayEndIntro() || last.readTraits()&(endsColon|endsVerb) == 0 {
		return intro{}, false
	}
	best, bestScore := intro{}, 0
	var all trait
	size := 0
	for from := i; from >= 0 && i-from < maxIntroLines; from-- {
		l := &d.lines[from]
		size += len(l.body)
		if l.blank || l.quoted || l.intro || size > maxMarkLine || l.mark != Visible {
			break
		}
		t := l.readTraits()
		if from < i && t&endsColon != 0 {
			break
		}
		if from < i && t&endsSentence != 0 && t&(hasDay|hasDate|hasYear) == 0 {
			break
		}
		// The first line's own bits of opening count for the whole.
		all |= t &^ (opensLike | opensName | endsColon | endsVerb)
		whole := all | t&(opensLike|opensName) | last.traits&(endsColon|endsVerb)
		alone := from == 0 || d.lines[from-1].blank
		score, sure := introScore(whole, beforeQuote, alone)
		if score > bestScore {
			best, bestScore = intro{from: from, to: i, sure: sure}, score
		}
	}
	if bestScore == 0 {
		return intro{}, false
	}
	// A wrapped opening ("On Mon, Aug 26,") belongs to what follows it even where that would do without.
	if best.from > 0 && i-best.from+1 < maxIntroLines {
		above, first := &d.lines[best.from-1], &d.lines[best.from]
		if !above.blank && !above.quoted && above.readTraits()&opensLike != 0 && (first.traits&opensLike == 0 || above.body[len(above.body)-1] == ',') &&
			above.traits&(endsSentence|endsColon) == 0 && above.traits&(hasDay|hasDate|hasMonth|hasYear) != 0 && len(above.body) < 100 {
			best.from--
		}
	}
	return best, true
}

// introScore weighs the traits of a possible introduction: 0 for none, more for more of its three parts.
func introScore(t trait, beforeQuote, alone bool) (score int, sure bool) {
	verb := t&hasVerb != 0
	address := t&hasAddress != 0
	dated := isDated(t)
	opens := t&(opensLike|opensName) != 0
	if t&hasFirst != 0 && !address {
		return 0, false // "On 5 May I wrote:" is the writer speaking
	}
	count := 0
	for _, b := range []bool{verb, address, dated} {
		if b {
			count++
		}
	}
	if t&endsColon == 0 && !(t&endsVerb != 0 && dated && (address || beforeQuote)) {
		return 0, false
	}
	switch {
	case count == 3 && (opens || alone):
		return 4, true
	case count == 3:
		return 3, beforeQuote
	case count == 2 && (verb || t&hasTime != 0) && opens:
		return 2, true
	case count == 2 && beforeQuote:
		return 2, false
	case beforeQuote && alone && (verb || dated):
		return 1, false
	}
	return 0, false
}

// isDated reports whether the traits make a date: a numeric one, a year with anything beside it, a named day.
func isDated(t trait) bool {
	switch {
	case t&hasDate != 0:
		return true
	case t&hasYear != 0:
		return t&(hasMonth|hasDay|hasTime) != 0
	case t&hasMonth != 0:
		return t&hasDay != 0
	}
	return t&hasTime != 0 && t&hasDay != 0
}
