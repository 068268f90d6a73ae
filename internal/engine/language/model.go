package language

import (
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// class is a language as it is written: with its marks, or as people type it on a foreign keyboard, without them.
type class struct {
	code  string // "" for a language that is not ours
	plain bool
}

// model holds, per sequence of one to three letters, the logarithm of its likelihood in each class, quantised. It is
// built from the word lists when first needed: some 20,000 rows, 1 MB.
type model struct {
	classes []class
	rows    map[uint64]int32 // letters → first cell
	cells   []int8
	words   map[string][]bonus
	prior   []float32
}

type bonus struct {
	class  int16
	weight float32
}

const (
	edge     = ' '
	quantum  = 8.0 // cells per unit of natural logarithm
	backedUp = 0.9 // natural logarithm taken off for each letter of context that was never seen
)

var theModel = sync.OnceValue(build)

// withoutMarks are the languages that people also type without their marks.
var withoutMarks = []string{"lv", "lt", "pl", "et", "de", "cs", "sk", "fi", "sv", "ro", "hu", "hr", "fr", "es", "pt"}

func build() *model {
	m := &model{rows: map[uint64]int32{}, words: map[string][]bonus{}}
	var lists [][]string
	add := func(code, list string, plain bool) {
		fields := strings.Fields(list)
		if plain {
			for i, w := range fields {
				fields[i] = Fold(w)
			}
		}
		m.classes = append(m.classes, class{code: code, plain: plain})
		m.prior = append(m.prior, priorOf(code, plain))
		lists = append(lists, fields)
	}
	for _, code := range sortedKeys(words) {
		add(code, words[code], false)
	}
	for _, code := range sortedKeys(others) {
		add("", others[code], false)
	}
	for _, code := range withoutMarks {
		if list, ok := words[code]; ok {
			add(code, list, true)
			continue
		}
		add("", others[code], true)
	}
	counts := make([]counter, len(lists))
	for i, list := range lists {
		counts[i] = count(list)
		m.addWords(i, list)
	}
	m.fill(counts)
	return m
}

// priorOf is the logarithm of how likely a class is before a word is read: most who write to a desk here write in its
// languages, and most type their marks.
func priorOf(code string, plain bool) float32 {
	prior := float32(0)
	if code == "" {
		prior--
	}
	if plain {
		prior--
	}
	return prior
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// addWords gives each word of a list what knowing it is worth: much for the first, little for the last, and less for
// one of a single letter.
func (m *model) addWords(class int, list []string) {
	for rank, w := range list {
		known := m.words[w]
		if n := len(known); n > 0 && known[n-1].class == int16(class) {
			continue
		}
		weight := 3.2 - 0.35*math.Log1p(float64(rank)/10)
		if len([]rune(w)) == 1 {
			weight = 1.2
		}
		m.words[w] = append(known, bonus{int16(class), float32(weight)})
	}
}

// counter counts sequences of letters, by how often their words are met.
type counter struct {
	of    map[uint64]float64
	total float64
}

func count(list []string) counter {
	c := counter{of: map[uint64]float64{}}
	for rank, w := range list {
		weight := 1 + 20/float64(rank+5)
		eachTrigram(w, func(a, b, r rune) {
			c.of[key(a, b, r)] += weight
			c.of[key(0, b, r)] += weight
			c.of[key(0, 0, r)] += weight
			c.of[key(a, b, 0)] += weight // contexts
			c.of[key(0, b, 0)] += weight
			c.total += weight
		})
	}
	return c
}

// eachTrigram visits the letters of a word with the two before each, and the edge after the last.
func eachTrigram(word string, visit func(a, b, c rune)) {
	a, b := rune(edge), rune(edge)
	for _, r := range word {
		if !unicode.IsLetter(r) {
			continue
		}
		visit(a, b, r)
		a, b = b, r
	}
	visit(a, b, edge)
}

// key packs letters; 0 stands for none. A context ends in 0.
func key(a, b, c rune) uint64 { return uint64(a)<<42 | uint64(b)<<21 | uint64(c) }

// fill works out the likelihoods: how often a letter follows two others, smoothed by how often it follows one, and by how
// often it comes at all.
func (m *model) fill(counts []counter) {
	const alphabet = 45
	rows := map[uint64]bool{}
	for _, c := range counts {
		for k := range c.of {
			if k&(1<<21-1) != 0 {
				rows[k] = true
			}
		}
	}
	n := len(counts)
	m.cells = make([]int8, len(rows)*n)
	at := int32(0)
	for k := range rows {
		a, b, r := rune(k>>42), rune(k>>21&(1<<21-1)), rune(k&(1<<21-1))
		for i, c := range counts {
			p := (c.of[key(0, 0, r)] + 0.2/alphabet) / (c.total + 20)
			if b != 0 {
				p = (c.of[key(0, b, r)] + 6*p) / (c.of[key(0, b, 0)] + 6)
			}
			if a != 0 {
				p = (c.of[key(a, b, r)] + 4*p) / (c.of[key(a, b, 0)] + 4)
			}
			m.cells[int(at)+i] = int8(max(-128, math.Round(math.Log(p)*quantum)))
		}
		m.rows[k] = at
		at += int32(n)
	}
}

// add adds the likelihoods of a letter after two others to sums and reports whether any class knows the letter.
func (m *model) add(sums []float32, a, b, r rune) bool {
	penalty := float32(0)
	for _, k := range [3]uint64{key(a, b, r), key(0, b, r), key(0, 0, r)} {
		if at, ok := m.rows[k]; ok {
			for i := range sums {
				sums[i] += float32(m.cells[int(at)+i])/quantum - penalty
			}
			return true
		}
		penalty += backedUp
	}
	return false
}
