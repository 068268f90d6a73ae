package demo

import (
	"context"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/mailmsg"
)

// junk is a mail that nobody asked for.
type junk struct {
	ago           time.Duration
	name, address string
	subject, text string
	file          *mailmsg.File
	trash         bool
}

var junkMail = []junk{
	{3 * time.Hour, "Account Security", "no-reply@parcel-verify.example", "URGENT: your parcel is on hold, verify now", "Dear customer, your parcel could not be delivered. Pay the customs fee of 1.99 EUR within 24 hours: http://parcel-verify.example/pay?id=8812 or it will be destroyed. Enter your card number to confirm your identity.", nil, false},
	{11 * time.Hour, "SEO Growth Team", "grow@first-page-rank.example", "We can put koksvolts.example on page 1 of Google", "Hi there, I was looking at your website and found 37 critical errors that cost you customers. For only $99 per month we guarantee the first page. 100% risk free! Click here to claim your free audit, limited time offer, act now.", nil, false},
	{20 * time.Hour, "Mr. Desmond Okoro", "desmond.okoro@winner-claims.example", "CONFIDENTIAL BUSINESS PROPOSAL", "Dear friend, I am the manager of a bank and discovered an abandoned sum of 14.5 million US dollars. I need your assistance to transfer the money to your account; 40% will be yours. Kindly send your full name, phone and bank details. God bless you.", nil, false},
	{33 * time.Hour, "Accounting", "billing@invoice-center.example", "Overdue invoice INV-20931", "Please find the overdue invoice attached and pay immediately to avoid legal action. Enable content to view the document.", &mailmsg.File{Name: "Invoice_20931.pdf.exe", MediaType: "application/octet-stream", Content: []byte("MZ\x90\x00 this is no program, only its first letters")}, false},
	{41 * time.Hour, "Лёгкие деньги", "promo@zarabotok-doma.example", "Заработай 5000 € в неделю, не выходя из дома!!!", "Только сегодня! Без вложений, без опыта! Жми на ссылку и получи бонус 100% прямо сейчас: http://zarabotok-doma.example/bonus Бесплатно! Гарантия!", nil, false},
	{58 * time.Hour, "Pharmacy Direct", "offers@cheap-meds-now.example", "80% OFF all medications, no prescription needed", "Viagra, Cialis, weight loss pills. Cheapest prices online, discreet shipping, no prescription. Buy now http://cheap-meds-now.example and get 10 bonus pills free!!!", nil, false},
	{80 * time.Hour, "Crypto Profits", "vip@double-your-coins.example", "Double your Bitcoin in 24 hours - guaranteed", "Send any amount to the wallet below and receive twice as much back within one day. Exclusive offer for selected members, act now! http://double-your-coins.example", nil, false},
	{15 * time.Hour, "Printera serviss", "reklama@printeri.example", "Toneri ar 20 % atlaidi tikai šonedēļ", "Labdien! Piedāvājam tonerus visiem biroja printeriem ar 20 % atlaidi. Piegāde bez maksas no 50 €.", nil, true},
	{37 * time.Hour, "Webinars Weekly", "hello@webinars.example", "Last seats: warehouse automation webinar", "Join us on Thursday for a free webinar on warehouse automation. Seats are limited.", nil, true},
	{62 * time.Hour, "Testa Testiņš", "tests@pasts.example", "tests", "tests tests 123", nil, true},
}

// unwanted plans spam, which is known as such or marked by a colleague, and what went to the trash.
func (p *play) unwanted() {
	for i, j := range junkMail {
		s := &story{p: p, inbox: p.inbox[care]}
		at := p.ago(j.ago)
		p.then(at, func(ctx context.Context) error {
			out := mailmsg.Outgoing{From: mailmsg.Address{Name: j.name, Email: j.address}, To: []mailmsg.Address{{Email: s.inbox.Address}}, Subject: j.subject,
				Date: p.clock.now(), MessageID: fmt.Sprintf("junk.%d@%s", i, "bulk.example"), Text: j.text}
			if j.file != nil {
				out.Attachments = append(out.Attachments, *j.file)
			}
			raw, err := mailmsg.Compose(out)
			if err != nil {
				return err
			}
			verdicts := &desk.Verdicts{SPF: "softfail", DKIM: "none", DMARC: "fail", From: "bulk.example"}
			if j.trash {
				verdicts = &desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: "bulk.example"}
			}
			if err := p.arrive(ctx, s.inbox.ID, j.address, raw, verdicts); err != nil {
				return err
			}
			s.id = p.seen.last.Conversation
			return nil
		})
		ch := conversation.Change{Spam: as(true)}
		if j.trash {
			ch = conversation.Change{Trashed: as(true)}
		}
		s.changed(at.Add(20*time.Minute), p.people["emma"], ch)
	}
}
