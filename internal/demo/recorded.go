package demo

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/thread"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/flow/deliver"
	"tellus/internal/platform/db"
	"tellus/internal/platform/mailmsg"
)

// written is a call, visit or letter that a colleague wrote down.
type written struct {
	ago     time.Duration
	by      string
	box     string
	name    string
	address string
	subject string
	kind    desk.ChannelKind
	record  desk.Record
	text    string
	tag     string
	then    desk.Status
}

var writtenDown = []written{
	{2 * time.Hour, "ilze", care, "Valda Zvejniece", "+371 20000114", "Zvans par gultas montāžu", desk.Phone, desk.Record{Direction: "in", Outcome: "call_back", Seconds: 312},
		"<p>Kliente zvana trešo reizi: meistars gultu salika, bet viena lamele čīkst. Sarunāju atzvanīt, kad zināšu meistara laiku.</p>", "call back", ""},
	{5 * time.Hour, "oksana", care, "Галина Петренко", "+371 20000187", "Звонок: перенести доставку", desk.Phone, desk.Record{Direction: "in", Outcome: "agreed", Seconds: 141},
		"<p>Перенесли доставку на субботу, 10–13. Этаж второй, домофон 24.</p>", "delivery", desk.StatusResolved},
	{7 * time.Hour, "agnieszka", polska, "Zenon Lis", "+48 500 000 211", "Rozmowa o fakturze zbiorczej", desk.Phone, desk.Record{Direction: "out", Outcome: "no_answer", Seconds: 0},
		"<p>Nie odbiera, spróbuję jutro przed dziesiątą.</p>", "call back", ""},
	{13 * time.Hour, "martins", care, "Imants Pūce", "", "Apmeklējums veikalā: dīvāna audums", desk.Visit, desk.Record{Direction: "in", Outcome: "agreed"},
		"<p>Izvēlējās zaļo audumu „Sūna 14”, dīvāns „Sigulda”. Pasūtījumu noformēju uz vietas, avanss 200,00 € samaksāts.</p>", "question", desk.StatusResolved},
	{15 * time.Hour, "jonas", warranty, "Stasys Gudaitis", "+370 600 00 145", "Meistro vizitas: orkaitė „Ampēra Mini“", desk.Visit, desk.Record{Direction: "out", Outcome: "delivered", With: "žmona Ona"},
		"<p>Pakeistas termostatas, išbandyta 200 °C. Klientė patenkinta. Sena detalė paimta.</p>", "warranty", desk.StatusResolved},
	{21 * time.Hour, "ilze", care, "Biedrība „Sirmais kastanis”", "", "Vēstule: lūgums ziedot krēslus", desk.Letter, desk.Record{Direction: "in"},
		"<p>Senioru biedrība no Talsiem lūdz ziedot 12 krēslus dienas centram. Skenētā vēstule pielikumā.</p>", "", ""},
	{26 * time.Hour, "rasa", care, "Nijolė Stonkienė", "+370 600 00 178", "Skambutis dėl spintos durų", desk.Phone, desk.Record{Direction: "in", Outcome: "call_back", Seconds: 204},
		"<p>Durys nesusiveria. Nusiunčiau instrukciją, kaip sureguliuoti vyrius; perskambinsiu, jei nepavyks.</p>", "call back", ""},
	{3 * time.Hour, "emma", care, "Kaido Rebane", "+372 5000 0123", "Call about a lost parcel", desk.Phone, desk.Record{Direction: "in", Outcome: "call_back", Seconds: 258},
		"<p>The parcel machine in Pärnu shows it as collected, he has not been there. I promised to ring back once the carrier has looked at the camera.</p>", "delivery", ""},
}

// recorded plans what was written down by hand, and a mail that we wrote first.
func (p *play) recorded() {
	for _, w := range writtenDown {
		p.then(p.ago(w.ago), func(ctx context.Context) error { return p.writeDown(ctx, w) })
	}
	p.then(p.ago(18*time.Hour), p.writeFirst)
}

func (p *play) writeDown(ctx context.Context, w written) error {
	by, box := p.people[w.by], p.inbox[w.box]
	in := conversation.NewRecord{Channel: w.kind, Record: w.record, HTML: w.text, At: desk.At(p.clock.now().Add(-9 * time.Minute))}
	if w.kind == desk.Letter {
		scan, err := p.scan(ctx, w.subject, w.name)
		if err != nil {
			return err
		}
		if in.Attachments, err = p.upload(ctx, by, []conversation.File{scan}); err != nil {
			return err
		}
	}
	s := &story{p: p, inbox: box}
	if err := p.a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		var who desk.Customer
		if w.address == "" {
			who, err = p.a.Customers.CreateWithoutAddress(ctx, tx, by.by(), w.name)
		} else {
			var found customer.Identified
			found, err = p.a.Customers.Identify(ctx, tx, by.by(), customer.Sighting{Kind: desk.AddressPhone, Value: w.address, Name: w.name})
			who = desk.Customer{ID: found.ID, Name: found.Name}
		}
		if err != nil {
			return err
		}
		s.id, err = p.a.Conversations.RecordNew(ctx, tx, by.by(), who, w.address, box, w.subject, conversation.SubjectKey(thread.Normalise(w.subject)), in)
		return err
	}); err != nil {
		return err
	}
	var ch conversation.Change
	if w.tag != "" {
		ch.AddTags = []desk.TagID{p.tag[w.tag]}
	}
	if w.then != "" {
		ch.Status = &w.then
	}
	return s.changes(ctx, by, ch)
}

// writeFirst is a mail that a customer had not asked for.
func (p *play) writeFirst(ctx context.Context) error {
	by, box := p.people["oksana"], p.inbox[warranty]
	to := desk.NamedAddress{Name: "Andrejs Sproģis", Address: "andrejs.sprogis@" + latvian.mail}
	const subject = "Jūsu indukcijas plīts „Volta 55”: bezmaksas pārbaude"
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		who, err := p.a.Customers.Identify(ctx, tx, by.by(), customer.Sighting{Kind: desk.AddressEmail, Value: to.Address, Name: to.Name, Language: "lv"})
		if err != nil {
			return err
		}
		from := conversation.Sender{By: by.by(), Scope: by.scope, Name: by.name, Inbox: box, NewID: func(string) string { return mailmsg.NewMessageID("koksvolts.example") },
			SendAt: tx.Now, Enqueue: deliver.Outbox}
		_, err = p.a.Conversations.StartWith(ctx, tx, from, who.ID, who.Name, conversation.SubjectKey(thread.Normalise(subject)), conversation.Start{Inbox: box.ID,
			To: []desk.NamedAddress{to}, Subject: subject, Then: conversation.Wait,
			HTML: "<p>Labdien!</p><p>Ražotājs lūdz pārbaudīt ventilatora sensoru plītīm, kas pirktas šā gada martā. Jūsējā ir viena no tām. Pārbaude ilgst 20 minūtes un neko nemaksā.</p><p>Kurš laiks nākamnedēļ jums derētu?</p>"})
		return err
	})
}
