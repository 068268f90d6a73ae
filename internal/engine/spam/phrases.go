package spam

import (
	"strings"

	"tellus/internal/engine/language"
)

// phrases are what hardly any customer writes to a company. They weigh little: quoting one must not cost a customer his
// answer, and what is spam for this desk is learned from its agents.
var phrases = [...]struct {
	code   string
	weight float64
	words  []string // folded
}{
	{"phrase_money_abroad", 1.3, []string{"next of kin", "beneficiary", "million dollars", "million united states dollars", "million usd", "transfer of funds", "foreign account", "unclaimed",
		"barrister", "inheritance", "compensation fund", "confidential business", "utmost confidence", "western union", "atm card", "consignment box", "late client", "business proposal"}},
	{"phrase_prize", 1.2, []string{"you have won", "you won", "winning number", "lottery", "congratulations you", "claim your prize", "lucky winner", "gift card winner", "selected as a winner", "jus laimejat", "jus laimejote", "wygrales", "вы выиграли", "ви виграли"}},
	{"phrase_drugs", 1.2, []string{"viagra", "cialis", "pharmacy online", "online pharmacy", "no prescription", "weight loss", "male enhancement", "erectile", "lose weight", "cheap meds"}},
	{"phrase_account_trap", 1.2, []string{"verify your account", "account has been suspended", "account will be suspended", "confirm your identity", "unusual sign in", "update your payment", "mailbox is full",
		"mailbox quota", "password will expire", "password expires", "account will be deactivated", "validate your mailbox", "storage limit", "jusu konts ir bloket", "jusu paskyra uzblokuota", "twoje konto zostalo zablokowane",
		"ваш аккаунт заблокирован", "ваш рахунок заблоковано"}},
	{"phrase_investment", 1, []string{"double your bitcoin", "crypto investment", "guaranteed profit", "guaranteed returns", "passive income", "financial freedom", "make money", "earn money", "work from home",
		"trading platform", "risk free", "get rich", "credit score", "consolidate your debt", "low interest loan", "loan offer", "100% free"}},
	{"phrase_extortion", 1.5, []string{"recorded you", "your webcam", "send bitcoin", "bitcoin wallet", "i hacked", "i have hacked", "adult websites", "bitcoin address", "pay in bitcoin"}},
	{"phrase_search_rank", 1, []string{"first page of google", "rank your website", "seo services", "search engine optimization", "backlinks", "guest post", "web design services", "increase your traffic", "website traffic", "email list", "leads for your"}},
	{"phrase_adult", 1, []string{"hot girls", "sexy", "porn", "xxx", "casino", "online casino", "free spins", "lonely women", "dating site", "meet singles"}},
	{"phrase_pressure", 0.5, []string{"act now", "limited time", "click here", "click below", "click the link below", "urgent response", "dear friend", "dear beneficiary", "dear email user", "opt out", "remove me", "order now", "buy now", "dear sir/madam", "this is not spam", "once in a lifetime", "don't delete", "special promotion"}},
}

// gtube is the line by which administrators test whether a filter is at work (spamassassin.apache.org/gtube).
const gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

// phrases weighs such phrases, each kind once.
func (j *judge) phrases(f Facts) {
	if strings.Contains(head(f.Text, maxScanned), gtube) {
		j.add("", "test_line", 8, "")
	}
	subject := head(f.Subject, 2000)
	text := squeezed(language.Fold(subject + " " + respelled(subject) + " \n " + head(f.Text, 64<<10)))
	var seen [len(phrases)]bool
	for rest := text; len(rest) > 1; {
		rest = rest[1:] // the space before a word
		end := strings.IndexByte(rest, ' ')
		if end < 0 {
			break
		}
		if end < 64 && firstWords[rest[0]]>>end&1 != 0 {
			for _, p := range byFirstWord[rest[:end]] {
				if !seen[p.kind] && strings.HasPrefix(rest[end:], p.rest) {
					seen[p.kind] = true
				}
			}
		}
		rest = rest[end:]
	}
	for i, p := range phrases {
		if seen[i] {
			j.add("phrases", p.code, p.weight, "")
		}
	}
}

// begun is a phrase whose first word was found: what has to follow, the space at its end included.
type begun struct {
	kind int
	rest string
}

// byFirstWord finds phrases in one walk over the words of a text.
var byFirstWord = func() map[string][]begun {
	by := map[string][]begun{}
	for i, p := range phrases {
		for _, words := range p.words {
			first, rest, _ := strings.Cut(words, " ")
			if rest != "" {
				rest = " " + rest
			}
			by[first] = append(by[first], begun{i, rest + " "})
		}
	}
	return by
}()

// firstWords tells, by the first byte of a word, the lengths of those words of byFirstWord that begin so, a bit each: hardly any word of
// a mail is one.
var firstWords = func() (lengths [256]uint64) {
	for w := range byFirstWord {
		lengths[w[0]] |= 1 << len(w)
	}
	return lengths
}()

// squeezed turns all that parts words into single spaces, with one at either end.
func squeezed(s string) string {
	out := make([]byte, 1, len(s)+2)
	out[0] = ' '
	begin := 0 // of the word
	for i := 0; i < len(s); {
		kind := parts[s[i]]
		if kind == 0 {
			i++
			continue
		}
		n := 1
		if kind == partsPerhaps {
			if n = parting(s[i:]); n == 0 {
				i++
				continue
			}
		}
		out = append(out, s[begin:i]...)
		if out[len(out)-1] != ' ' {
			out = append(out, ' ')
		}
		i += n
		begin = i
	}
	out = append(out, s[begin:]...)
	if out[len(out)-1] != ' ' {
		out = append(out, ' ')
	}
	return string(out)
}

// parting is how many bytes at the beginning of s, beyond ASCII, part words; 0 where a word goes on.
func parting(s string) int {
	for _, p := range [...]string{"“", "”", "„", "\u00a0"} {
		if strings.HasPrefix(s, p) {
			return len(p)
		}
	}
	return 0
}

// partsPerhaps marks bytes with which something that parts words may begin.
const partsPerhaps = 2

// parts says of each byte whether it parts words: 1 where it does.
var parts = func() (parts [256]uint8) {
	for _, c := range []byte(" \n\t\r,.;:!?\"()*_-><") {
		parts[c] = 1
	}
	parts["“"[0]], parts["\u00a0"[0]] = partsPerhaps, partsPerhaps
	return parts
}()
