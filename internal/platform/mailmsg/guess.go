package mailmsg

import (
	"math"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// guessSample is how many bytes are looked at: enough to be sure, and constant however long the text.
const guessSample = 3 << 10

// letter numbers the letters that any of the samples has: 0 is a blank and whatever is no letter, 1 a letter that none of them has.
type letter = uint8

const foreign letter = 1

// languageModel holds the logarithms of how likely a letter follows another in a language, in a square of all letters.
type languageModel struct {
	name     string
	charsets []string
	pair     []float32
}

// statistics are the models of all languages, and what a byte means in each code page.
type statistics struct {
	letters map[rune]letter
	models  []languageModel
	pages   map[string]*[256]letter
}

// foreignLetter is the logarithm of the likelihood of a letter that the language does not have, rareLetter that of one of a–z.
const (
	foreignLetter = -11.0
	rareLetter    = -8.0
)

// loadModels counts the samples on first use: most mails are UTF-8 and never need them.
var loadModels = sync.OnceValue(countSamples)

func countSamples() *statistics {
	st := &statistics{letters: map[rune]letter{' ': 0}, pages: map[string]*[256]letter{}}
	for r := 'a'; r <= 'z'; r++ {
		st.letters[r] = letter(len(st.letters) + 1)
	}
	for _, s := range languageSamples {
		for _, r := range s.letters {
			if _, ok := st.letters[r]; !ok {
				st.letters[r] = letter(len(st.letters) + 1)
			}
		}
	}
	for _, s := range languageSamples {
		st.models = append(st.models, st.count(s))
	}
	for name, page := range singleByte {
		var t [256]letter
		for c := range t {
			t[c] = st.class(page.DecodeByte(byte(c)))
		}
		st.pages[name] = &t
	}
	return st
}

// class folds case and makes everything but letters one blank.
func (st *statistics) class(r rune) letter {
	if !unicode.IsLetter(r) {
		return 0
	}
	if l, ok := st.letters[unicode.ToLower(r)]; ok {
		return l
	}
	return foreign
}

func (st *statistics) count(s languageSample) languageModel {
	n := len(st.letters) + 1
	pairs, singles, firsts := make([]float64, n*n), make([]float64, n), make([]float64, n)
	total, prev := 0.0, letter(0)
	for _, r := range s.text {
		c := st.class(r)
		if c == 0 && prev == 0 {
			continue
		}
		pairs[int(prev)*n+int(c)]++
		firsts[prev]++
		singles[c]++
		total++
		prev = c
	}
	for _, r := range s.letters {
		singles[st.class(r)]++
		total++
	}
	unseen := make([]float64, n) // the logarithm for a pair of known letters that the sample does not have
	for c := range unseen {
		unseen[c] = math.Log(singles[c]/total) - 1.5
	}
	m := languageModel{name: s.name, charsets: s.charsets, pair: make([]float32, n*n)}
	for p := range n {
		for c := range n {
			seen := pairs[p*n+c]
			var v float64
			switch {
			case seen > 0:
				// Smoothed towards how frequent the letter is anywhere.
				const k = 8
				v = math.Log((seen + k*singles[c]/total) / (firsts[p] + k))
			case singles[c] > 0 && c != int(foreign):
				v = unseen[c]
			case c > int(foreign) && c <= int(foreign)+26:
				v = rareLetter
			default:
				v = foreignLetter
			}
			m.pair[p*n+c] = float32(v)
		}
	}
	return m
}

// siblings are the character sets that a declared one is mistaken for.
var siblings = map[string][]string{
	"windows-1252": {"windows-1257", "windows-1250", "windows-1251", "iso-8859-2", "iso-8859-4", "koi8-r", "koi8-u"},
	"iso-8859-1":   {"windows-1252", "windows-1257", "windows-1250", "windows-1251", "iso-8859-2", "iso-8859-4", "koi8-r", "koi8-u"},
	"iso-8859-15":  {"windows-1252", "windows-1257", "windows-1250", "windows-1251"},
	"iso-8859-2":   {"windows-1250", "windows-1257"},
	"windows-1250": {"iso-8859-2", "windows-1257"},
	"iso-8859-4":   {"windows-1257"},
	"iso-8859-10":  {"windows-1257", "iso-8859-4"},
	"iso-8859-13":  {"windows-1257", "iso-8859-4"},
	"windows-1257": {"iso-8859-4", "windows-1250", "windows-1251"},
	"iso-8859-5":   {"windows-1251", "koi8-r"},
	"windows-1251": {"koi8-r", "windows-1257", "iso-8859-5"},
	"koi8-r":       {"windows-1251", "koi8-u"},
	"koi8-u":       {"windows-1251", "koi8-r"},
}

// unlabelled are the candidates for text that says nothing of its character set, the likelier first.
var unlabelled = []string{"windows-1252", "windows-1257", "windows-1250", "windows-1251", "iso-8859-2", "iso-8859-4", "koi8-r", "koi8-u", "ibm866", "iso-8859-5"}

// singleByte holds the code pages that guessing compares.
var singleByte = map[string]*charmap.Charmap{
	"windows-1252": charmap.Windows1252, "windows-1257": charmap.Windows1257, "windows-1250": charmap.Windows1250, "windows-1251": charmap.Windows1251,
	"iso-8859-1": charmap.Windows1252, "iso-8859-2": charmap.ISO8859_2, "iso-8859-4": charmap.ISO8859_4, "iso-8859-13": charmap.ISO8859_13,
	"iso-8859-15": charmap.ISO8859_15, "iso-8859-10": charmap.ISO8859_10, "koi8-r": charmap.KOI8R, "koi8-u": charmap.KOI8U, "ibm866": charmap.CodePage866, "iso-8859-5": charmap.ISO8859_5,
}

// guessCharset returns the character set that b is most likely written in, of those that desks in this part of the world meet. With a label,
// it answers the label unless another of its siblings is far likelier: a wrong label is common, a wrong guess is worse.
func guessCharset(b []byte, label string) string {
	b = aroundHighBytes(b)
	candidates := unlabelled
	if label != "" {
		others, ok := siblings[label]
		if !ok {
			return label
		}
		candidates = append([]string{label}, others...)
	} else if eastern := guessMultibyte(b); eastern != "" {
		return eastern
	}
	high := 0
	for _, c := range b {
		if c >= 0x80 {
			high++
		}
	}
	best, bestScore := candidates[0], math.Inf(-1)
	for i, name := range candidates {
		score := bestLikelihood(b, name)
		if i == 0 {
			// What is declared, or usual, needs evidence against it: so much in all, and so much per letter in question.
			score += declaredBonus(label != "", high)
		}
		if score > bestScore {
			best, bestScore = name, score
		}
	}
	return best
}

// guessSingle is guessCharset for the bytes of b that are not part of UTF-8, of which there is always an answer with one byte a letter.
func guessSingle(b []byte) string {
	var odd []byte
	for i := 0; i < len(b) && len(odd) < guessSample; {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			odd = append(odd, b[max(0, i-20):min(len(b), i+20)]...)
			i += 20
			continue
		}
		i += n
	}
	kept := odd[:0]
	for i := 0; i < len(odd); {
		r, n := utf8.DecodeRune(odd[i:])
		if n == 1 {
			kept = append(kept, odd[i])
		} else if unicode.IsLetter(r) {
			kept = append(kept, 'e') // a letter that says nothing of the others
		}
		i += n
	}
	best, bestScore := unlabelled[0], math.Inf(-1)
	for i, name := range unlabelled {
		score := bestLikelihood(kept, name)
		if i == 0 {
			score += declaredBonus(false, 0)
		}
		if score > bestScore {
			best, bestScore = name, score
		}
	}
	return best
}

func declaredBonus(declared bool, high int) float64 {
	if declared {
		return 8 + 0.7*float64(min(high, 60))
	}
	return 1
}

// bestLikelihood is the logarithm of how likely b is in a character set, in the language that suits it best.
func bestLikelihood(b []byte, name string) float64 {
	st := loadModels()
	page, classes := singleByte[name], st.pages[name]
	text := make([]letter, 0, len(b))
	penalty := 0.0
	prev := letter(0)
	for i, c := range b {
		if c >= 0x80 {
			penalty += oddness(runeAt(page, b, i-1), page.DecodeByte(c), runeAt(page, b, i+1))
		}
		l := classes[c]
		if l != 0 || prev != 0 {
			text = append(text, l)
		}
		prev = l
	}
	n := len(st.letters) + 1
	best := math.Inf(-1)
	for i := range st.models {
		m := &st.models[i]
		if !writes(m, name) {
			continue
		}
		var sum float32
		prev := 0
		for _, c := range text {
			sum += m.pair[prev*n+int(c)]
			prev = int(c)
		}
		best = max(best, float64(sum))
	}
	return best - penalty
}

// writes tells whether a language is written in a character set; iso-8859-13 and windows-1257 hold the same letters.
func writes(m *languageModel, charset string) bool {
	switch charset {
	case "iso-8859-13", "iso-8859-10":
		charset = "windows-1257"
	case "iso-8859-1", "iso-8859-15":
		charset = "windows-1252"
	}
	for _, c := range m.charsets {
		if c == charset {
			return true
		}
	}
	return m.name == "en" // and so plain ASCII with a stray sign is written in any
}

func runeAt(page *charmap.Charmap, b []byte, i int) rune {
	if i < 0 || i >= len(b) {
		return ' '
	}
	return page.DecodeByte(b[i])
}

// oddness is what a character costs that text seldom has in this place: controls, signs within words, capitals after small letters.
func oddness(prev, r, next rune) float64 {
	switch {
	case r == utf8.RuneError || r >= 0x80 && r < 0xA0:
		return 12
	case unicode.IsLetter(r):
		if unicode.IsUpper(r) && unicode.IsLower(prev) {
			return 5
		}
		if r == 'ª' || r == 'º' {
			return 3
		}
		return 0
	case r >= 0x2500 && r < 0x2600: // line drawing
		return 9
	case (r == '®' || r == '©' || r == '™' || r == '°' || r == '§' || r == '²' || r == '³' || r == '•') && unicode.IsLetter(next):
		return 6
	case r == 0xA0, r == '“', r == '”', r == '„', r == '’', r == '‘', r == '–', r == '—', r == '…', r == '€', r == '•', r == '«', r == '»', r == '°', r == '§', r == '©', r == '®', r == '™', r == '‚', r == '²', r == '³':
		if r != '’' && unicode.IsLower(prev) && r != '”' && r != '“' && r != '»' && r != '…' && r != 0xA0 && r != '‘' && r != '®' && r != '™' {
			return 4
		}
		return 0.5
	}
	if unicode.IsLetter(prev) {
		return 8
	}
	return 5
}

// aroundHighBytes returns the parts of b that tell something: lines with bytes above 127, up to guessSample bytes in all.
func aroundHighBytes(b []byte) []byte {
	if len(b) <= guessSample {
		return b
	}
	out := make([]byte, 0, guessSample+512)
	end := 0
	for i := 0; i < len(b) && len(out) < guessSample; i++ {
		if b[i] < 0x80 || i < end {
			continue
		}
		from := max(end, i-40)
		end = min(len(b), i+80)
		out = append(out, b[from:end]...)
	}
	return out
}

// multibyteKind is an East Asian character set: which pairs of bytes it allows, which of them mark it, and which share of them that takes.
type multibyteKind struct {
	name    string
	valid   func(a, b byte) bool
	typical func(a byte) bool
	share   float64
}

// multibyteKinds in the order in which they are tried: those that their own signs betray first.
var multibyteKinds = []multibyteKind{
	// Kana are a third of any Japanese text: lead bytes 82 and 83, in EUC A4 and A5.
	{"shift_jis", func(a, b byte) bool {
		return (a >= 0x81 && a <= 0x9F || a >= 0xE0 && a <= 0xEF) && b >= 0x40 && b != 0x7F && b <= 0xFC
	},
		func(a byte) bool { return a == 0x82 || a == 0x83 }, 0.3},
	{"euc-jp", isEUCPair, func(a byte) bool { return a == 0xA4 || a == 0xA5 }, 0.3},
	{"euc-kr", isEUCPair, func(a byte) bool { return a >= 0xB0 && a <= 0xC8 }, 0.93}, // all of hangul; hanzi go on to F7
	{"gb18030", isEUCPair, func(a byte) bool { return a >= 0xB0 && a <= 0xD7 || a == 0xA1 || a == 0xA3 }, 0.7},
	{"big5", func(a, b byte) bool {
		return a >= 0xA1 && a <= 0xF9 && (b >= 0x40 && b <= 0x7E || b >= 0xA1 && b <= 0xFE)
	},
		func(a byte) bool { return a >= 0xA4 && a <= 0xC6 || a == 0xA1 }, 0.7},
}

func isEUCPair(a, b byte) bool { return a >= 0xA1 && a <= 0xFD && b >= 0xA1 && b < 0xFF }

// guessMultibyte recognises text in an East Asian character set: its high bytes form pairs, several in a row, with the signs of the language.
func guessMultibyte(b []byte) string {
	for _, k := range multibyteKinds {
		pairs, bad, typical, longest, run, runs := 0, 0, 0, 0, 0, 0
		for i := 0; i < len(b); i++ {
			switch {
			case b[i] < 0x80:
				run = 0
			case i+1 < len(b) && k.valid(b[i], b[i+1]):
				pairs++
				if run++; run == 1 {
					runs++
				}
				longest = max(longest, run)
				if k.typical(b[i]) {
					typical++
				}
				i++
			default:
				bad++
				run = 0
			}
		}
		// Latin letters with marks seldom stand in pairs, and never in pairs of pairs.
		if pairs < 2 || longest < 2 || bad*20 > pairs || float64(typical) < k.share*float64(pairs) {
			continue
		}
		if k.name == "euc-kr" && pairs > 5*runs {
			continue // Korean has blanks between its words, of two to five syllables; Chinese has none
		}
		if looksCyrillic(b) {
			return ""
		}
		return k.name
	}
	return ""
}

// looksCyrillic tells whether the high bytes read as Russian or Ukrainian in one of its eight-bit sets.
func looksCyrillic(b []byte) bool {
	var words []byte
	for _, c := range b {
		if c >= 0x80 {
			words = append(words, c)
		} else if n := len(words); n > 0 && words[n-1] != ' ' {
			words = append(words, ' ')
		}
	}
	for _, name := range []string{"windows-1251", "koi8-r"} {
		if bestLikelihood(words, name) > -3.6*float64(len(words)) {
			return true
		}
	}
	return false
}
