// Package personal finds numbers in a text that are better blackened: payment cards, personal codes of the countries that Tellus serves first,
// and bank accounts. It is pure and linear; what it finds is a suggestion, and a person decides.
package personal

import "strings"

// Found is a number in a text, in bytes of UTF-8.
type Found struct {
	Start, End int
	Kind       string // card, personal_code or account
}

// most bounds what is found in one text.
const most = 200

// Find returns what it finds, in order, without overlaps.
func Find(text string) []Found {
	var found []Found
	for i := 0; i < len(text) && len(found) < most; {
		if !isStart(text, i) {
			i++
			continue
		}
		run, end := readRun(text, i)
		if kind, n := judge(run); kind != "" {
			found = append(found, Found{i, run.ends[n-1], kind})
			i = run.ends[n-1]
			continue
		}
		i = end
	}
	return found
}

// run is a stretch of digits and capital letters with single blanks or dashes between them, as people write numbers.
type run struct {
	chars []byte
	ends  []int // where each char ends in the text
	dash  int   // chars before the first dash; 0 where there is none
}

// longest is as many characters as an IBAN may have (ISO 13616: 34).
const longest = 34

func isStart(text string, i int) bool {
	return alnum(text[i]) && (i == 0 || !alnum(text[i-1]) && !lower(text[i-1]) && text[i-1] < 0x80)
}

func readRun(text string, i int) (r run, end int) {
	for j := i; j < len(text); j++ {
		c := text[j]
		switch {
		case alnum(c):
			if len(r.chars) < longest {
				r.chars, r.ends = append(r.chars, c), append(r.ends, j+1)
			}
			end = j + 1
		case (c == ' ' || c == '-') && j+1 < len(text) && alnum(text[j+1]):
			if c == '-' && r.dash == 0 {
				r.dash = len(r.chars)
			}
		default:
			return r, end
		}
	}
	return r, end
}

func alnum(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' }
func lower(c byte) bool { return c >= 'a' && c <= 'z' }

// judge says what the run begins with, and how many of its characters belong to it.
func judge(r run) (kind string, n int) {
	if n := ibanLength(r.chars); n > 0 {
		return "account", n
	}
	digits := 0
	for digits < len(r.chars) && r.chars[digits] >= '0' && r.chars[digits] <= '9' {
		digits++
	}
	if digits != len(r.chars) {
		return "", 0
	}
	s := string(r.chars)
	switch {
	case digits >= 13 && digits <= 19 && strings.IndexByte("23456", s[0]) >= 0 && luhn(s):
		return "card", digits
	case digits == 11 && (baltic(s) || pesel(s) || latvian(s, r.dash)):
		return "personal_code", digits
	}
	return "", 0
}

// luhn is the check of payment card numbers (ISO/IEC 7812-1, annex B).
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// weighted sums digits by weights.
func weighted(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return sum
}

// date reports whether month and day can be.
func date(s string) bool {
	month, day := int(s[0]-'0')*10+int(s[1]-'0'), int(s[2]-'0')*10+int(s[3]-'0')
	return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// baltic is the personal code of Lithuania (asmens kodas) and Estonia (isikukood): the same form and check digit, by two rounds of weights modulo 11.
func baltic(s string) bool {
	if s[0] < '1' || s[0] > '8' || !date(s[3:7]) {
		return false
	}
	check := weighted(s, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if check == 10 {
		check = weighted(s, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return check == int(s[10]-'0')
}

// pesel is the Polish number: the month also tells the century, the last digit is a check (weights 1 3 7 9).
func pesel(s string) bool {
	month := (int(s[2]-'0')*10 + int(s[3]-'0')) % 20
	day := int(s[4]-'0')*10 + int(s[5]-'0')
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	return weighted(s, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}

// latvian is the personas kods: DDMMYY-CZZZQ with a check digit, or since July 2017 a number that begins with 32 and tells nothing.
func latvian(s string, dash int) bool {
	if strings.HasPrefix(s, "32") {
		return dash == 6 || dash == 0
	}
	if !date(s[2:4]+s[0:2]) || s[6] > '2' {
		return false
	}
	sum := weighted(s, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	return (1101-sum)%11 == int(s[10]-'0')
}

// ibanLength returns how many characters an IBAN at the beginning has, 0 where there is none (ISO 13616, check by ISO/IEC 7064 modulo 97).
func ibanLength(c []byte) int {
	if len(c) < 15 || c[0] < 'A' || c[1] < 'A' || c[2] > '9' || c[3] > '9' {
		return 0
	}
	if n := ibanLengths[string(c[:2])]; n > 0 && n <= len(c) && mod97(c[:n]) {
		return n
	}
	return 0
}

var ibanLengths = map[string]int{
	"AT": 20, "BE": 16, "BG": 22, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21,
	"HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "UA": 29,
}

func mod97(c []byte) bool {
	rest := 0
	for i := range c {
		b := c[(i+4)%len(c)]
		if b >= 'A' {
			rest = (rest*100 + int(b-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(b-'0')) % 97
		}
	}
	return rest == 1
}
