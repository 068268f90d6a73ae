package staff

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
)

// MinPassword is the least number of characters of a new password (NIST SP 800-63B asks for 8; people with a second factor are safe with 10,
// and guessing online is slowed down anyway).
const MinPassword = 10

// languages of the desk.
var languages = []string{"en", "lv", "lt", "pl"}

// emailKey folds a mail address so that one person has one account. Upper and lower case count as the same.
func emailKey(address string) string {
	if len(address) > 400 {
		address = address[:400]
	}
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(db.Text(address))))
}

// checkEmail returns a bare mail address as it is shown, and its key.
func checkEmail(field, address string) (shown, key string, err error) {
	shown = strings.TrimSpace(norm.NFKC.String(db.Text(address)))
	parsed, err := mail.ParseAddress(shown)
	if err != nil || parsed.Name != "" || parsed.Address != shown || len(shown) > 254 || !strings.Contains(shown, "@") ||
		strings.ContainsFunc(shown, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "", "", desk.WhyNoAddress.At(field)
	}
	return shown, emailKey(shown), nil
}

// checkName returns a name of at most limit characters without control characters.
func checkName(field, name string, limit int) (string, error) {
	name = strings.Join(strings.FieldsFunc(norm.NFC.String(db.Text(name)), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
	if name == "" {
		return "", desk.WhyNeeded.At(field)
	}
	if utf8.RuneCountInString(name) > limit {
		return "", desk.WhyTooLong.At(field, limit)
	}
	return name, nil
}

func checkLanguage(language string) error {
	if !slices.Contains(languages, language) {
		return desk.RefuseField(desk.Invalid, "body.language", "one of %s", strings.Join(languages, ", "))
	}
	return nil
}

// checkAnswers returns the languages in which somebody answers in the order of [language.Codes].
func checkAnswers(chosen []string) ([]string, error) {
	for _, c := range chosen {
		if !slices.Contains(language.Codes, c) {
			return nil, desk.RefuseField(desk.Invalid, "body.answers", "of %s", strings.Join(language.Codes, ", "))
		}
	}
	return slices.DeleteFunc(slices.Clone(language.Codes), func(c string) bool { return !slices.Contains(chosen, c) }), nil
}

func checkTimeZone(field, zone string) error {
	if zone == "" || zone == "Local" || len(zone) > 64 {
		return desk.WhyZone.At(field)
	}
	if _, err := time.LoadLocation(zone); err != nil {
		return desk.WhyZone.At(field)
	}
	return nil
}

// checkPassword refuses passwords that are guessed first: short ones, well-known ones, and those made of the person's name or address.
func checkPassword(field, password string, about ...string) error {
	if utf8.RuneCountInString(password) < MinPassword {
		return desk.WhyTooShort.At(field, MinPassword)
	}
	if len(password) > 512 {
		return desk.WhyTooLong.At(field, 512)
	}
	folded := strings.ToLower(norm.NFKC.String(password))
	different := map[rune]bool{}
	for _, r := range folded {
		different[r] = true
	}
	if len(different) < 5 {
		return desk.WhyFewDifferent.At(field)
	}
	letters := strings.TrimFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, bad := range wellKnown {
		if folded == bad || letters == bad {
			return desk.WhyWellKnown.At(field)
		}
	}
	for _, run := range runs {
		if strings.Contains(run, folded) {
			return desk.WhyKeysInARow.At(field)
		}
	}
	for _, a := range about {
		a = strings.ToLower(strings.TrimSpace(a))
		local, _, _ := strings.Cut(a, "@")
		for _, part := range []string{a, local, strings.ReplaceAll(a, " ", "")} {
			// What remains beside the name must not be guessable by itself.
			if len(part) >= 4 && utf8.RuneCountInString(strings.ReplaceAll(folded, part, "")) < 6 && strings.Contains(folded, part) {
				return desk.WhyOwnName.At(field)
			}
		}
	}
	return nil
}

// wellKnown are words that passwords of ten characters and more are most often made of, beside digits and signs around them.
var wellKnown = []string{
	"password", "passwort", "parole", "slaptažodis", "slaptazodis", "hasło", "administrator", "qwerty", "qwertyuiop", "letmein", "welcome",
	"iloveyou", "changeme", "football", "baseball", "sunshine", "princess", "superman", "trustno", "starwars", "whatever", "helpdesk", "support",
	"customer", "customerservice", "tellus", "secret", "computer", "internet", "monkey", "dragon", "master", "michael", "jennifer",
	"p@ssword", "p@ssw0rd", "passw0rd", "password123!", "correct horse battery staple", "correcthorsebatterystaple",
}

var runs = []string{"01234567890123456789", "98765432109876543210", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz",
	"1qaz2wsx3edc4rfv5tgb6yhn", "qwertzuiopasdfghjklyxcvbnm"}
