package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/mailmsg"
)

// special plans what every desk meets once: mail that comes back, an absence note, an invitation, a matter for few eyes.
func (p *play) special() {
	p.bounces()
	p.refused()
	p.absent()
	p.invites()
	p.confides()
	p.orders()
	p.praised()
	p.asksColleagues()
	p.advertises()
	p.twice()
}

// told is a story whose words are written here.
func (p *play) told(t tongue, name, box, subject string, agent string) *story {
	s := &story{p: p, who: writer{name: name, address: mailbox(name) + "@" + t.mail, tongue: t}, inbox: p.inbox[box], subject: subject, agent: p.people[agent],
		fill: strings.NewReplacer()}
	p.used[s.who.address]++
	return s
}

// ago is so long before now, in hours in which people are awake: the nights between do not count.
func (p *play) ago(d time.Duration) time.Time {
	const rises, rests = 7*60 + 30, 21*60 + 30 // minutes of the day
	t := p.now.In(office.zone)
	for {
		minute := t.Hour()*60 + t.Minute()
		if minute < rises || minute > rests {
			day := t
			if minute < rises {
				day = t.AddDate(0, 0, -1)
			}
			t = time.Date(day.Year(), day.Month(), day.Day(), 0, rests, 0, 0, office.zone)
			continue
		}
		left := time.Duration(minute-rises)*time.Minute + time.Duration(t.Second())*time.Second
		if d <= left {
			return t.Add(-d)
		}
		d -= left
		t = t.Add(-left - time.Minute)
	}
}

func (s *story) wrote(at time.Time, m mailFrom) {
	s.p.then(at, func(ctx context.Context) error { return s.writes(ctx, m) })
}

func (s *story) answered(at time.Time, by *person, body string, then conversation.Then) {
	s.p.then(at, func(ctx context.Context) error { return s.replies(ctx, by, body, then) })
}

func (s *story) noted(at time.Time, by *person, body string, mentions ...*person) {
	s.p.then(at, func(ctx context.Context) error { return s.notes(ctx, by, body, mentions...) })
}

func (s *story) changed(at time.Time, by *person, ch conversation.Change) {
	s.p.then(at, func(ctx context.Context) error { return s.changes(ctx, by, ch) })
}

// bounces has an answer come back from a full mailbox.
func (p *play) bounces() {
	s := p.told(latvian, "Skaidrīte Melkerte", care, "Matrača garantija", "martins")
	s.wrote(p.ago(29*time.Hour), mailFrom{rich: true, text: "Labdien!\n\nVai matracim „Dzintars” garantija ir desmit gadi arī tad, ja to pirku izpārdošanā? Čeku atrast vairs nevaru, bet maksāju ar karti.\n\nAr cieņu\nSkaidrīte Melkerte"})
	s.answered(p.ago(26*time.Hour), s.agent, "<p>Labdien, Skaidrītes kundze!</p><p>Jā, garantija ir desmit gadi, arī izpārdošanā. Čeks nav vajadzīgs: pirkumu atradu pēc kartes maksājuma un pievienoju jūsu kontam.</p>", conversation.Wait)
	p.then(p.ago(25*time.Hour+56*time.Minute), func(ctx context.Context) error {
		return p.arrive(ctx, s.inbox.ID, "", report(s.p.outlet.mailID(s.ours), s.who.address, p.clock.now()), nil)
	})
}

// report is a delivery status notification (RFC 3464).
func report(mailID, to string, at time.Time) []byte {
	return crlf(fmt.Sprintf(`From: Mail Delivery System <MAILER-DAEMON@mx.pasts.example>
To: help@koksvolts.example
Subject: Undelivered Mail Returned to Sender
Date: %[3]s
Message-ID: <%[4]d.dsn@mx.pasts.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="dsn-%[4]d"

--dsn-%[4]d
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.pasts.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<%[2]s>: host store.pasts.example said: 552 5.2.2 Mailbox full

--dsn-%[4]d
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.pasts.example

Final-Recipient: rfc822; %[2]s
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--dsn-%[4]d
Content-Type: text/rfc822-headers

From: =?utf-8?Q?Koks_=26_Volts?= <help@koksvolts.example>
To: %[2]s
Message-ID: <%[1]s>
Subject: Re: mail

--dsn-%[4]d--
`, mailID, to, at.Format(time.RFC1123Z), at.UnixMicro()))
}

func crlf(text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) }

// refused has the server of an address say that there is nobody.
func (p *play) refused() {
	s := p.told(latvian, "Modris Celmiņš", care, "Vai ir iespējams pasūtīt bez konta?", "ilze")
	s.who.address = "modris.celmins@" + refusing
	s.wrote(p.ago(7*time.Hour), mailFrom{text: "Sveiki, vai pie jums var pasūtīt, neveidojot kontu? Adrese manā profilā ir veca, bet citas man nav.\n\nModris"})
	p.after = append(p.after, func(ctx context.Context) error {
		return p.drafts(ctx, p.people["ilze"], s, "<p>Labdien!</p><p>Mūsu atbilde uz šo adresi nenonāca, tāpēc zvanīju. Vai varat pārbaudīt,</p>")
	})
	s.answered(p.ago(5*time.Hour), p.people["ilze"], "<p>Labdien!</p><p>Jā, grozā izvēlieties „Turpināt kā viesis”. Vajadzēs tikai tālruni un piegādes adresi.</p>", conversation.Wait)
}

// absent has a machine answer us.
func (p *play) absent() {
	s := p.told(lithuanian, "Vaida Kairienė", care, "Pasiūlymas vaikų darželio baldams", "rasa")
	s.wrote(p.ago(50*time.Hour), mailFrom{rich: true, text: "Laba diena,\n\nmūsų darželiui reikia 24 kėdučių ir 6 staliukų. Ar galite pateikti pasiūlymą su pristatymu į Alytų iki mėnesio pabaigos?\n\nPagarbiai\nVaida Kairienė\nDarželis „Pelėdžiukas“"})
	s.answered(p.ago(47*time.Hour), s.agent, "<p>Laba diena,</p><p>dėkojame už užklausą! 24 kėdutės ir 6 staliukai kainuoja 1&nbsp;128,00&nbsp;€ su PVM, pristatymas į Alytų nemokamas. Pasiūlymas galioja dvi savaites.</p>", conversation.Wait)
	p.then(p.ago(47*time.Hour-3*time.Minute), func(ctx context.Context) error {
		raw, err := mailmsg.Compose(mailmsg.Outgoing{From: mailmsg.Address{Name: s.who.name, Email: s.who.address}, To: []mailmsg.Address{{Email: s.inbox.Address}},
			Subject: "Automatinis atsakymas: Re: " + s.subject, Date: p.clock.now(), MessageID: "away.1@" + lithuanian.mail, InReplyTo: p.outlet.mailID(s.ours),
			AutoSubmitted: "auto-replied", Text: "Laba diena, šiuo metu atostogauju ir į laiškus atsakysiu grįžusi pirmadienį. Skubiais klausimais kreipkitės į direktorę."})
		if err != nil {
			return err
		}
		return p.arrive(ctx, s.inbox.ID, s.who.address, raw, nil)
	})
}

// invites sends an invitation to a meeting.
func (p *play) invites() {
	s := p.told(polish, "Hanna Sobczak", polska, "Zaproszenie: pomiar biura na Mokotowie", "tomasz")
	start := p.working(p.now.AddDate(0, 0, 2)).UTC().Truncate(time.Hour)
	p.then(p.ago(4*time.Hour+25*time.Minute), func(ctx context.Context) error {
		at := p.clock.now()
		raw := crlf(fmt.Sprintf(`From: Hanna Sobczak <%[1]s>
To: pomoc@koksvolts.example
Subject: =?utf-8?Q?Zaproszenie:_pomiar_biura_na_Mokotowie?=
Date: %[2]s
Message-ID: <%[3]d.invite@poczta.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="cal-%[3]d"

--cal-%[3]d
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Dzień dobry,

zgodnie z rozmową zapraszam na pomiar przed wyceną: 14 stanowisk, sala konferencyjna i kuchnia. Proszę o potwierdzenie.

Pozdrawiam
Hanna Sobczak

--cal-%[3]d
Content-Type: text/calendar; charset=utf-8; method=REQUEST
Content-Transfer-Encoding: 8bit

BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//demo//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:%[3]d@poczta.example
DTSTAMP:%[4]s
DTSTART:%[5]s
DTEND:%[6]s
SUMMARY:Pomiar biura przed wyceną mebli
LOCATION:ul. Przykładowa 7\, Warszawa
ORGANIZER;CN=Hanna Sobczak:mailto:%[1]s
ATTENDEE;CN=Koks & Volts:mailto:pomoc@koksvolts.example
END:VEVENT
END:VCALENDAR

--cal-%[3]d--
`, s.who.address, at.Format(time.RFC1123Z), at.UnixMicro(), at.UTC().Format("20060102T150405Z"), start.Format("20060102T150405Z"), start.Add(90*time.Minute).Format("20060102T150405Z")))
		if err := p.arrive(ctx, s.inbox.ID, s.who.address, raw, nil); err != nil {
			return err
		}
		s.id = p.seen.last.Conversation
		return nil
	})
	s.changed(p.ago(4*time.Hour), p.people["tomasz"], conversation.Change{Assignee: as(p.people["tomasz"].id), AddTags: []desk.TagID{p.tag["company"]}})
}

// confides is for the eyes of two.
func (p *play) confides() {
	ilze, emma := p.people["ilze"], p.people["emma"]
	s := p.told(latvian, "Renāte Kļava", care, "Sūdzība par piegādātāja izturēšanos", "ilze")
	s.wrote(p.ago(27*time.Hour), mailFrom{rich: true, text: "Labdien!\n\nVakar piegādes laikā jūsu darbinieks runāja ar mani ļoti rupji un atteicās uznest skapi, lai gan par to samaksāts. Sūdzību lūdzu nenodot viņam pašam; baidos, jo viņš zina manu adresi.\n\nLūdzu, atzvaniet man rīt no rīta.\n\nRenāte Kļava"})
	p.then(p.ago(26*time.Hour), func(ctx context.Context) error { return s.restricts(ctx, ilze, emma) })
	s.changed(p.ago(26*time.Hour-time.Minute), ilze, conversation.Change{Assignee: &ilze.id, Priority: as(desk.Urgent)})
	s.noted(p.ago(25*time.Hour), ilze, "<p>Piezvanīju, klientei atvainojos. Emma, vai vari palūgt maršruta ierakstu no pārvadātāja? Vārdus nekur citur neminam.</p>", emma)
	s.noted(p.ago(3*time.Hour), emma, "<p>The carrier has confirmed. The driver is off our routes from today; the letter is in my drawer.</p>", ilze)
}

// orders is a company with a table in its mail and a colleague in copy.
func (p *play) orders() {
	s := p.told(english, "Piret Vaher", care, "Quote for 18 desks, delivery to Tartu", "emma")
	table := `<p>Hello Koks &amp; Volts,</p><p>We are moving in January and need a quote for:</p><table border="1" cellpadding="6" style="border-collapse:collapse"><tr style="background:#eef3f1"><th align="left">Item</th><th>Pieces</th><th>Colour</th></tr><tr><td>Desk “Kolka” 140 × 70</td><td align="right">18</td><td>oak</td></tr><tr><td>Chair “Usma”</td><td align="right">18</td><td>grey</td></tr><tr><td>Lamp “Volta 40”</td><td align="right">9</td><td>black</td></tr></table><p>Delivery to Tartu, second floor with a lift. Could you split the invoice over two months?</p><p>Best regards<br><b>Piret Vaher</b><br>Office manager, Põhjatäht OÜ</p>`
	p.then(p.ago(9*time.Hour), func(ctx context.Context) error {
		raw, err := mailmsg.Compose(mailmsg.Outgoing{From: mailmsg.Address{Name: s.who.name, Email: s.who.address}, To: []mailmsg.Address{{Email: s.inbox.Address}},
			Cc: []mailmsg.Address{{Name: "Tarmo Ilves", Email: "tarmo.ilves@mail.example"}}, Subject: s.subject, Date: p.clock.now(), MessageID: "quote.18@mail.example",
			Text: plain(table), HTML: table})
		if err != nil {
			return err
		}
		if err := p.arrive(ctx, s.inbox.ID, s.who.address, raw, &desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: "mail.example"}); err != nil {
			return err
		}
		s.id = p.seen.last.Conversation
		return nil
	})
	emma := p.people["emma"]
	s.changed(p.ago(8*time.Hour), emma, conversation.Change{Assignee: &emma.id, Priority: as(desk.High), AddTags: []desk.TagID{p.tag["company"]}})
	s.noted(p.ago(8*time.Hour-10*time.Minute), emma, "<p>"+"@Mārtiņš, what is our price for 18 × “Kolka” if they pay in two parts? I would go down by 8 %.</p>", p.people["martins"])
	s.noted(p.ago(6*time.Hour), p.people["martins"], "<p>8 % is fine. The lamps are out of stock until the 12th, please say so in the quote.</p>", emma)
	p.after = append(p.after, func(ctx context.Context) error {
		return p.drafts(ctx, emma, s, "<p>Hello Piret,</p><p>Thank you for thinking of us! For 18 desks, 18 chairs and 9 lamps we can offer</p>")
	})
}

// praised is a conversation that ended well, with a picture.
func (p *play) praised() {
	s := p.told(lithuanian, "Aldona Rimkienė", warranty, "Kaitlentė vėl veikia!", "jonas")
	s.wrote(p.ago(31*time.Hour), mailFrom{rich: true, text: "Laba diena,\n\nvakar Jūsų meistras Jonas per dvidešimt minučių sutaisė kaitlentę, kurią kiti siūlė išmesti. Ačiū jam ir Jums!\n\nAldona"})
	s.answered(p.ago(29*time.Hour), p.people["jonas"], "<p>Laba diena, ponia Aldona,</p><p>labai malonu! Linkiu skanių pietų.</p>", conversation.Resolve)
	s.changed(p.ago(29*time.Hour-time.Minute), p.people["ilze"], conversation.Change{AddTags: []desk.TagID{p.tag["praise"]}})
}

// asksColleagues is a thread of notes with a follower.
func (p *play) asksColleagues() {
	ilze, martins, laura := p.people["ilze"], p.people["martins"], p.people["laura"]
	s := p.told(latvian, "Mārīte Ūdre", care, "Divreiz noskaitīta nauda", "martins")
	s.number = "KV-48977"
	p.bought(s, p.ago(6*time.Hour), order{status: desk.PurchaseDone, placed: p.ago(70 * time.Hour), currency: "EUR", items: []desk.PurchaseItem{thing("delivery", "lv", "Kolka", 24_900)}})
	s.wrote(p.ago(6*time.Hour), mailFrom{rich: true, files: []mailmsg.File{screenshot()}, text: "Labdien!\n\nNo kartes divreiz noskaitīti 249,00 € par pasūtījumu KV-48977. Pielikumā ekrānuzņēmums. Lūdzu, atmaksājiet lieko summu!\n\nMārīte Ūdre"})
	s.changed(p.ago(5*time.Hour+40*time.Minute), martins, conversation.Change{Assignee: &martins.id, Priority: as(desk.High)})
	s.noted(p.ago(5*time.Hour+30*time.Minute), martins, "<p>@Ilze, maksājumu sistēmā redzu divus darījumus ar viena numura starpību. Vai varu atmaksāt uzreiz, vai gaidām banku?</p>", ilze)
	s.noted(p.ago(4*time.Hour+50*time.Minute), ilze, "<p>Atmaksā uzreiz, summa ir zem mūsu sliekšņa. @Laura, lūdzu, pārbaudi, vai noliktavā nav divu vienādu pavadzīmju.</p>", laura)
	s.noted(p.ago(4*time.Hour), laura, "<p>Pavadzīme ir viena, izsniegts viens galds.</p>", martins)
	s.answered(p.ago(3*time.Hour+30*time.Minute), martins, "<p>Labdien!</p><p>Atvainojos par kļūdu. 249,00 € jau nosūtīti atpakaļ uz jūsu karti; bankai tas parasti aizņem līdz divām darba dienām.</p>", conversation.Wait)
	s.wrote(p.ago(26*time.Minute), mailFrom{rich: true, quote: true, text: "Paldies par ātro rīcību! Vai varat atsūtīt arī kredītrēķinu? Uzņēmuma grāmatvede to prasa.\n\nMārīte"})
	p.then(p.ago(5*time.Hour), func(ctx context.Context) error { return s.follows(ctx, ilze) })
	p.after = append(p.after, func(ctx context.Context) error {
		return p.drafts(ctx, martins, s, "<p>Labdien!</p><p>Kredītrēķins pielikumā. Ja grāmatvedei vajag arī</p>")
	})
}

// advertises is a supplier's letter with pictures from elsewhere, which are not loaded until somebody asks.
func (p *play) advertises() {
	s := p.told(english, "Nordic Timber", care, "New oak veneers for spring", "emma")
	body := `<table width="600" cellpadding="0" cellspacing="0" style="font-family:Georgia,serif"><tr><td style="background:#2f4a3c;color:#ffffff;padding:24px;font-size:24px">Nordic Timber</td></tr><tr><td style="padding:24px"><img src="https://cdn.nordictimber.example/spring.jpg" alt="Oak veneer" width="552"><p>Dear partner,</p><p>our spring collection brings three new oak veneers from certified forests. Samples can be ordered until the end of the month.</p><p><a href="https://nordictimber.example/samples" style="background:#2f4a3c;color:#ffffff;padding:10px 18px;text-decoration:none">Order samples</a></p><img src="https://track.nordictimber.example/open.gif?u=81" width="1" height="1"></td></tr></table>`
	p.then(p.ago(100*time.Minute), func(ctx context.Context) error {
		raw, err := mailmsg.Compose(mailmsg.Outgoing{From: mailmsg.Address{Name: s.who.name, Email: "partners@nordictimber.example"}, To: []mailmsg.Address{{Email: s.inbox.Address}},
			Subject: s.subject, Date: p.clock.now(), MessageID: "spring.1@nordictimber.example", Text: plain(body), HTML: body})
		if err != nil {
			return err
		}
		return p.arrive(ctx, s.inbox.ID, "partners@nordictimber.example", raw, &desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: "nordictimber.example"})
	})
}
