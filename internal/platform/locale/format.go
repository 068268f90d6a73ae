package locale

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// noBreak keeps the parts of a number or a date on one line.
const noBreak = "\u00a0"

// format is how a language writes numbers and dates.
type format struct {
	group, decimal string
	months         [12]string
	// date takes day, month as in months, month as two digits, and year.
	date func(day int, month, digits string, year int) string
	// at stands between a date and a time.
	at string
}

// months must be given as they stand beside a day: in most of these languages another case than alone.
func months(words string) (m [12]string) {
	copy(m[:], strings.Fields(words))
	return m
}

// The dates are those that people write: digits alone in Latvian and Lithuanian, the abbreviated month of CLDR elsewhere, with the day first in English,
// which is understood everywhere. They stand in sentences as they are, in the case that "by" and "until" ask for.
var formats = map[string]format{
	"en": {group: ",", decimal: ".", months: months("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"), date: dayMonthYear("", ""), at: " at "},
	"lv": {group: noBreak, decimal: ",", months: months("janv. febr. marts apr. maijs jūn. jūl. aug. sept. okt. nov. dec."), date: func(day int, _, digits string, year int) string {
		return two(day) + "." + digits + "." + strconv.Itoa(year) + "."
	}, at: " plkst. "},
	"lt": {group: noBreak, decimal: ",", months: months("saus. vas. kov. bal. geg. birž. liep. rugp. rugs. spal. lapkr. gruod."), date: func(day int, _, digits string, year int) string {
		return strconv.Itoa(year) + "-" + digits + "-" + two(day)
	}, at: " "},
	"pl": {group: noBreak, decimal: ",", months: months("sty lut mar kwi maj cze lip sie wrz paź lis gru"), date: dayMonthYear("", ""), at: ", godz. "},
	"ru": {group: noBreak, decimal: ",", months: months("янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек."), date: dayMonthYear("", " г."), at: " в "},
	"uk": {group: noBreak, decimal: ",", months: months("січ. лют. бер. квіт. трав. черв. лип. серп. вер. жовт. лист. груд."), date: dayMonthYear("", " р."), at: " о "},
	"et": {group: noBreak, decimal: ",", months: months("jaan veebr märts apr mai juuni juuli aug sept okt nov dets"), date: dayMonthYear(".", ""), at: " kell "},
	"de": {group: ".", decimal: ",", months: months("Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez."), date: dayMonthYear(".", ""), at: " um "},
}

func dayMonthYear(afterDay, afterYear string) func(int, string, string, int) string {
	return func(day int, month, _ string, year int) string {
		return strconv.Itoa(day) + afterDay + noBreak + month + noBreak + strconv.Itoa(year) + strings.ReplaceAll(afterYear, " ", noBreak)
	}
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func formatOf(lang string) format {
	if f, ok := formats[lang]; ok {
		return f
	}
	return formats[Match(lang)]
}

// Date returns the day of t, in t's own zone, as "22 Nov 2026" or what the language writes for it. Parts are joined by no-break spaces.
func Date(lang string, t time.Time) string {
	return formatOf(lang).date(t.Day(), formatOf(lang).months[t.Month()-1], two(int(t.Month())), t.Year())
}

// Time returns the time of day of t, in t's own zone, as "09:05".
func Time(_ string, t time.Time) string { return t.Format("15:04") }

// DateTime returns day and time of t.
func DateTime(lang string, t time.Time) string {
	return Date(lang, t) + formatOf(lang).at + Time(lang, t)
}

// Integer returns n in groups of three digits: "1 234 567", with no-break spaces, commas or dots.
func Integer(lang string, n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "−", digits[1:]
	}
	return sign + grouped(digits, formatOf(lang).group)
}

// Number returns x rounded to so many decimals (0 to 9), as "1 234,56" or "1,234.56". What is not finite is written as "–".
func Number(lang string, x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "–"
	}
	f := formatOf(lang)
	text := strconv.FormatFloat(math.Abs(x), 'f', max(0, min(decimals, 9)), 64)
	whole, fraction, _ := strings.Cut(text, ".")
	out := grouped(whole, f.group)
	if fraction != "" {
		out += f.decimal + fraction
	}
	if x < 0 && strings.Trim(text, "0.") != "" {
		return "−" + out
	}
	return out
}

func grouped(digits, separator string) string {
	var b strings.Builder
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(separator)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// Size returns a number of bytes as "1,5 MB", in steps of 1,000 (SI).
func Size(lang string, bytes int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	size, unit := float64(max(0, bytes)), 0
	for size >= 999.5 && unit < len(units)-1 {
		size /= 1000
		unit++
	}
	decimals := 0
	if unit > 0 && size < 9.95 {
		decimals = 1
	}
	return Number(lang, size, decimals) + noBreak + units[unit]
}
