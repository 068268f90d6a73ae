package demo

import (
	"context"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/field"
	"tellus/internal/feature/worklog"
	"tellus/internal/platform/db"
)

// defined is what the house keeps beyond what the desk knows.
type defined struct {
	kinds               map[desk.TypeKind]desk.TypeID
	reason, order, cost desk.Field
	level, since        desk.Field
}

// definitions makes fields of conversations, customers and organisations, and a checklist that comes with complaints.
func (p *play) definitions(ctx context.Context) error {
	service := &field.Service{}
	by := p.people["ilze"].by()
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		if err := service.Begin(ctx, tx, by, "en"); err != nil { // as set-up does
			return err
		}
		all, err := service.Types(ctx, tx)
		if err != nil {
			return err
		}
		p.own.kinds = map[desk.TypeKind]desk.TypeID{}
		for _, t := range all {
			p.own.kinds[t.Kind] = t.ID
		}
		complaint := []desk.TypeID{p.own.kinds[desk.Complaint]}
		for _, f := range []struct {
			into *desk.Field
			e    field.Edit
		}{
			{&p.own.order, field.Edit{Name: "Order number", Kind: desk.TextField, Hint: "As it stands on the invoice"}},
			{&p.own.reason, field.Edit{Name: "Reason", Kind: desk.TreeField, Types: complaint, Options: []desk.FieldOption{{ID: -1, Name: "Delivery"}, {ID: -2, Name: "Damaged", Parent: -1},
				{ID: -3, Name: "Late", Parent: -1}, {ID: -4, Name: "Goods"}, {ID: -5, Name: "Faulty", Parent: -4}, {ID: -6, Name: "Not as described", Parent: -4}}}},
			{&p.own.cost, field.Edit{Name: "What it costs us", Kind: desk.MoneyField, Types: complaint, Form: desk.FieldForm{Currency: "EUR"}}},
			{&p.own.level, field.Edit{Target: desk.OnCustomer, Name: "Card", Kind: desk.ChoiceField, Options: []desk.FieldOption{{Name: "Guest"}, {Name: "Regular"}, {Name: "Gold"}}}},
			{&p.own.since, field.Edit{Target: desk.OnOrganisation, Name: "Contract since", Kind: desk.DateField}},
		} {
			if *f.into, err = service.Create(ctx, tx, by, f.e); err != nil {
				return err
			}
		}
		_, err = service.SaveTemplate(ctx, tx, by, 0, field.TemplateEdit{Name: "Complaint", Types: complaint, Items: []desk.CheckWord{{Words: "Ask for photos"},
			{Words: "Tell the courier"}, {Words: "Say what happens next"}}})
		return err
	})
}

// leaf is an option of the reason by its name.
func (d defined) leaf(name string) desk.FieldValue {
	i := slices.IndexFunc(d.reason.Options, func(o desk.FieldOption) bool { return o.Name == name })
	return desk.IDsOf(d.reason.Options[i].ID)
}

// details fills in what colleagues know by the evening: types, some fields, a tick, and the time that it took.
func (p *play) details(ctx context.Context) error {
	who := p.people["ilze"]
	kinds := map[desk.TagID]desk.TypeKind{p.tag["damaged"]: desk.Complaint, p.tag["warranty"]: desk.Complaint, p.tag["question"]: desk.Question, p.tag["praise"]: desk.Compliment,
		p.tag["invoice"]: desk.Question, p.tag["delivery"]: desk.Order}
	work := &worklog.Service{Conversations: p.a.Conversations}
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, view := range []conversation.View{"all", "waiting"} {
			list, _, err := p.a.Conversations.List(ctx, tx, who.scope, conversation.ListQuery{View: view, Limit: 100})
			if err != nil {
				return err
			}
			for i, c := range list {
				at := slices.IndexFunc(c.Tags, func(t desk.TagID) bool { return kinds[t] != "" })
				if at < 0 {
					continue
				}
				if err := p.describe(ctx, tx, who, c, kinds[c.Tags[at]], i); err != nil {
					return err
				}
				if i%3 != 0 {
					continue
				}
				if _, err := work.Add(ctx, tx, who.scope, c.ID, worklog.Entry{Seconds: int64(300 * (1 + p.rnd.IntN(6)))}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// describe gives one conversation its type and what goes with it.
func (p *play) describe(ctx context.Context, tx *db.Tx, who *person, c desk.Conversation, kind desk.TypeKind, n int) error {
	id := p.own.kinds[kind]
	change := conversation.Change{Version: c.Version, Type: &id, Fields: desk.FieldValues{}}
	if kind == desk.Complaint {
		change.Fields[p.own.reason.ID] = p.own.leaf([]string{"Damaged", "Faulty"}[n%2])
		if n%2 == 0 {
			change.Fields[p.own.cost.ID] = desk.MoneyOf(int64(1000+500*p.rnd.IntN(12)), "EUR")
		}
	}
	if _, err := p.a.Conversations.Update(ctx, tx, who.by(), who.scope, c.ID, change); err != nil {
		return err
	}
	if kind != desk.Complaint || n%2 == 0 {
		return nil
	}
	lists, err := p.a.Conversations.Checklists(ctx, tx, who.scope, c.ID)
	if err != nil || len(lists) == 0 {
		return err
	}
	if _, err := p.a.Conversations.Tick(ctx, tx, who.by(), who.scope, c.ID, lists[0].Items[0].ID, true); err != nil {
		return err
	}
	whose, err := p.a.Customers.Get(ctx, tx, c.Customer)
	if err != nil {
		return err
	}
	regular := desk.FieldValues{p.own.level.ID: desk.IDsOf(p.own.level.Options[1].ID)}
	_, err = p.a.Customers.Update(ctx, tx, who.by(), whose.ID, customer.Change{Version: whose.Version, Fields: regular})
	return err
}
