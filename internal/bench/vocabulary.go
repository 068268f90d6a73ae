package bench

import (
	"math"
	"math/rand/v2"
	"strings"
)

// vocabulary is the words that seeded texts are made of, the most frequent first. How often a word comes follows its rank as in natural texts (Zipf,
// with Mandelbrot's shift): the first stands in about every third message, the last in one of some ten thousand.
type vocabulary struct {
	words []string
	// Drawing by Walker's alias method: a column, and what stands in it beside its own word.
	share []float64
	other []int32
}

// vocabularySize is about as many forms of words as a desk of several languages sees often.
const vocabularySize = 40_000

func newVocabulary() *vocabulary {
	v := &vocabulary{words: make([]string, 0, vocabularySize), share: make([]float64, vocabularySize), other: make([]int32, vocabularySize)}
	v.words = append(v.words, words...)
	there := map[string]bool{}
	for _, w := range words {
		there[w] = true
	}
	for rnd := rand.New(rand.NewPCG(40, 3)); len(v.words) < vocabularySize; {
		if w := invented(rnd); !there[w] {
			there[w] = true
			v.words = append(v.words, w)
		}
	}
	v.weigh()
	return v
}

// weigh fills the columns of the alias method.
func (v *vocabulary) weigh() {
	total := 0.0
	for i := range v.words {
		v.share[i] = 1 / math.Pow(float64(i)+20, 1.02)
		total += v.share[i]
	}
	var few, many []int32
	for i := range v.share {
		v.share[i] *= float64(len(v.words)) / total
		if v.share[i] < 1 {
			few = append(few, int32(i))
		} else {
			many = append(many, int32(i))
		}
	}
	for len(few) > 0 && len(many) > 0 {
		a, b := few[len(few)-1], many[len(many)-1]
		few = few[:len(few)-1]
		v.other[a] = b
		if v.share[b] -= 1 - v.share[a]; v.share[b] < 1 {
			many = many[:len(many)-1]
			few = append(few, b)
		}
	}
	for _, i := range append(few, many...) {
		v.share[i] = 1
	}
}

// invented is a word that could be one: two to four syllables and an ending.
func invented(rnd *rand.Rand) string {
	const consonants, vowels = "bdfgjklmnprstvzkrlnst", "aeiouaeiāēī"
	sounds := []rune(vowels)
	var b strings.Builder
	for range 2 + rnd.IntN(3) {
		b.WriteByte(consonants[rnd.IntN(len(consonants))])
		b.WriteRune(sounds[rnd.IntN(len(sounds))])
	}
	b.WriteString([]string{"s", "t", "n", "ms", "m", "r", "šana", "tas", "ing", "ski"}[rnd.IntN(10)])
	return b.String()
}

func (v *vocabulary) draw(rnd *rand.Rand) string {
	i := rnd.IntN(len(v.words))
	if rnd.Float64() >= v.share[i] {
		i = int(v.other[i])
	}
	return v.words[i]
}

// text writes about size bytes in lines.
func (v *vocabulary) text(rnd *rand.Rand, size int) string {
	var b strings.Builder
	b.Grow(size + 40)
	for line := 0; b.Len() < size; {
		word := v.draw(rnd)
		if line+len(word) > 70 {
			b.WriteByte('\n')
			line = 0
		}
		b.WriteString(word)
		b.WriteByte(' ')
		line += len(word) + 1
	}
	return b.String()
}
