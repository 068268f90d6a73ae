package score

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/engine/quote"
	"tellus/internal/engine/spam"
	"tellus/internal/platform/bounce"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/mailmsg"
)

// benchMail is a mail that the benchmarks read, made of words written for them.
type benchMail struct {
	name, raw string
}

const (
	benchLatvian = "Labdien! Pirms divām nedēļām pasūtīju pie jums tējkannu, taču vakar saņēmu tukšu kasti. Lūdzu, pasakiet, kad varēšu saņemt preci vai naudu atpakaļ. " +
		"Rēķina numurs ir 20934-7, summa 39,90 €, samaksāju ar karti 12.03.2024. plkst. 14:05.\n"
	benchRussian = "Добрый день! Две недели назад я заказала у вас чайник, а вчера получила пустую коробку. Подскажите, пожалуйста, когда я получу товар или деньги назад? " +
		"Номер счёта 20934-7, сумма 39,90 €, оплачено картой 12.03.2024 в 14:05.\n"
	benchEnglish = "Hello, two weeks ago I ordered a kettle from you, but yesterday an empty box came. Please tell me when I will get the goods or my money back: " +
		"the invoice is 20934-7, the amount 39.90 €, I paid by card on 12/03/2024 at 2:05 PM (see https://shop.example/orders/20934?lang=en).\n"
	benchPolish = "Dzień dobry, dwa tygodnie temu zamówiłem u Państwa czajnik, a wczoraj przyszło puste pudełko. Proszę o informację, kiedy otrzymam towar lub zwrot pieniędzy. " +
		"Numer faktury to 20934-7, kwota 39,90 €, zapłaciłem kartą.\n"
)

// benchMails are mails of about 4 KB and some larger, in the forms in which customers write.
func benchMails() []benchMail {
	head := func(kind string) string {
		return "Received: from mx.post.example (mx.post.example [192.0.2.7])\r\n\tby in.desk.example with ESMTPS id 4A7C; Tue, 12 Mar 2024 14:05:11 +0200\r\n" +
			"DKIM-Signature: v=1; a=rsa-sha256; d=post.example; s=a; h=from:to:subject:date:message-id;\r\n\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=" + strings.Repeat("c2lnbmF0dXJl", 20) + "\r\n" +
			"From: =?utf-8?q?Anna_B=C4=93rzi=C5=86a?= <anna.berzina@post.example>\r\nTo: Shop <help@desk.example>\r\nSubject: =?utf-8?q?Tuk=C5=A1a_kaste?= 20934-7\r\n" +
			"Date: Tue, 12 Mar 2024 14:05:10 +0200\r\nMessage-ID: <CA1b2c3@mail.post.example>\r\nMIME-Version: 1.0\r\n" + kind + "\r\n\r\n"
	}
	plain := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
	lines := func(text string, size int) string {
		var b strings.Builder
		for n := 0; b.Len() < size; n++ {
			line := 0
			for w := range strings.FieldsSeq(text) {
				if line+len(w) > 72 {
					b.WriteString("\r\n")
					line = 0
				}
				b.WriteString(w + " ")
				line += len(w) + 1
			}
			b.WriteString("\r\n\r\n")
		}
		return b.String()
	}
	quoted := func(intro, text string) string {
		return intro + "\r\n" + "> " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n> ") + "\r\n"
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields(benchLatvian + benchEnglish)
	var shuffled strings.Builder
	for n := 1; shuffled.Len() < 3700; n++ {
		shuffled.WriteString(words[rnd.IntN(len(words))] + map[bool]string{true: "\r\n", false: " "}[n%9 == 0])
	}
	paragraphs := `<p class="MsoNormal"><span style="font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif">` + strings.ReplaceAll(strings.TrimSpace(benchLatvian), "!", "!<br>") + `<o:p></o:p></span></p>` + "\r\n"
	row := `<tr><td align="left" style="padding:10px;font-family:Arial;font-size:14px;color:#333"><a href="https://shop.example/p?id=1&amp;utm=x"><img src="https://shop.example/i.png" width="200" alt="Kettle"></a><p>A kettle for <b>19,99 €</b>, while there are some.</p></td></tr>` + "\r\n"
	both := func(text, markup string) string {
		return "--b1\r\n" + plain + "\r\n\r\n" + text + "\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<html><head><style>p.MsoNormal{margin:0}</style></head><body>" + markup + "</body></html>\r\n--b1--\r\n"
	}
	alternative := "Content-Type: multipart/alternative; boundary=b1"
	encoded := base64.StdEncoding.EncodeToString([]byte(lines(benchRussian, 2600)))
	var wrapped strings.Builder
	for len(encoded) > 76 {
		wrapped.WriteString(encoded[:76] + "\r\n")
		encoded = encoded[76:]
	}
	return []benchMail{
		{"shuffled", head(plain) + shuffled.String()},
		{"latvian", head(plain) + lines(benchLatvian, 3500) + "Ar cieņu,\r\nAnna Bērziņa\r\ntālr. +371 2012 3456\r\n"},
		{"english", head(plain) + lines(benchEnglish, 3500) + "Kind regards,\r\nAnna\r\n\r\n-- \r\nAnna Berzina | ACME\r\nwww.acme.example\r\n"},
		{"russian-base64", head("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64") + wrapped.String() + encoded},
		{"short-long-quote", head(plain) + "Paldies, tagad viss ir kārtībā!\r\n\r\n" + quoted("2024. gada 11. marts plkst. 10:15 Shop <help@desk.example> rakstīja:", lines(benchPolish, 3400))},
		{"outlook-history", head(plain) + lines(benchEnglish, 900) + "\r\n-----Original Message-----\r\nFrom: Shop <help@desk.example>\r\nSent: Monday, March 11, 2024 10:15 AM\r\nTo: Anna\r\nSubject: Your order\r\n\r\n" + lines(benchLatvian, 2500)},
		{"alternative", head(alternative) + both(lines(benchLatvian, 1200), strings.Repeat(paragraphs, 4))},
		{"newsletter-html", head("Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nList-Unsubscribe: <https://shop.example/u>") + "<html><body><table>" + strings.Repeat(row, 14) + "</table></body></html>"},
		{"one-line", head(plain) + "kur ir mana paka?\r\n"},
	}
}

// facts are what intake knows of a mail from a stranger.
func benchFacts(m *mailmsg.Mail, text string) spam.Facts {
	f := spam.Facts{From: "anna.berzina@post.example", FromName: "Anna Bērziņa", EnvelopeFrom: "anna.berzina@post.example", Verdicts: desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass"},
		Date: m.Date, Received: m.Date.Add(time.Second), Subject: m.Subject, Text: text, HTML: m.HTML}
	for _, h := range m.Header.Fields() {
		f.Headers = append(f.Headers, spam.Field(h))
	}
	return f
}

// processTime is the processor time of this process, collector of garbage included: on a shared machine the wall tells little.
func processTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// BenchmarkWords measures what the words of one mail cost, step by step and together, as intake takes them.
func BenchmarkWords(b *testing.B) {
	for _, mail := range benchMails() {
		raw := []byte(mail.raw)
		m := mailmsg.Parse(raw, mailmsg.Limits{HTMLText: htmltext.ToText})
		f := benchFacts(m, m.Text)
		steps := []struct {
			name string
			work func()
		}{
			{"parse", func() { mailmsg.Parse(raw, mailmsg.Limits{HTMLText: htmltext.ToText}) }},
			{"digest", func() { m.BodyDigest() }},
			{"quote", func() { quote.Split(m.Text) }},
			{"html", func() { benchHTML(m) }},
			{"language", func() { language.Detect(m.Subject + "\n" + m.Text[:min(len(m.Text), 1500)]) }},
			{"bounce", func() { bounce.Read(m) }},
			{"spam", func() { spam.Score(f) }},
			{"tokens", func() { spam.Tokens(f.Subject, f.Text, f.Headers[:1]) }},
			{"all", func() { benchAll(raw) }},
		}
		for _, step := range steps {
			b.Run(fmt.Sprintf("%s/%s", mail.name, step.name), func(b *testing.B) {
				b.SetBytes(int64(len(raw)))
				b.ReportAllocs()
				begun := processTime()
				for b.Loop() {
					step.work()
				}
				b.ReportMetric(float64(processTime()-begun)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

func benchHTML(m *mailmsg.Mail) {
	if m.HTML == "" {
		return
	}
	visible, folded := quote.SplitHTML(m.HTML)
	visible, folded = htmltext.Sanitise(visible), htmltext.Sanitise(folded)
	htmltext.RemoteImages(visible)
	htmltext.RemoteImages(folded)
}

func benchAll(raw []byte) {
	m := mailmsg.Parse(raw, mailmsg.Limits{HTMLText: htmltext.ToText})
	m.BodyDigest()
	quote.Split(m.Text)
	benchHTML(m)
	language.Detect(m.Subject + "\n" + m.Text[:min(len(m.Text), 1500)])
	bounce.Read(m)
	f := benchFacts(m, m.Text)
	spam.Score(f)
	spam.Tokens(f.Subject, f.Text, []spam.Field{{Name: "From", Value: f.From}})
}
