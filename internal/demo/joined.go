package demo

import (
	"context"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/view"
	"tellus/internal/flow/deliver"
	"tellus/internal/platform/db"
	"tellus/internal/platform/mailmsg"
)

// joined plans what happens to several conversations together: two that were one matter, a problem that several met, and a question to a supplier.
func (p *play) joined() {
	p.merges()
	p.recalls()
	p.asksSupplier()
}

// merges has a customer and her husband write of the same parcel.
func (p *play) merges() {
	s := p.told(lithuanian, "Rasa Petrauskienė", care, "Kur mano lentyna?", "emma")
	s.number = "KV-48733"
	p.bought(s, p.ago(11*time.Hour), order{status: desk.PurchaseSent, placed: p.ago(80 * time.Hour), currency: "EUR", items: []desk.PurchaseItem{thing("damaged", "lt", "Nida", 11_900)}})
	h := p.told(lithuanian, "Darius Petrauskas", care, "Lentyna „Nida“", "emma")
	s.wrote(p.ago(11*time.Hour), mailFrom{rich: true, text: "Laba diena,\n\nlentyna „Nida“ turėjo atvykti pirmadienį, o jos vis dar nėra. Užsakymas KV-48733.\n\nRasa Petrauskienė"})
	h.wrote(p.ago(10*time.Hour), mailFrom{text: "Sveiki,\n\nžmona jau rašė: užsakymas KV-48733. Kurjeris skambino man, bet ryšys nutrūko. Galite pristatyti bet kurią dieną po 17 val.\n\nDarius"})
	p.then(p.ago(9*time.Hour+40*time.Minute), func(ctx context.Context) error {
		return p.a.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := p.a.Conversations.Merge(ctx, tx, s.agent.by(), desk.Scope{Agent: s.agent.id, All: true}, s.id, []desk.ConversationID{h.id})
			return err
		})
	})
}

// recalls has two customers meet the same fault, which the house knows as one problem.
func (p *play) recalls() {
	martins := p.people["martins"]
	problem := p.told(english, "Arturs Lind", warranty, "Dishwasher VD-60: the inlet hose leaks", "martins")
	problem.wrote(p.ago(30*time.Hour), mailFrom{rich: true, text: "Hello,\n\nwe fit your kitchens. In the last delivery three dishwashers VD-60 leak at the inlet hose, all of batch 2231. It looks like a bad seal.\n\nArturs Lind, fitter"})
	problem.noted(p.ago(29*time.Hour), martins, "<p>The factory confirms it: seals of batch 2231. New hoses come on Friday. Please link what comes in about it.</p>")
	for i, story := range []struct {
		tongue              tongue
		name, subject, text string
	}{
		{latvian, "Guntis Zvirbulis", "Tek trauku mašīna VD-60", "Labdien!\n\nNedēļu veca trauku mašīna VD-60 tek pie ūdens pieslēguma. Ko darīt?\n\nGuntis Zvirbulis"},
		{english, "Hanna Saar", "Water under the dishwasher", "Hello,\n\nthere is water under our new dishwasher VD-60 after each wash. Can somebody come and look?\n\nHanna Saar"},
	} {
		s := p.told(story.tongue, story.name, warranty, story.subject, "martins")
		s.wrote(p.ago(time.Duration(26-4*i)*time.Hour), mailFrom{rich: true, text: story.text})
		p.then(p.ago(time.Duration(26-4*i)*time.Hour-20*time.Minute), func(ctx context.Context) error {
			return p.a.DB.Write(ctx, func(tx *db.Tx) error {
				return p.a.Conversations.Link(ctx, tx, martins.by(), desk.Scope{Agent: martins.id, All: true}, problem.id, s.id, conversation.LinkIncident)
			})
		})
	}
}

// asksSupplier has a colleague ask beside a conversation whether a part can be had, and the supplier answer.
func (p *play) asksSupplier() {
	const supplier = "parts@nordictimber.example"
	s := p.told(english, "Oskar Lepik", care, "A missing shelf support", "emma")
	s.wrote(p.ago(8*time.Hour), mailFrom{rich: true, text: "Hi,\n\nthe bookcase Oslo came with three shelf supports in place of four. Could you send the missing one?\n\nOskar Lepik"})
	var side desk.ConversationID
	p.then(p.ago(7*time.Hour+30*time.Minute), func(ctx context.Context) error {
		return p.a.DB.Write(ctx, func(tx *db.Tx) (err error) {
			who, err := p.a.Customers.Identify(ctx, tx, s.agent.by(), customer.Sighting{Kind: desk.AddressEmail, Value: supplier, Name: "Nordic Timber parts"})
			if err != nil {
				return err
			}
			house, err := p.a.Inboxes.House(ctx, tx)
			if err != nil {
				return err
			}
			from := conversation.Sender{By: s.agent.by(), Scope: desk.Scope{Agent: s.agent.id, All: true}, Name: s.agent.name, Inbox: s.inbox,
				NewID: func(string) string { return mailmsg.NewMessageID("koksvolts.example") }, SendAt: tx.Now, Enqueue: deliver.Outbox, OwnParty: house.Own}
			side, err = p.a.Conversations.AskAside(ctx, tx, from, s.id, desk.Customer{ID: who.ID, Name: who.Name}, conversation.SubjectKey("Shelf support for Oslo"),
				conversation.Side{To: []desk.NamedAddress{{Name: who.Name, Address: supplier}}, Subject: "Shelf support for Oslo",
					HTML: "<p>Hello,</p><p>have you got single shelf supports for the bookcase Oslo (2025)? We need one.</p>"}, nil)
			return err
		})
	})
	p.then(p.ago(5*time.Hour), func(ctx context.Context) error {
		var mailID, subject string
		if err := p.a.DB.Read(ctx, func(tx *db.Tx) error {
			return tx.Row(ctx, `SELECT mail_id, subject FROM message WHERE conversation = $1 AND kind = 'outgoing'`, side).Scan(&mailID, &subject)
		}); err != nil {
			return fmt.Errorf("what the supplier was asked: %w", err)
		}
		raw, err := mailmsg.Compose(mailmsg.Outgoing{From: mailmsg.Address{Name: "Nordic Timber parts", Email: supplier}, To: []mailmsg.Address{{Email: s.inbox.Address}},
			Subject: "Re: " + subject, Date: p.clock.now(), MessageID: "support.1@nordictimber.example", InReplyTo: mailID, References: []string{mailID},
			Text: "Hi,\n\nyes, twelve in stock. One goes out today, free of charge.\n\nNordic Timber"})
		if err != nil {
			return fmt.Errorf("write the supplier's answer: %w", err)
		}
		return p.arrive(ctx, s.inbox.ID, supplier, raw, &desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: "nordictimber.example"})
	})
}

// viewList makes the views that the house shares, and one of somebody's own.
func (p *play) viewList(ctx context.Context) error {
	is := func(attr string, op condition.Op, values ...string) condition.Node {
		return condition.Node{Attr: attr, Op: op, Values: values}
	}
	columns := func(keys ...string) (all []view.Column) {
		for _, k := range keys {
			all = append(all, view.Column{Key: k})
		}
		return all
	}
	ilze, martins := p.people["ilze"], p.people["martins"]
	ours := view.Asker{Agent: ilze.id, Zone: "Europe/Riga", Manage: true}
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, v := range []struct {
			by view.Asker
			view.Edit
		}{
			{ours, view.Edit{Name: "Late today", Audience: desk.Everyone, Icon: "alert", Colour: "red", Sort: condition.Sort{By: "due"},
				Condition: condition.Node{All: []condition.Node{{Attr: "due", Op: condition.Past}, is("status", condition.Is, "new", "open")}}}},
			{ours, view.Edit{Name: "Damaged or returned", Audience: desk.Everyone, Icon: "list", Colour: "amber", Layout: "table", Sort: condition.Sort{By: "waiting"},
				Columns:   columns("number", "customer", "subject", "tags", "assignee", "waiting", "due"),
				Condition: condition.Node{All: []condition.Node{is("tags", condition.AnyOf, fmt.Sprint(int64(p.tag["damaged"])), fmt.Sprint(int64(p.tag["return"])))}}}},
			{ours, view.Edit{Name: "Repairs nobody has", Audience: desk.ForTeams, Teams: []desk.TeamID{p.team["Repairs"]}, Icon: "inbox", Colour: "violet", Sort: condition.Sort{By: "created"},
				Condition: condition.Node{All: []condition.Node{is("inbox", condition.Is, p.inbox[warranty].ID.String()), {Attr: "assignee", Op: condition.Unset}}}}},
			{view.Asker{Agent: martins.id, Zone: "Europe/Riga"}, view.Edit{Name: "Mine, from yesterday", Audience: desk.Personal, Icon: "clock", Colour: "green", Sort: condition.Sort{By: "last", Desc: true},
				Condition: condition.Node{All: []condition.Node{is("assignee", condition.Is, "me"), {Attr: "last", Op: condition.Within, Amount: 1, Unit: "days"}}}}},
		} {
			v.Pinned = true
			if v.Layout == "" {
				v.Layout = "list"
			}
			if _, err := p.a.Gather.Views.Create(ctx, tx, v.by, v.Edit); err != nil {
				return fmt.Errorf("view %q: %w", v.Name, err)
			}
		}
		return nil
	})
}
