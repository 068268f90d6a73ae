package commitment

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tellus/internal/engine/worktime"
)

// A Tuesday, ten past two in the afternoon.
var tuesday = time.Date(2026, 11, 24, 14, 10, 0, 0, mustZone("Europe/Riga"))

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

func at(day, hour, minute int) string {
	return time.Date(2026, 11, day, hour, minute, 0, 0, tuesday.Location()).Format("Mon 2 Jan 15:04")
}

func TestPromisesAreNoticed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		// English
		"I will call you tomorrow at one.":                                   {"tomorrow at one", at(25, 13, 0)},
		"We'll refund the 30 euros by Friday.":                               {"by Friday", at(27, 17, 0)},
		"I'll get back to you within two working days":                       {"within two working days", at(26, 17, 0)},
		"You will receive it by the end of the day.":                         {"by the end of the day", at(24, 17, 0)},
		"Our technician will be there on Monday morning.":                    {"on Monday morning", at(30, 12, 0)},
		"We will answer in 3-5 days.":                                        {"in 3-5 days", at(29, 17, 0)},
		"I will check and call you back at 16:30.":                           {"at 16:30", at(24, 16, 30)},
		"I'll look at it in half an hour.":                                   {"in half an hour", at(24, 14, 40)},
		"Thanks for waiting. I shall send it on 27 November. Best":           {"on 27 November", at(27, 17, 0)},
		"We are going to ship it next week.":                                 {"next week", at(4+30, 17, 0)},
		"If it does not arrive by Friday, we will send a new one on Monday.": {"", ""}, // the first time belongs to a condition
		// Latvian
		"Piezvanīšu jums rīt plkst. 13.":                  {"rīt plkst. 13", at(25, 13, 0)},
		"Naudu atmaksāsim līdz piektdienai.":              {"līdz piektdienai", at(27, 17, 0)},
		"Atbildēsim divu darba dienu laikā.":              {"divu darba dienu laikā", at(26, 17, 0)},
		"Sūtījumu saņemsiet 27. novembrī.":                {"27. novembrī", at(27, 17, 0)},
		"Piezvanisu pec stundas":                          {"pec stundas", at(24, 15, 10)},
		"Es pārbaudīšu un atrakstīšu līdz dienas beigām.": {"līdz dienas beigām", at(24, 17, 0)},
		"Pasūtījums tiks nosūtīts nākamnedēļ.":            {"nākamnedēļ", at(34, 17, 0)},
		// Lithuanian
		"Paskambinsiu jums rytoj 13 val.":               {"rytoj 13 val", at(25, 13, 0)},
		"Pinigus grąžinsime iki penktadienio.":          {"iki penktadienio", at(27, 17, 0)},
		"Atsakysime per dvi darbo dienas.":              {"per dvi darbo dienas", at(26, 17, 0)},
		"Prekę gausite lapkričio 27 d.":                 {"lapkričio 27 d", at(27, 17, 0)},
		"Patikrinsiu ir parašysiu iki dienos pabaigos.": {"iki dienos pabaigos", at(24, 17, 0)},
		// Polish
		"Oddzwonię jutro o pierwszej.":                         {"jutro o pierwszej", at(25, 13, 0)},
		"Panie Marku, różnica 30 zł wróci na konto do piątku.": {"do piątku", at(27, 17, 0)},
		"Odpowiemy w ciągu dwóch dni roboczych.":               {"w ciągu dwóch dni roboczych", at(26, 17, 0)},
		"Paczka zostanie wysłana 27 listopada.":                {"27 listopada", at(27, 17, 0)},
		"Sprawdzimy to i zadzwonimy dzisiaj do godz. 16:00":    {"dzisiaj do godz. 16:00", at(24, 16, 0)},
		// No promises
		"Will you call me tomorrow?":                    {},
		"Please send us the photos by Friday.":          {},
		"I called you yesterday.":                       {},
		"I will be out of office until Friday.":         {},
		"We will not make it by Friday.":                {},
		"It arrived on Monday.":                         {},
		"Lūdzu, atsūtiet bildes līdz piektdienai.":      {},
		"Nevarēšu piezvanīt rīt.":                       {},
		"Vakar piezvanīju.":                             {},
		"Prašome atsiųsti nuotraukas iki penktadienio.": {},
		"Proszę przesłać zdjęcia do piątku.":            {},
		"Nie zadzwonimy jutro.":                         {},
		"Wysłaliśmy paczkę w piątek.":                   {},
		"Dziękuję za rozmowę w piątek.":                 {},
		"Vakara maltīte būs garda.":                     {},
		"A 1/2 brick will be fine.":                     {},
		"I will call you today at 9:00.":                {}, // which has passed
	} {
		var phrase, due string
		if got := Notice(text, tuesday, nil); len(got) > 0 {
			phrase, due = got[0].Phrase, got[0].Due.Format("Mon 2 Jan 15:04")
		}
		if phrase != want[0] || due != want[1] {
			t.Errorf("%s\n got %q %s\nwant %q %s", text, phrase, due, want[0], want[1])
		}
	}
}

func TestTheEndOfADayIsThatOfTheCalendar(t *testing.T) {
	t.Parallel()
	plan := worktime.Plan{Zone: "Europe/Riga"}
	for d := 1; d <= 4; d++ { // Monday to Thursday, to half past eight in the evening
		plan.Week[d] = []worktime.Hours{{From: 9 * time.Hour, To: 20*time.Hour + 30*time.Minute}}
	}
	cal, err := worktime.Compile(plan)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"I will call you tomorrow.":                at(25, 20, 30),
		"I will answer within three working days.": at(30, 20, 30), // Wednesday, Thursday, Monday
		"I will answer by the end of the week.":    at(26, 20, 30),
		"I will answer on Friday.":                 at(27, 17, 0), // it is closed, and yet that is what was said
	} {
		got := Notice(text, tuesday, cal)
		if len(got) != 1 || got[0].Due.Format("Mon 2 Jan 15:04") != want {
			t.Errorf("%s\n got %+v\nwant %s", text, got, want)
		}
	}
}

// TestWhatIsNoticedIsAhead: whenever it is read, a promise is due later than now and within a year, and its phrase stands in its sentence and that in the text.
func TestWhatIsNoticedIsAhead(t *testing.T) {
	t.Parallel()
	vows := []string{"I will call you", "piezvanīšu", "paskambinsiu", "oddzwonię", "we'll answer", "please"}
	whens := []string{"tomorrow", "rīt", "rytoj", "jutro", "by Friday", "piektdien", "iki penktadienio", "do piątku", "at one", "plkst. 9", "o 17", "13 val.", "in 3 hours", "stundas laikā", "per 2 dienas",
		"w ciągu 5 dni roboczych", "31.12.", "29 February", "2027-01-05", "end of the month", "next Monday", "25:99", "0 days", "999 weeks"}
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for range rapid.IntRange(1, 6).Draw(t, "sentences") {
			text.WriteString(rapid.SampledFrom(vows).Draw(t, "vow") + " " + rapid.SampledFrom(whens).Draw(t, "when") + rapid.SampledFrom([]string{". ", " ", ", ", "? ", "\n"}).Draw(t, "end"))
		}
		now := time.Unix(rapid.Int64Range(1.6e9, 2.2e9).Draw(t, "now"), 0).In(mustZone(rapid.SampledFrom([]string{"Europe/Riga", "Europe/Warsaw", "Pacific/Apia", "America/St_Johns", "UTC"}).Draw(t, "zone")))
		for _, n := range Notice(text.String(), now, nil) {
			if !n.Due.After(now) || n.Due.Sub(now) > farthest {
				t.Fatalf("at %s %q is due at %s", now, n.Phrase, n.Due)
			}
			if n.Phrase == "" || !strings.Contains(n.Sentence, n.Phrase) || !strings.Contains(text.String(), n.Sentence) {
				t.Fatalf("%q of %q is not in %q", n.Phrase, n.Sentence, text.String())
			}
		}
	})
}

func FuzzNotice(f *testing.F) {
	for _, s := range []string{"I will call you tomorrow at one.", "Atbildēšu 2 darba dienu laikā", "iki 27 d. 13 val.", "do 3-5 dni roboczych", "31.02.2027 \xff ’ 99:99", "a a a a half an", "7./8/9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, n := range Notice(s, tuesday, nil) {
			if !n.Due.After(tuesday) || utf8.ValidString(s) && !strings.Contains(s, n.Phrase) {
				t.Errorf("%q of %q at %s", n.Phrase, s, n.Due)
			}
		}
	})
}

func BenchmarkNotice(b *testing.B) {
	text := strings.Repeat("Thank you for your mail, we have looked into it. I will call you tomorrow at one and say what we found. ", 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Notice(text, tuesday, nil)
	}
}
