package quote

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Each case is written with its visible reply between «».
var replies = map[string]string{
	"no history":                       "«Labdien!\n\nKur ir mans pasūtījums?»",
	"lv gmail":                         "«Paldies, der.»\n\nPirmd., 2024. g. 4. marts, plkst. 10:15 — lietotājs Veikals (<serviss@veikals.example>) rakstīja:\n\n> Labdien!\n> Vai der sarkana?\n",
	"lt gmail":                         "«Ačiū, tinka.»\n\n2024-03-04, pr, 10:15 Parduotuvė <pagalba@parduotuve.example> rašė:\n\n> Ar tinka raudona?\n",
	"pl outlook":                       "«Dzień dobry,\n\nproszę o fakturę.»\n\n________________________________\nOd: Sklep <pomoc@sklep.example>\nWysłano: poniedziałek, 4 marca 2024 10:15\nDo: Jan Kowalski\nTemat: Zamówienie 81\n\nDzień dobry, w czym możemy pomóc?\n",
	"lv outlook":                       "«Jā, lūdzu.»\n\nNo: Veikals <serviss@veikals.example>\nNosūtīts: pirmdiena, 2024. gada 4. marts 10:15\nKam: Ilze Kalniņa <ilze@pasts.example>\nTēma: Re: Pasūtījums\n\nVai sūtīt?\n",
	"lt outlook":                       "«Taip.»\n\nNuo: Parduotuvė <pagalba@parduotuve.example>\nIšsiųsta: 2024 m. kovo 4 d., pirmadienis 10:15\nKam: Ona Onaitė\nTema: Užsakymas\n\nAr siųsti?\n",
	"et":                               "«Aitäh!»\n\nKontakt Pood (<abi@pood.example>) kirjutas kuupäeval E, 4. märts 2024 kell 10:15:\n\n> Tere\n",
	"ru without marks":                 "«Спасибо, всё пришло.»\n\nпн, 4 мар. 2024 г. в 10:15, Магазин <help@shop.example>:\n\nДобрый день! Посылка отправлена.\n",
	"uk":                               "«Дякую!»\n\nпн, 4 бер. 2024 р. о 10:15 Крамниця <help@shop.example> пише:\n\n> Вітаю\n",
	"hu":                               "«Köszönöm.»\n\nBolt <segito@bolt.example> ezt írta (időpont: 2024. márc. 4., H, 10:15):\n\n> Jó napot\n",
	"ja":                               "«ありがとうございます。»\n\n2024年3月4日(月) 10:15 Shop <help@shop.example>:\n\n> こんにちは\n",
	"zh":                               "«谢谢。»\n\nShop <help@shop.example> 于2024年3月4日周一 10:15写道:\n\n> 您好\n",
	"ko":                               "«감사합니다»\n\n2024년 3월 4일 (월) 오전 10:15, Shop <help@shop.example>님이 작성:\n\n> 안녕하세요\n",
	"tr":                               "«Teşekkürler.»\n\nMağaza <yardim@magaza.example>, 4 Mar 2024 Pzt, 10:15 tarihinde şunu yazdı:\n\n> Merhaba\n",
	"wrapped three times":              "«Fine by me.»\nOn Mon, Mar 4, 2024 at 10:15 AM The Very Long Name of a Shop via Some Help Desk\n<help+a0b1c2d3e4f5@verylongdomainname.helpdesk.example>\nwrote:\n\n> Is it?\n",
	"wrapped inside the date":          "«Ok.»\n\nOn Mon, Mar 4,\n2024 at 10:15 AM Shop <help@shop.example> wrote:\n\nUnmarked history.\n",
	"answer below":                     "On Mon, Mar 4, 2024 at 10:15 AM Shop <help@shop.example> wrote:\n> Which size?\n> Which colour?\n\n«Size 42, blue.»\n",
	"answers inside":                   "«Hello,»\n\nOn Mon, Mar 4, 2024 at 10:15 AM Shop <help@shop.example> wrote:\n\n«> Which size?\n\n42\n\n> Which colour?\n\nBlue.»\n\n> Thanks,\n> Shop\n",
	"quote without introduction above": "«> Which size?\n\n42, please.»\n",
	"signature":                        "«See you.»\n\n-- \nAnn Smith\nACME Ltd\n",
	"phone":                            "«See you.»\n\nSent from my Galaxy\n",
	"phone lv":                         "«Tiekamies.»\n\nNosūtīts no mana iPhone\n",
	"phone lt":                         "«Iki.»\n\nIšsiųsta iš mano „iPhone“\n",
	"phone pl":                         "«Do zobaczenia.»\n\nWysłane z iPhone'a\n",
	"phone above history":              "«Yes.»\n\nSent from my iPhone\n\n> On 4 Mar 2024, at 10:15, Shop <help@shop.example> wrote:\n> \n> Shall we?\n",
	"closing with details":             "«Prašau atsakyti.\n\nPagarbiai,\nOna Onaitė»\nUAB Pavyzdys\nTel. +370 600 00000\nwww.pavyzdys.example\n",
	"closing without details":          "«Lūdzu atbildiet.\n\nAr cieņu,\nIlze Kalniņa»\n",
	"contact asked for":                "«Of course, here it is:\n\nAnn Smith\nann@example.com\n+371 20000000»\n",
	"postscript below the closing":     "«Please call.\n\nRegards,\nAnn\n\nPS: my new number is +371 20000000»\n",
	"journey":                          "«Please rebook:\n\nFrom: Riga\nTo: Oslo\nDate: 5 May 2024\n\nThank you.»\n",
	"web form":                         "«Name: Ann Smith\nEmail: ann@example.com\nSubject: Cups\nMessage: One is broken since 4 March 2024.\n\nCan you send another?»\n",
	"numbers with colons":              "«Our hours:\n\nOn Monday 4 March 2024 we wrote:\nclosed at 17:00.\n\nIs that right?»\n",
	"customer quotes herself":          "«On 5 May 2024 I wrote:\n\nthe cup is broken.\n\nNobody answered.»\n",
	"underscores in own text":          "«First part.\n______\nSecond part, which matters.»\n",
	"list footer":                      "«See you.»\n\n_______________________________________________\ncups mailing list\ncups@lists.example.org\n",
	"web form below a rule":            "«New message:\n=====\nName: Ann Smith\nPhone: +371 20000000\nEmail: ann@example.com\nTown: Riga»\n",
	"details below a rule":             "«See you.»\n\n-----\nAnn Smith\n+371 20000000\nann@example.com\n",
	"rule in own text":                 "«First part.\n\n-----\n\nSecond part, which matters.»\n",
	"sentence like a footer":           "«Sent from my office yesterday, it should be with you by now. Please check the telephone as well.»\n",
	"list of dashes":                   "«Needed:\n\n-- two cups\n-- one plate»\n",
	"forward without comment":          "«---------- Forwarded message ---------\nFrom: Bank <info@bank.example>\nDate: Mon, Mar 4, 2024 at 10:15 AM\nSubject: Your payment\nTo: <ann@example.com>\n\nIt failed.»\n",
	"forward with comment":             "«What does this mean?»\n\n---------- Forwarded message ---------\nFrom: Bank <info@bank.example>\nDate: Mon, Mar 4, 2024 at 10:15 AM\nSubject: Your payment\nTo: <ann@example.com>\n\nIt failed.\n",
	"reply above this line":            "«All good now.»\n\n##- Please type your reply above this line -##\n\nYour request 81 was updated.\n",
	"crlf":                             "«Yes.\r\nPlease.»\r\n\r\nOn Mon, Mar 4, 2024 at 10:15 AM Shop <help@shop.example> wrote:\r\n> Shall we?\r\n",
	"only a quote":                     "«> All of it is quoted.»\n",
	"bold outlook labels":              "«Agreed.»\n\n*From:* Shop <help@shop.example>\n*Sent:* Monday, March 4, 2024 10:15 AM\n*To:* Ann Smith\n*Subject:* Order 81\n\nDo you agree?\n",
	"unknown language":                 "«Yes.»\n\n4.3.2024 10:15 Xyz Abc qrst uvwx:\n> quoted\n> text\n",
}

func TestVisibleTextIsWhatTheWriterWrote(t *testing.T) {
	t.Parallel()
	for name, marked := range replies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.NewReplacer("«", "", "»", "").Replace(marked)
			var want strings.Builder
			for _, part := range strings.Split(marked, "«")[1:] {
				own, _, _ := strings.Cut(part, "»")
				if want.Len() > 0 {
					want.WriteString("\n\n")
				}
				want.WriteString(own)
			}
			if diff := cmp.Diff(want.String(), VisibleText(text)); diff != "" {
				t.Errorf("VisibleText (-want +got):\n%s", diff)
			}
		})
	}
}

// What Apple Mail, Gmail, Thunderbird and webmailers write above a quote, by language.
var introductions = []string{
	"2024. gada 4. marts plkst. 10:15 lietotājs Shop <help@shop.example> rakstīja:",
	"Pirmd., 2024. g. 4. marts, plkst. 10:15 — lietotājs Shop (<help@shop.example>) rakstīja:",
	"Shop @ 2024-03-04 10:15 rakstīja:",
	"2024-03-04 10:15, Shop <help@shop.example> rašė:",
	"2024 m. kovo 4 d., pr 10:15 Shop <help@shop.example> rašė:",
	"Wiadomość napisana przez Shop <help@shop.example> w dniu 4 mar 2024, o godz. 10:15:",
	"pon., 4 mar 2024 o 10:15 Shop <help@shop.example> napisał(a):",
	"W dniu 4.03.2024 o 10:15, Shop pisze:",
	"Dnia 4 marca 2024 10:15 Shop <help@shop.example> napisał(a):",
	"4 марта 2024 г., в 10:15, Shop <help@shop.example> написал(а):",
	"04.03.2024 10:15, Shop пишет:",
	"Понедельник, 4 марта 2024, 10:15 +03:00 от Shop <help@shop.example>:",
	"4 бер. 2024 р. о 10:15 Shop <help@shop.example> пише:",
	"Kontakt Shop (<help@shop.example>) kirjutas kuupäeval E, 4. märts 2024 kell 10:15:",
	"Am 04.03.24 um 10:15 schrieb Shop:",
	"Shop <help@shop.example> schrieb am Mo., 4. März 2024, 10:15:",
	"Shop <help@shop.example> kirjoitti 4.3.2024 kello 10.15:",
	"Den mån 4 mars 2024 kl 10:15 skrev Shop <help@shop.example>:",
	"man. 4. mar. 2024 kl. 10:15 skrev Shop <help@shop.example>:",
	"Op ma 4 mrt 2024 om 10:15 schreef Shop <help@shop.example>:",
	"Le lun. 4 mars 2024 à 10:15, Shop <help@shop.example> a écrit :",
	"El lun, 4 mar 2024 a las 10:15, Shop (<help@shop.example>) escribió:",
	"Em seg., 4 de mar. de 2024 às 10:15, Shop <help@shop.example> escreveu:",
	"Il giorno lun 4 mar 2024 alle ore 10:15 Shop <help@shop.example> ha scritto:",
	"po 4. 3. 2024 v 10:15 odesílatel Shop <help@shop.example> napsal:",
	"Dňa po 4. 3. 2024, 10:15 Shop <help@shop.example> napísal(a):",
	"Shop <help@shop.example> ezt írta (időpont: 2024. márc. 4., H, 10:15):",
	"În lun., 4 mar. 2024 la 10:15, Shop <help@shop.example> a scris:",
	"Shop <help@shop.example>, 4 Mar 2024 Pzt, 10:15 tarihinde şunu yazdı:",
	"Στις Δευ 4 Μαρ 2024 στις 10:15 π.μ., ο χρήστης Shop <help@shop.example> έγραψε:",
	"На пн, 4.03.2024 г. в 10:15 Shop <help@shop.example> написа:",
	"2024年3月4日(月) 10:15 Shop <help@shop.example>:",
	"Shop <help@shop.example> 于2024年3月4日周一 10:15写道：",
	"Shop <help@shop.example> 於 2024年3月4日 週一 上午10:15寫道：",
	"2024년 3월 4일 (월) 오전 10:15, Shop <help@shop.example>님이 작성:",
	"On Monday, March 4th, 2024 at 10:15, Shop <help@shop.example> wrote:",
	"---- On Mon, 04 Mar 2024 10:15:00 +0200 Shop <help@shop.example> wrote ---",
	"2024-03-04 10:15 GMT+02:00 Shop <help@shop.example>:",
}

func TestIntroductionsInManyLanguages(t *testing.T) {
	t.Parallel()
	const reply = "Hello,\nthe red one, please.\n\nAnn"
	for _, intro := range introductions {
		for name, below := range map[string]string{"marked": "> Which one?\n> Red?", "unmarked": "Which one?\n\nRed?"} {
			if got := VisibleText(reply + "\n\n" + intro + "\n\n" + below + "\n"); got != reply {
				t.Errorf("%s below %q: visible %q", name, intro, got)
			}
		}
	}
}

// The same words without a mail program behind them.
func TestSentencesLikeIntroductionsStayVisible(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"On Monday I need two things:", "My colleague wrote:", "The label says 2024-03-04:", "You can reach me at ann@example.com:", "As agreed on 4 March 2024 with Mr Smith:",
		"Jūsu kolēģe rakstīja:", "Štai ką parašė kurjeris:", "Kurier napisał:", "Курьер написал:", "Opening hours from 10:15:", "I called on 04.03.2024 at 10:15 and the answer was:",
		"Order 1234 of 2024-03-04, ann@example.com:",
	} {
		text := "Hello,\n\n" + line + "\n\nit is broken.\n\nAnn"
		if got := VisibleText(text); got != text {
			t.Errorf("below %q: visible %q", line, got)
		}
	}
}

func TestSplitTellsSignatureFromQuote(t *testing.T) {
	t.Parallel()
	text := "Yes.\n\n-- \nAnn\n\nOn Mon, Mar 4, 2024 at 10:15 AM Shop <help@shop.example> wrote:\n> Shall we?\n"
	want := []Section{{Visible, 0, 6}, {Signature, 6, 15}, {Quote, 15, len(text)}}
	if diff := cmp.Diff(want, Split(text)); diff != "" {
		t.Errorf("Split (-want +got):\n%s", diff)
	}
}

// anyMail draws texts out of the pieces that mails are made of, in any order.
func anyMail() *rapid.Generator[string] {
	pieces := []string{
		"Hello", "yes, that is right", "> quoted", ">> twice", "", "", " ", "-- ", "--", "____", "-----", "Sent from my iPhone", "On Mon, Mar 4, 2024 at 10:15 AM Ann <ann@example.com> wrote:",
		"wrote:", "From: Ann <ann@example.com>", "Subject: x", "To: Bo <bo@example.com>", "Sent: 4 March 2024 10:15", "-----Original Message-----", "Regards,", "Ann Smith", "+371 20000000", "www.example.com",
		"2024年3月4日 写道：", "İstanbul'da", "\u200f:", "\xff\xfe", ">", ">:", "<", "Am 4. März 2024", "##- reply above this line -##", "\u00a0", "\ufeff", "P.S. call me",
	}
	line := rapid.OneOf(rapid.SampledFrom(pieces), rapid.String())
	return rapid.Custom(func(t *rapid.T) string {
		lines := rapid.SliceOfN(line, 0, 30).Draw(t, "lines")
		return strings.Join(lines, rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"))
	})
}

// checkSections fails unless the sections follow one another, differ from their neighbours and cover the text.
func checkSections(t interface{ Fatalf(string, ...any) }, text string) {
	at := 0
	var last Section
	for i, s := range Split(text) {
		if s.Start != at || s.End <= s.Start || i > 0 && s.Kind == last.Kind {
			t.Fatalf("Split(%q): section %d is %v after %v", text, i, s, last)
		}
		at, last = s.End, s
	}
	if at != len(text) {
		t.Fatalf("Split(%q) covers %d of %d bytes", text, at, len(text))
	}
}

func TestSplitCoversAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkSections(t, anyMail().Draw(t, "mail")) })
}

func TestSomethingStaysVisible(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := anyMail().Draw(t, "mail")
		if clean(text) != "" && newDocument(text).firstInk < len(text) && VisibleText(text) == "" {
			t.Fatalf("VisibleText(%q) is empty", text)
		}
	})
}

// Plain prose in front of a reply must not change by what history hangs below it.
func TestHistoryBelowNeverTakesOwnWords(t *testing.T) {
	t.Parallel()
	own := rapid.SampledFrom([]string{
		"Hello,", "the cup is broken.", "Can you send another one?", "My order is 12345 of 4 March.", "", "Regards", "Ilze", "1. red", "- blue", "Total: 12,50 EUR", "See you on Monday at 10:15",
	})
	below := rapid.SampledFrom([]string{
		"On Mon, Mar 4, 2024 at 10:15 AM Ann <ann@example.com> wrote:\n\n> old\n> words",
		"From: Ann <ann@example.com>\nSent: Monday, March 4, 2024 10:15 AM\nTo: Bo\nSubject: Cups\n\nold words",
		"-----Ursprüngliche Nachricht-----\nVon: Ann <ann@example.com>\nBetreff: Tassen\n\nalt",
		"2024-03-04 10:15, Ann <ann@example.com> rašė:\n> sena",
	})
	rapid.Check(t, func(t *rapid.T) {
		mine := "Dear shop,\n" + strings.Join(rapid.SliceOfN(own, 0, 12).Draw(t, "own"), "\n")
		text := mine + "\n\n" + below.Draw(t, "history")
		if got, want := VisibleText(text), trimBlankLines(mine); got != want {
			t.Fatalf("VisibleText(%q)\n got %q\nwant %q", text, got, want)
		}
	})
}

func TestLongMailCostsLinearWork(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{
		"> quoted\nanswer\n", "wrote:\n", "To: a@example.com\n", "On Mon, Mar 4, 2024 Ann <a@example.com> wrote:\n> q\nanswer\n", "\n", "Sent from my iPhone\n\ntext\n\n", ">", "--\n", "a: b\n", "2024-01-01 10:00:\n",
	} {
		checkSections(t, strings.Repeat(unit, 1<<18/len(unit)))
	}
}

func FuzzSplit(f *testing.F) {
	for _, marked := range replies {
		f.Add(marked)
	}
	f.Fuzz(func(t *testing.T, text string) { checkSections(t, text) })
}
