package language

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tellus/internal/engine/letters"
)

// tally adds up the evidence of the words of a text.
type tally struct {
	model          *model
	words, unknown int // words, and those in letters that no class has
	bonus          [maxClasses]float32
	cost           [maxClasses]int // sums of cells

	looked int // how often clear was asked, and what sums were then
	last   [maxClasses]float64

	lanes  [2 * rowWords]uint64 // sums of cells, four to a word: the even ones of a row, then its odd ones
	adding int                  // rows in lanes
}

// word is one word of a text while it is read.
type word struct {
	ids     [maxLetters + 1]letterID // of its letters
	n       int
	lower   []byte
	letters int  // apostrophes included
	spoiled bool // touches a digit
	begun   bool
	// what it is without apostrophes at its end
	keptIDs, keptLower int
}

// read adds the words of a text, until the answer is clear. Addresses, links and words with digits are passed over.
func (t *tally) read(text string) {
	var buffer [4 * maxLetters]byte
	w := word{lower: buffer[:0]}
	next := checkEvery
	for i := 0; i < len(text); {
		if c := text[i]; c == ' ' || c == '\n' {
			i++
			continue
		}
		end := fieldEnd(text, i)
		if !isAddress(text[i:end]) {
			t.readField(&w, text[i:end])
		}
		if t.words >= next {
			if t.clear() {
				return
			}
			next = t.words + checkEvery
		}
		i = end
		for i < len(text) { // the space that ended the field
			r, n := utf8.DecodeRuneInString(text[i:])
			if letters.Of(r)&letters.Space == 0 {
				break
			}
			i += n
		}
	}
}

const (
	// checkEvery is after how many words read looks whether the answer is clear.
	checkEvery = 40
	// clearLead is the lead, in natural logarithms of likelihood, at which more words in the same language would not change the answer.
	clearLead = 16
)

// clear reports whether one language leads all others by clearLead, and by half of that in the words since the last look alone: a banner that a
// mail server put above a text in another language does not decide. It is never so at the first look.
func (t *tally) clear() bool {
	sums, top := t.sums()
	last := t.last
	t.last, t.looked = sums, t.looked+1
	if t.looked == 1 || 2*t.unknown > t.words {
		return false
	}
	for i, c := range t.model.classes {
		if c.code == t.model.classes[top].code {
			continue
		}
		if lead := sums[top] - sums[i]; lead < clearLead || lead-(last[top]-last[i]) < clearLead/2 {
			return false
		}
	}
	return true
}

// sums returns the logarithm of the likelihood of each class, and the likeliest.
func (t *tally) sums() (sums [maxClasses]float64, top int) {
	t.settle()
	for i := range t.model.classes {
		sums[i] = float64(t.model.prior[i]+t.bonus[i]) - charWeight/quantum*float64(t.cost[i])
		if sums[i] > sums[top] {
			top = i
		}
	}
	return sums, top
}

// fieldEnd returns where the next white space stands.
func fieldEnd(text string, i int) int {
	for i < len(text) {
		c := text[i]
		if c < utf8.RuneSelf {
			if c == ' ' || c >= '\t' && c <= '\r' {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if letters.Of(r)&letters.Space != 0 {
			return i
		}
		i += n
	}
	return i
}

func isAddress(field string) bool {
	return strings.IndexByte(field, '@') >= 0 || strings.Contains(field, "://") || strings.HasPrefix(field, "www.")
}

// readField adds the words of a run without white space: runs of letters and apostrophes. One that touches a digit is no word.
func (t *tally) readField(w *word, field string) {
	for i := 0; i < len(field); {
		r, n := rune(field[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(field[i:])
		}
		i += n
		switch class := letters.Of(r); {
		case class&letters.Letter != 0 || w.begun && (r == '\'' || r == '’'):
			w.add(r, t.model)
		case class&letters.Digit != 0 || r == '_':
			w.begun, w.spoiled = true, true
		case class&letters.Mark != 0 && unicode.Is(unicode.Mn, r):
			if w.begun {
				w.lower = utf8.AppendRune(w.lower, letters.ToLower(r))
				w.keptIDs, w.keptLower = w.n, len(w.lower)
			}
		case w.begun:
			t.finish(w)
		}
	}
	if w.begun {
		t.finish(w)
	}
}

func (w *word) add(r rune, m *model) {
	w.begun = true
	if w.letters++; w.letters > maxLetters {
		return
	}
	if r == '’' {
		r = '\''
	}
	low := letters.ToLower(r)
	w.lower = utf8.AppendRune(w.lower, low)
	if r != '\'' {
		w.ids[w.n] = m.idOf(low)
		w.n++
	}
	if r != '\'' && r != 'ʼ' {
		w.keptIDs, w.keptLower = w.n, len(w.lower)
	}
}

func (t *tally) finish(w *word) {
	if !w.spoiled && w.letters > 0 && w.letters <= maxLetters {
		t.words++
		if !t.addWord(w) {
			t.unknown++
		}
	}
	w.n, w.lower, w.letters, w.spoiled, w.begun, w.keptIDs, w.keptLower = 0, w.lower[:0], 0, false, false, 0, 0
}

// addWord adds the evidence of a word, unless half of its letters are in no class.
func (t *tally) addWord(w *word) bool {
	ids := w.ids[:w.keptIDs]
	var rows [maxLetters + 1]int32
	found, known := 0, 0
	a, b := edge, edge
	for _, c := range ids {
		if row := t.model.row(a, b, c); row >= 0 {
			rows[found] = row
			found++
			known++
		}
		a, b = b, c
	}
	if row := t.model.row(a, b, edge); row >= 0 {
		rows[found] = row
		found++
	}
	if known*2 <= len(ids) {
		return false
	}
	if t.adding+found > maxAdding {
		t.settle()
	}
	t.adding += found
	for _, row := range rows[:found] {
		t.addRow(row)
	}
	for _, b := range t.model.words[string(w.lower[:w.keptLower])] {
		t.bonus[b.class] += b.weight
	}
	return true
}

const (
	oddBytes = 0xFF00FF00FF00FF00
	// maxAdding is how many rows of cells up to 128 a lane of 16 bits can hold.
	maxAdding = (1<<16 - 1) / 128
)

func (t *tally) addRow(row int32) {
	lanes := &t.lanes
	for i, w := range (*[rowWords]uint64)(t.model.cells[row:]) {
		lanes[2*i] += w &^ oddBytes
		lanes[2*i+1] += w & oddBytes >> 8
	}
}

// settle moves the lanes into cost.
func (t *tally) settle() {
	for class := range t.model.classes {
		lane := t.lanes[class/8*2+class%2]
		t.cost[class] += int(lane >> (class % 8 / 2 * 16) & 0xFFFF)
	}
	t.lanes, t.adding = [2 * rowWords]uint64{}, 0
}
