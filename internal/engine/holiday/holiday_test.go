package holiday_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	. "tellus/internal/engine/holiday"
)

func listed(country, part string, year int) (lines []string) {
	for _, h := range In(country, part, year) {
		line := h.Date.String()[5:] + " " + h.Key
		if h.Substitute {
			line += " substitute"
		}
		if h.Usual {
			line += " usual"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestYearsAsPublished(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country, part string
		year          int
		want          []string
	}{
		{"LV", "", 2024, []string{"01-01 new_year", "03-29 good_friday", "03-31 easter_sunday", "04-01 easter_monday", "05-01 labour_day", "05-04 independence_restored",
			"05-06 independence_restored substitute", "05-12 mothers_day", "05-19 whit_sunday", "06-23 midsummer_eve", "06-24 midsummer_day", "11-18 republic_proclaimed",
			"12-24 christmas_eve", "12-25 christmas_day", "12-26 second_christmas_day", "12-31 new_years_eve"}},
		{"GB", "EAW", 2022, []string{"01-01 new_year", "01-03 new_year substitute", "04-15 good_friday", "04-18 easter_monday", "05-02 early_may", "06-02 spring", "06-03 jubilee",
			"08-29 summer", "09-19 state_funeral", "12-25 christmas_day", "12-26 boxing_day", "12-27 christmas_day substitute"}},
		{"GB", "EAW", 2021, []string{"01-01 new_year", "04-02 good_friday", "04-05 easter_monday", "05-03 early_may", "05-31 spring", "08-30 summer", "12-25 christmas_day",
			"12-26 boxing_day", "12-27 christmas_day substitute", "12-28 boxing_day substitute"}},
		{"GB", "SCT", 2022, []string{"01-01 new_year", "01-02 second_january", "01-03 new_year substitute", "01-04 second_january substitute", "04-15 good_friday", "05-02 early_may",
			"06-02 spring", "06-03 jubilee", "08-01 summer", "09-19 state_funeral", "11-30 st_andrew", "12-25 christmas_day", "12-26 boxing_day", "12-27 christmas_day substitute"}},
		{"GB", "NIR", 2020, []string{"01-01 new_year", "03-17 st_patrick", "04-10 good_friday", "04-13 easter_monday", "05-08 early_may", "05-25 spring", "07-12 boyne",
			"07-13 boyne substitute", "08-31 summer", "12-25 christmas_day", "12-26 boxing_day", "12-28 boxing_day substitute"}},
		{"DE", "BY", 2025, []string{"01-01 new_year", "01-06 epiphany", "04-18 good_friday", "04-21 easter_monday", "05-01 labour_day", "05-29 ascension", "06-09 whit_monday",
			"06-19 corpus_christi", "08-15 assumption usual", "10-03 unity", "11-01 all_saints", "12-25 christmas_day", "12-26 second_christmas_day"}},
		{"DE", "BE", 2025, []string{"01-01 new_year", "03-08 womens_day", "04-18 good_friday", "04-21 easter_monday", "05-01 labour_day", "05-08 liberation", "05-29 ascension",
			"06-09 whit_monday", "10-03 unity", "12-25 christmas_day", "12-26 second_christmas_day"}},
		{"DE", "SN", 2027, []string{"01-01 new_year", "03-26 good_friday", "03-29 easter_monday", "05-01 labour_day", "05-06 ascension", "05-17 whit_monday",
			"05-27 corpus_christi usual", "10-03 unity", "10-31 reformation", "11-17 repentance", "12-25 christmas_day", "12-26 second_christmas_day"}},
		{"PL", "", 2018, []string{"01-01 new_year", "01-06 epiphany", "04-01 easter_sunday", "04-02 easter_monday", "05-01 labour_day", "05-03 constitution", "05-20 whit_sunday",
			"05-31 corpus_christi", "08-15 assumption", "11-01 all_saints", "11-11 independence", "11-12 independence_centenary", "12-25 christmas_day", "12-26 second_christmas_day"}},
		{"XX", "", 2025, nil}, {"LV", "", 2009, nil}, {"LV", "", 2101, nil},
	} {
		if diff := cmp.Diff(c.want, listed(c.country, c.part, c.year)); diff != "" {
			t.Errorf("%s %s %d (-want +got):\n%s", c.country, c.part, c.year, diff)
		}
	}
}

func TestReformationDayOf2017IsInAllStatesOnce(t *testing.T) {
	t.Parallel()
	for _, c := range Countries() {
		if c.Code != "DE" {
			continue
		}
		for _, part := range c.Parts {
			n := 0
			for _, h := range In("DE", part, 2017) {
				if h.Key == "reformation" {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s has it %d times", part, n)
			}
		}
	}
}

// published are Easter Sundays of the table in the Book of Common Prayer, and the earliest and the latest there are.
func TestEasterAsPublished(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{1818: "1818-03-22", 1943: "1943-04-25", 2008: "2008-03-23", 2019: "2019-04-21", 2024: "2024-03-31", 2025: "2025-04-20", 2038: "2038-04-25", 2076: "2076-04-19", 2079: "2079-04-23"} {
		if got := Easter(year).String(); got != want {
			t.Errorf("Easter(%d) = %s, want %s", year, got, want)
		}
	}
}

func TestWhatHoldsOfEveryYear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(Countries()).Draw(t, "country")
		part := rapid.SampledFrom(append([]string{""}, c.Parts...)).Draw(t, "part")
		year := rapid.IntRange(FirstYear, LastYear).Draw(t, "year")
		list := In(c.Code, part, year)
		days := map[string]bool{}
		for i, h := range list {
			if h.Date.Year() != year {
				t.Fatalf("%v is not of %d", h, year)
			}
			if i > 0 && h.Date < list[i-1].Date {
				t.Fatalf("%v is out of order", h)
			}
			if wd := h.Date.Weekday(); h.Substitute && (wd == time.Saturday || wd == time.Sunday) {
				t.Fatalf("%v stands in for a weekend on a weekend", h)
			}
			if key := fmt.Sprint(h.Key, h.Substitute); days[key] {
				t.Fatalf("%v is there twice", h)
			} else {
				days[key] = true
			}
		}
		if easter := Easter(year); easter.Weekday() != time.Sunday || easter < desk.On(year, 3, 22) || easter > desk.On(year, 4, 25) {
			t.Fatalf("Easter(%d) = %s", year, easter)
		}
	})
}

// peculiar are facts of peers on which we differ, by country and key, with the reason.
var peculiar = map[string]string{
	"LV mothers_day":   "the law names Mother's Day among the holidays; they call it an observance",
	"LV whit_sunday":   "the law names Pentecost among the holidays; they leave it out",
	"LV song_festival": "the law gives the day after the last day of the Song Festival; they leave it out",
	"LT mothers_day":   "article 123 of the Labour Code names it; they call it an observance",
	"LT fathers_day":   "article 123 of the Labour Code names it; they call it an observance",
	"LV papal_visit":   "a law of that year named it; they leave it out",
}

func corpus(t *testing.T, name string) [][]string {
	folder := os.Getenv("TELLUS_CORPUS")
	if folder == "" {
		t.Skip("TELLUS_CORPUS names no folder of facts")
	}
	data, err := os.ReadFile(filepath.Join(folder, "holidays", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:] {
		rows = append(rows, strings.Split(line, "\t"))
	}
	return rows
}

func TestFactsOfDateHolidaysAgree(t *testing.T) {
	t.Parallel()
	type year struct{ country, year string }
	public, other := map[year][]string{}, map[year][]string{}
	for _, r := range corpus(t, "date-holidays/holidays.tsv") {
		y := year{r[0], r[1]}
		if r[3] == "public" {
			public[y] = append(public[y], r[2])
		} else {
			other[y] = append(other[y], r[2])
		}
	}
	met := map[string]bool{}
	for y, dates := range public {
		var n int
		if _, err := fmt.Sscan(y.year, &n); err != nil {
			t.Fatal(err)
		}
		ours := map[string]bool{}
		for _, h := range In(y.country, "", n) {
			ours[h.Date.String()] = true
			known := slices.Contains(dates, h.Date.String()) || h.Usual && slices.Contains(other[y], h.Date.String())
			if key := y.country + " " + h.Key; !known && peculiar[key] == "" {
				t.Errorf("%s %s: %s is a holiday here alone", y.country, h.Date, h.Key)
			} else if !known {
				met[key] = true
			}
		}
		for _, d := range dates {
			if !ours[d] {
				t.Errorf("%s %s: they have a public holiday", y.country, d)
			}
		}
	}
	for key, why := range peculiar {
		if !met[key] {
			t.Errorf("%s: the facts agree; the table says that they do not: %s", key, why)
		}
	}
}

// rickarElsewhere are facts that are no holidays here.
var rickarElsewhere = map[string]string{
	"DE Heiligabend":  "no law of a state makes Christmas Eve a holiday; they have it as one of banks",
	"DE Silvester":    "no law of a state makes New Year's Eve a holiday; they have it as one of banks",
	"PL ChristmasEve": "the law holds from 2025 on",
	"LT AllSoulsDay":  "the law holds from 2020 on",
}

func TestFactsOfRickarAgree(t *testing.T) {
	t.Parallel()
	countries := Countries()
	for _, r := range corpus(t, "sla-facts/rickar_cal_holidays.tsv") {
		var year int
		if _, err := fmt.Sscan(r[2], &year); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(countries, func(c Country) bool { return c.Code == r[0] })
		if i < 0 {
			t.Errorf("country %s is not known", r[0])
			continue
		}
		for _, want := range r[3:5] {
			found := want == "" || want == "-"
			for _, part := range append([]string{""}, countries[i].Parts...) {
				for _, h := range In(r[0], part, year) {
					found = found || h.Date.String() == want
				}
			}
			if !found && rickarElsewhere[r[0]+" "+r[1]] == "" {
				t.Errorf("%s: %s is no holiday here", strings.Join(r, " "), want)
			}
		}
	}
}
