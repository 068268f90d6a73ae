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

// model holds, per sequence of one to three letters, how unlikely it is in each class: the negative logarithm of its likelihood, quantised.
// It is built from the word lists when first needed: some 20,000 rows, 1 MB.
type model struct {
	classes []class
	ids     [lastLetter]letterID
	rows    []slot   // a hash table of 1<<tableBits; empty slots have key 0
	cells   []uint64 // rows of rowWords, eight classes to a word
	words   map[string][]bonus
	prior   []float32
}

// slot tells where in cells the row of a sequence begins.
type slot struct {
	key uint32
	row int32
}

// letterID numbers the letters of the word lists.
type letterID uint8

const (
	noLetter letterID = iota // a letter that is in no list
	edge                     // what stands before and after a word

	lastLetter = 0x530 // all letters of the lists are below

	maxClasses = 48
	rowWords   = maxClasses / 8
)

type bonus struct {
	class  int16
	weight float32
}

// quantum is the number of steps of a cell per unit of natural logarithm. What is taken off for context that was never seen would be the
// same for every class, so nothing is.
const quantum = 8.0

var theModel = sync.OnceValue(build)

// withoutMarks are the languages that people also type without their marks.
var withoutMarks = []string{"lv", "lt", "pl", "et", "de", "cs", "sk", "fi", "sv", "ro", "hu", "hr", "fr", "es", "pt"}

func build() *model {
	m := &model{words: map[string][]bonus{}}
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
	m.numberLetters(lists)
	counts := make([]counter, len(lists))
	for i, list := range lists {
		counts[i] = m.count(list)
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

func (m *model) idOf(r rune) letterID {
	if uint32(r) < lastLetter {
		return m.ids[r]
	}
	return noLetter
}

// numberLetters gives each letter of the lists its number.
func (m *model) numberLetters(lists [][]string) {
	last := edge
	for _, list := range lists {
		for _, w := range list {
			for _, r := range w {
				if unicode.IsLetter(r) && m.ids[r] == noLetter {
					last++
					m.ids[r] = last
				}
			}
		}
	}
}

// counter counts sequences of letters, by how often their words are met.
type counter struct {
	of    map[uint32]float64
	total float64
}

func (m *model) count(list []string) counter {
	c := counter{of: map[uint32]float64{}}
	for rank, w := range list {
		weight := 1 + 20/float64(rank+5)
		m.eachTrigram(w, func(a, b, r letterID) {
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
func (m *model) eachTrigram(word string, visit func(a, b, c letterID)) {
	a, b := edge, edge
	for _, r := range word {
		if !unicode.IsLetter(r) {
			continue
		}
		visit(a, b, m.idOf(r))
		a, b = b, m.idOf(r)
	}
	visit(a, b, edge)
}

// key packs letters; 0 stands for none. A context ends in 0.
func key(a, b, c letterID) uint32 { return uint32(a)<<16 | uint32(b)<<8 | uint32(c) }

// tableBits leaves half of the table empty.
const tableBits = 15

func hash(key uint32) uint32 { return key * 0x9E3779B1 >> (32 - tableBits) }

// find returns the slot of a key, or the empty one where it would stand.
func (m *model) find(key uint32) *slot {
	for i := hash(key); ; i++ {
		if s := &m.rows[i&(1<<tableBits-1)]; s.key == key || s.key == 0 {
			return s
		}
	}
}

// row returns the row of a letter after two others, of as many of them as were ever seen together, or -1 where no class knows the letter.
func (m *model) row(a, b, c letterID) int32 {
	if c == noLetter {
		return -1
	}
	for _, k := range [3]uint32{key(a, b, c), key(0, b, c), key(0, 0, c)} {
		if s := m.find(k); s.key == k {
			return s.row
		}
	}
	return -1
}

// fill works out the likelihoods: how often a letter follows two others, smoothed by how often it follows one, and by how
// often it comes at all.
func (m *model) fill(counts []counter) {
	m.rows = make([]slot, 1<<tableBits)
	var keys []uint32
	for _, c := range counts {
		for k := range c.of {
			if k&0xFF == 0 {
				continue
			}
			if s := m.find(k); s.key == 0 {
				*s = slot{key: k, row: int32(len(keys) * rowWords)}
				keys = append(keys, k)
			}
		}
	}
	m.cells = make([]uint64, len(keys)*rowWords)
	for class, c := range counts {
		likely := c.dense()
		for n, k := range keys {
			cell := min(128, math.Round(-math.Log(likely.of(k))*quantum))
			m.cells[n*rowWords+class/8] |= uint64(cell) << (class % 8 * 8)
		}
	}
}

// dense is a counter whose sequences of two letters stand in arrays: most of what is asked of it was never counted.
type dense struct {
	counter
	one      [256]float64 // how often a letter stands anywhere
	after    [256]float64 // how often anything follows a letter
	two      []float64    // how often the second of two letters follows the first
	afterTwo []float64    // how often anything follows two letters
}

func (c counter) dense() *dense {
	d := &dense{counter: c, two: make([]float64, 1<<16), afterTwo: make([]float64, 1<<16)}
	for k, n := range c.of {
		switch a, b, r := k>>16, k>>8&0xFF, k&0xFF; {
		case a != 0 && r == 0:
			d.afterTwo[a<<8|b] = n
		case a != 0:
		case r == 0:
			d.after[b] = n
		case b != 0:
			d.two[b<<8|r] = n
		default:
			d.one[r] = n
		}
	}
	return d
}

func (d *dense) of(k uint32) float64 {
	const alphabet = 45
	a, b, r := k>>16, k>>8&0xFF, k&0xFF
	p := (d.one[r] + 0.2/alphabet) / (d.total + 20)
	if b != 0 {
		p = (d.two[b<<8|r] + 6*p) / (d.after[b] + 6)
	}
	if a == 0 {
		return p
	}
	follow, seen := d.afterTwo[a<<8|b], 0.0
	if follow > 0 {
		seen = d.counter.of[k]
	}
	return (seen + 4*p) / (follow + 4)
}
