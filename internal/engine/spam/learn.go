package spam

import (
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"tellus/internal/engine/language"
	"tellus/internal/engine/letters"
)

// Mails is the token under which the numbers of learned mails are counted.
const Mails int64 = 0

const (
	maxTokens   = 1500 // of one mail
	maxTextRead = 64 << 10
	// leastLearned is how many mails of each kind must have been marked before words count at all, and fullyLearned how many before they count in full.
	leastLearned = 5
	fullyLearned = 40
	// strongest is how much all words together can weigh.
	strongest = 4.5
)

// Model gives, for a token, in how many spam and wanted mails it stood, and for [Mails] how many there were.
type Model interface {
	Count(token int64) (spam, ham int)
}

// Counts is a Model in memory: token → spam, wanted.
type Counts map[int64][2]int

// Count implements [Model].
func (c Counts) Count(token int64) (spam, ham int) { n := c[token]; return n[0], n[1] }

// Change is what is to be added to a token's counts; it may be negative.
type Change struct {
	Token     int64
	Spam, Ham int
}

// Learn returns what is to be added to the counts because a mail with these tokens was marked: one change per token and
// one for [Mails].
func Learn(tokens []int64, spam bool) []Change { return changes(tokens, spam, 1) }

// Unlearn returns the opposite of [Learn], for a mark that was taken back.
func Unlearn(tokens []int64, spam bool) []Change { return changes(tokens, spam, -1) }

func changes(tokens []int64, spam bool, by int) []Change {
	list := make([]Change, 0, len(tokens)+1)
	for _, t := range append([]int64{Mails}, tokens...) {
		if spam {
			list = append(list, Change{Token: t, Spam: by})
		} else {
			list = append(list, Change{Token: t, Ham: by})
		}
	}
	return list
}

// Tokens returns the features of a mail that learning goes by, hashed, sorted, each once, at most 1,500: its words, words of the
// subject, pairs of neighbouring words, hosts of links, the sender's domain and mail program. Hashes are above 0 and
// never change from one version to the next, as they are stored.
func Tokens(subject, text string, headers []Field) []int64 {
	t := tokenizer{seen: make(map[int64]bool, min(maxTokens, len(text)/4))}
	for _, h := range headers {
		switch strings.ToLower(h.Name) {
		case "from", "reply-to", "return-path":
			if a := addressIn(h.Value); a != "" {
				t.add("d:", site(domain(a)))
				t.add("a:", strings.ToLower(a))
			}
		case "x-mailer", "user-agent":
			t.add("m:", strings.ToLower(head(h.Value, 60)))
		case "list-id":
			t.add("l:", strings.ToLower(head(h.Value, 100)))
		}
	}
	t.words("s:", language.Fold(head(subject, 2000)))
	text = head(text, maxTextRead)
	for _, address := range plainAddresses(text) {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			t.add("h:", site(u.Hostname()))
		}
	}
	t.words("", language.Fold(text))
	slices.Sort(t.tokens)
	return t.tokens
}

type tokenizer struct {
	tokens []int64
	seen   map[int64]bool
}

// FNV-1a of 64 bits (Fowler, Noll, Vo), as hash/fnv has it.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func fnv(hash uint64, s string) uint64 {
	for i := range len(s) {
		hash = (hash ^ uint64(s[i])) * fnvPrime
	}
	return hash
}

func (t *tokenizer) add(kind, word string) {
	if word != "" {
		t.addHash(fnv(fnv(fnvOffset, kind), word))
	}
}

func (t *tokenizer) addHash(sum uint64) {
	hash := int64(sum >> 1)
	if len(t.tokens) >= maxTokens || hash == Mails || t.seen[hash] {
		return
	}
	t.seen[hash] = true
	t.tokens = append(t.tokens, hash)
}

// words adds words of 2 to 30 letters and their pairs.
func (t *tokenizer) words(kind, text string) {
	begin := fnv(fnvOffset, kind)
	last := uint64(0) // hash of the word before with a space behind it, 0 where there is none
	for i := 0; i < len(text) && len(t.tokens) < maxTokens; {
		word, runes, number := wordAt(text[i:])
		if word == 0 {
			_, n := utf8.DecodeRuneInString(text[i:])
			i += n
			continue
		}
		w := text[i : i+word]
		i += word
		if runes < 2 || runes > 30 || number {
			last = 0
			continue
		}
		t.addHash(fnv(begin, w))
		if last != 0 {
			t.addHash(fnv(last, w))
		}
		last = fnv(fnv(begin, w), " ")
	}
}

// wordAt returns the length of the word that text begins with in bytes and in runes, and whether it has digits only.
func wordAt(text string) (size, runes int, number bool) {
	number = true
	for size < len(text) {
		r, n := rune(text[size]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[size:])
		}
		if letters.Of(r)&(letters.Letter|letters.Digit) == 0 && r != '\'' && r != '$' && r != '€' && r != '%' {
			break
		}
		number = number && r >= '0' && r <= '9'
		size += n
		runes++
	}
	return size, runes, number
}

// wordWeight returns the log-odds that a mail with these tokens is spam, from -strongest to strongest, by what was learned.
// It is the sum over the tokens that say most (Graham 2002), each smoothed towards not knowing (Robinson 2003), tempered because words
// depend on each other, and 0 until both kinds have been marked often enough.
func wordWeight(tokens []int64, m Model) float64 {
	spamMails, hamMails := m.Count(Mails)
	fewest := min(spamMails, hamMails)
	if fewest < leastLearned {
		return 0
	}
	const (
		strength  = 1.0 // of the assumption that a new token says nothing
		considers = 60
		temper    = 0.45
	)
	var evidence []float64
	for _, t := range tokens {
		s, h := m.Count(t)
		s, h = max(0, s), max(0, h)
		n := float64(s + h)
		if n == 0 {
			continue
		}
		inSpam, inHam := float64(s)/float64(spamMails), float64(h)/float64(hamMails)
		p := (strength*0.5 + n*inSpam/(inSpam+inHam)) / (strength + n)
		if w := math.Log(p / (1 - p)); math.Abs(w) > 0.4 {
			evidence = append(evidence, w)
		}
	}
	slices.SortFunc(evidence, func(a, b float64) int {
		switch x, y := math.Abs(a), math.Abs(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	sum := 0.0
	for _, w := range evidence[:min(len(evidence), considers)] {
		sum += temper * w
	}
	trust := min(1, float64(fewest)/fullyLearned)
	trust = math.Sqrt(trust)
	return max(-strongest, min(strongest, sum)) * trust
}
