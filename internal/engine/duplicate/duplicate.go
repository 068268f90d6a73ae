// Package duplicate judges whether two records of customers may be one person, and decides what becomes of them when somebody merges them and takes that back. It is pure, and
// never merges by itself: what it says is a suggestion for people.
package duplicate

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/engine/phone"
)

// Reason is why two records may be one person.
type Reason string

// Reasons, the strongest first.
const (
	SameMail         Reason = "mail"         // one mailbox, written in two ways
	SameBirthday     Reason = "birthday"     // the same name and full birthday
	SamePhone        Reason = "phone"        // one telephone number in E.164
	SamePost         Reason = "post"         // the same name and postal address
	SameMailbox      Reason = "mailbox"      // the same name, and the same mailbox name at two providers
	SameOrganisation Reason = "organisation" // the same name in one organisation

)

// Reasons are all that can speak for a suggestion, the strongest first.
var Reasons = []Reason{SameMail, SameBirthday, SamePhone, SamePost, SameMailbox, SameOrganisation}

// doubt is how far a reason alone leaves it open whether two records are one person, in hundredths. They are judgements, not measurements: a household shares a telephone
// and an address but seldom a name, and in a large organisation there are two of one name.
var doubt = map[Reason]int{SameMail: 12, SameBirthday: 15, SamePhone: 25, SamePost: 25, SameMailbox: 40, SameOrganisation: 45}

// Least is the certainty below which nothing is suggested.
const Least = 50

// Trait is a mark that two records of one person share: a digest of what is compared, so that an index of traits holds nothing that can be read.
type Trait int64

// Record is what is compared of a customer.
type Record struct {
	Name         string
	Birthday     string // YYYY-MM-DD, or --MM-DD
	Organisation desk.OrganisationID
	Addresses    []desk.Address
}

// Judgement is what speaks for two records being one person.
type Judgement struct {
	Reasons   []Reason // the strongest first; empty where nothing does
	Certainty int      // 0–99 per cent
}

// mark is a trait before it is digested.
type mark struct {
	reason Reason
	text   string
}

func (m mark) trait() Trait {
	h := fnv.New64a()
	h.Write([]byte(string(m.reason) + "\x00" + m.text)) // never fails
	return Trait(h.Sum64() >> 1)
}

// Traits are a record's, sorted and each once. Two records that Judge finds a reason for share one. country is where the company is, for telephone numbers that
// do not say where they are from.
func Traits(r Record, country string) []Trait {
	marks := marksOf(r, country)
	all := make([]Trait, len(marks))
	for i, m := range marks {
		all[i] = m.trait()
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Judge compares two records. The order of the two makes no difference.
func Judge(a, b Record, country string) Judgement {
	of := marksOf(a, country)
	shared := map[Reason]bool{}
	for _, m := range marksOf(b, country) {
		if slices.Contains(of, m) {
			shared[m.reason] = true
		}
	}
	if shared[SameMail] {
		delete(shared, SameMailbox) // it says no more
	}
	j := Judgement{}
	left := 100 * 100 // doubt, in ten-thousandths
	for _, r := range Reasons {
		if shared[r] {
			j.Reasons = append(j.Reasons, r)
			left = left * doubt[r] / 100
		}
	}
	if len(j.Reasons) == 0 {
		return j
	}
	j.Certainty = min(99, 100-(left+99)/100)
	if against(a, b) {
		j.Certainty /= 2
	}
	return j
}

// against reports whether something speaks against it: two full birthdays that differ, or two full names without a word in common. People of one household share a telephone.
func against(a, b Record) bool {
	if len(a.Birthday) == len("2006-01-02") && len(b.Birthday) == len(a.Birthday) && a.Birthday != b.Birthday {
		return true
	}
	x, y := words(a.Name), words(b.Name)
	return len(x) > 1 && len(y) > 1 && !slices.ContainsFunc(x, func(w string) bool { return slices.Contains(y, w) })
}

// mostAddresses is how many addresses of a record are looked at.
const mostAddresses = 50

func marksOf(r Record, country string) []mark {
	name := fullName(r.Name)
	var all []mark
	add := func(reason Reason, text string) {
		if m := (mark{reason, text}); text != "" && !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	for i, a := range r.Addresses {
		if i == mostAddresses {
			break
		}
		switch a.Kind {
		case desk.AddressEmail:
			add(SameMail, Mailbox(a.Value))
			if box, _, ok := strings.Cut(Mailbox(a.Value), "@"); ok && name != "" && !slices.Contains(roles, box) {
				add(SameMailbox, name+"\x00"+box)
			}
		case desk.AddressPhone, desk.AddressOther:
			if a.Kind == desk.AddressOther && !strings.HasPrefix(strings.TrimSpace(a.Value), "+") {
				continue // a handle, whatever its digits
			}
			if number, ok := phone.E164(a.Value, country); ok {
				add(SamePhone, number)
			}
		case desk.AddressPost:
			if where := strings.Join(words(a.Value), " "); name != "" && where != "" {
				add(SamePost, name+"\x00"+where)
			}
		}
	}
	if name != "" && len(r.Birthday) == len("2006-01-02") {
		add(SameBirthday, name+"\x00"+r.Birthday)
	}
	if name != "" && r.Organisation != 0 {
		add(SameOrganisation, name+"\x00"+r.Organisation.String())
	}
	return all
}

// roles are mailbox names that many people have.
var roles = []string{"info", "office", "mail", "contact", "sales", "admin", "shop", "support", "hello", "post", "accounts", "orders", "service", "team"}

// Mailbox is a mail address as its mailbox knows it: lower case, without what follows a plus (RFC 5233, subaddressing), and for Google's mail without dots and
// with one of its two domains. It is "" where the text is no mail address.
func Mailbox(address string) string {
	local, domain, ok := cutLast(strings.ToLower(strings.TrimSpace(address)), "@")
	if !ok || local == "" || domain == "" {
		return ""
	}
	if base, _, plus := strings.Cut(local, "+"); plus && base != "" {
		local = base
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		if plain := strings.ReplaceAll(local, ".", ""); plain != "" {
			local = plain
		}
	}
	return local + "@" + domain
}

func cutLast(s, sep string) (before, after string, ok bool) {
	at := strings.LastIndex(s, sep)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(sep):], true
}

// longest is how much of a text is looked at, in bytes.
const longest = 600

// words are the words of a text without regard to case, marks and order of writing, sorted.
func words(text string) []string {
	if len(text) > longest {
		text = text[:longest]
	}
	all := strings.FieldsFunc(language.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.SortFunc(all, cmp.Compare[string])
	return all
}

// fullName is a name as it is compared, "" where it is too little to tell a person by: one word, or an address.
func fullName(name string) string {
	if strings.Contains(name, "@") {
		return ""
	}
	all := words(name)
	if len(all) < 2 {
		return ""
	}
	return strings.Join(all, " ")
}
