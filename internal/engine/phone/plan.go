package phone

import "strings"

// plan is what is needed of a country's numbering plan (ITU-T E.164 and its national annexes): its code, what is dialled before a number within the country, and how
// many digits numbers have without that.
type plan struct {
	code     string
	trunk    string // other trunks are separated by a space
	min, max int
	keeps    bool   // what looks like a trunk belongs to the number
	exit     string // what is dialled for abroad, where it is not 00
}

func (p plan) fits(national string) bool {
	return len(national) >= p.min && len(national) <= p.max && (p.keeps || national[0] != '0')
}

// national takes away what is dialled within the country alone.
func (p plan) national(digits string) (string, bool) {
	for trunk := range strings.FieldsSeq(p.trunk) {
		if rest, cut := strings.CutPrefix(digits, trunk); cut && p.fits(rest) {
			return rest, true
		}
	}
	if p.fits(digits) {
		return digits, true
	}
	return "", false
}

// plans are the countries by ISO 3166-1 alpha-2.
var plans = map[string]plan{
	"AD": {code: "376", min: 6, max: 9},
	"AL": {code: "355", trunk: "0", min: 8, max: 9},
	"AT": {code: "43", trunk: "0", min: 6, max: 13},
	"AU": {code: "61", trunk: "0", min: 9, max: 9, exit: "0011"},
	"BA": {code: "387", trunk: "0", min: 8, max: 9},
	"BE": {code: "32", trunk: "0", min: 8, max: 9},
	"BG": {code: "359", trunk: "0", min: 7, max: 9},
	"BY": {code: "375", trunk: "8 80", min: 9, max: 9, exit: "810"},
	"CA": {code: "1", trunk: "1", min: 10, max: 10, exit: "011"},
	"CH": {code: "41", trunk: "0", min: 9, max: 9},
	"CY": {code: "357", min: 8, max: 8},
	"CZ": {code: "420", min: 9, max: 9},
	"DE": {code: "49", trunk: "0", min: 6, max: 13},
	"DK": {code: "45", min: 8, max: 8},
	"EE": {code: "372", min: 7, max: 8},
	"ES": {code: "34", min: 9, max: 9},
	"FI": {code: "358", trunk: "0", min: 5, max: 12},
	"FR": {code: "33", trunk: "0", min: 9, max: 9},
	"GB": {code: "44", trunk: "0", min: 9, max: 10},
	"GE": {code: "995", trunk: "0", min: 9, max: 9},
	"GR": {code: "30", min: 10, max: 10},
	"HR": {code: "385", trunk: "0", min: 8, max: 9},
	"HU": {code: "36", trunk: "06", min: 8, max: 9},
	"IE": {code: "353", trunk: "0", min: 7, max: 9},
	"IL": {code: "972", trunk: "0", min: 8, max: 9},
	"IN": {code: "91", trunk: "0", min: 10, max: 10},
	"IS": {code: "354", min: 7, max: 9},
	"IT": {code: "39", min: 6, max: 11, keeps: true},
	"KZ": {code: "7", trunk: "8", min: 10, max: 10, exit: "810"},
	"LI": {code: "423", min: 7, max: 9},
	"LT": {code: "370", trunk: "8 0", min: 8, max: 8},
	"LU": {code: "352", min: 6, max: 11},
	"LV": {code: "371", min: 8, max: 8},
	"MD": {code: "373", trunk: "0", min: 8, max: 8},
	"ME": {code: "382", trunk: "0", min: 8, max: 9},
	"MK": {code: "389", trunk: "0", min: 8, max: 8},
	"MT": {code: "356", min: 8, max: 8},
	"NL": {code: "31", trunk: "0", min: 9, max: 9},
	"NO": {code: "47", min: 8, max: 8},
	"PL": {code: "48", min: 9, max: 9},
	"PT": {code: "351", min: 9, max: 9},
	"RO": {code: "40", trunk: "0", min: 9, max: 9},
	"RS": {code: "381", trunk: "0", min: 8, max: 10},
	"RU": {code: "7", trunk: "8", min: 10, max: 10, exit: "810"},
	"SE": {code: "46", trunk: "0", min: 7, max: 10},
	"SI": {code: "386", trunk: "0", min: 8, max: 8},
	"SK": {code: "421", trunk: "0", min: 9, max: 9},
	"TR": {code: "90", trunk: "0", min: 10, max: 10},
	"UA": {code: "380", trunk: "0", min: 9, max: 9},
	"US": {code: "1", trunk: "1", min: 10, max: 10, exit: "011"},
}

// byCode are the plans by their codes, of which some are shared.
var byCode = func() map[string][]plan {
	m := make(map[string][]plan, len(plans))
	for _, p := range plans {
		m[p.code] = append(m[p.code], p)
	}
	return m
}()

// Known reports whether the numbers of a country (ISO 3166-1 alpha-2) can be read without their code.
func Known(country string) bool { _, ok := plans[country]; return ok }
