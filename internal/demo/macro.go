package demo

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/macro"
	"tellus/internal/platform/db"
)

// macroList makes the macros that the house works with: two that everybody has in four languages, one of a team, one that only acts, and one's own.
func (p *play) macroList(ctx context.Context) error {
	tagged := func(name string) desk.Action { return desk.Action{Do: desk.AddTags, Tags: []desk.TagID{p.tag[name]}} }
	service := &macro.Service{}
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, m := range []struct {
			by string
			e  macro.Edit
		}{
			{"ilze", macro.Edit{Folder: "Delivery/Damaged", Name: "Damaged on arrival: ask for photos", Audience: desk.Everyone, Texts: damagedTexts,
				Actions: []desk.Action{tagged("damaged"), {Do: desk.SetPriority, Priority: desk.High}, {Do: desk.Assign, Me: true}}}},
			{"ilze", macro.Edit{Folder: "Delivery", Name: "On its way", Audience: desk.Everyone, Texts: onItsWayTexts, Actions: []desk.Action{tagged("delivery")}}},
			{"ilze", macro.Edit{Folder: "Warranty", Name: "To the workshop", Audience: desk.ForTeams, Teams: []desk.TeamID{p.team["Repairs"], p.team["Baltics"]},
				Actions: []desk.Action{{Do: desk.SetTeam, Team: p.team["Repairs"]}, tagged("warranty"),
					{Do: desk.WriteNote, Note: "<p>{{agent.firstName}}: please call {{customer.name|the customer}} on {{customer.phone|the number in the mail}}.</p>"}}}},
			{"tomasz", macro.Edit{Folder: "Zwroty", Name: "Zwrot: adres i etykieta", Audience: desk.ForTeams, Teams: []desk.TeamID{p.team["Polska"]}, Texts: map[string]string{
				"pl": "<p>Dzień dobry,</p><p>zwrot można nadać w ciągu 14 dni na adres: Koks &amp; Volts Polska, ul. Przykładowa 12, Warszawa. " +
					"W paczce proszę zostawić kartkę z numerem {{conversation.number}}.</p>"},
				Actions: []desk.Action{tagged("return"), {Do: desk.SetStatus, Status: desk.StatusWaiting}}}},
			{"martins", macro.Edit{Name: "Call back on Monday", Audience: desk.Personal, Actions: []desk.Action{tagged("call back"), {Do: desk.Assign, Me: true},
				{Do: desk.SnoozeUntil, Day: "monday", Clock: "09:00"}}}},
		} {
			m.e.Active = true
			who := p.people[m.by]
			asker := macro.Asker{Agent: who.id, Teams: who.scope.Teams, Manage: who.role.May(desk.ManageMacros)}
			if _, err := service.Create(ctx, tx, asker, m.e); err != nil {
				return err
			}
		}
		return nil
	})
}

var damagedTexts = map[string]string{
	"en": "<p>Dear {{customer.name|customer}},</p><p>I am sorry that it arrived damaged. Please send us two or three photos: of the damage, and of the parcel with its label. " +
		"We will then send a replacement or refund you, whichever you prefer. Your number is #{{conversation.number}}.</p>",
	"lv": "<p>Labdien!</p><p>Mums ļoti žēl, ka prece atnāca bojāta. Lūdzu, atsūtiet divas vai trīs fotogrāfijas: bojājumu un paku ar uzlīmi. " +
		"Tad nosūtīsim jaunu vai atmaksāsim naudu, kā Jums ērtāk. Jūsu numurs ir #{{conversation.number}}.</p>",
	"lt": "<p>Laba diena,</p><p>labai apgailestaujame, kad prekė atkeliavo pažeista. Atsiųskite, prašome, dvi ar tris nuotraukas: pažeidimo ir siuntos su etikete. " +
		"Tada atsiųsime naują arba grąžinsime pinigus, kaip Jums patogiau. Jūsų numeris – #{{conversation.number}}.</p>",
	"pl": "<p>Dzień dobry,</p><p>przykro nam, że towar dotarł uszkodzony. Prosimy o dwa lub trzy zdjęcia: uszkodzenia oraz paczki z etykietą. " +
		"Wtedy wyślemy nowy albo zwrócimy pieniądze, jak Państwo wolą. Numer sprawy: #{{conversation.number}}.</p>",
}

var onItsWayTexts = map[string]string{
	"en": "<p>Hello {{customer.firstName|there}},</p><p>your order left our warehouse and is with the courier. He calls before he comes.</p><p>{{agent.firstName}}</p>",
	"lv": "<p>Labdien!</p><p>Jūsu pasūtījums ir izbraucis no noliktavas un ir pie kurjera. Pirms piegādes viņš piezvanīs.</p><p>{{agent.firstName}}</p>",
	"lt": "<p>Laba diena,</p><p>Jūsų užsakymas išvyko iš sandėlio ir yra pas kurjerį. Prieš atvykdamas jis paskambins.</p><p>{{agent.firstName}}</p>",
	"pl": "<p>Dzień dobry,</p><p>zamówienie opuściło nasz magazyn i jest u kuriera. Kurier zadzwoni przed przyjazdem.</p><p>{{agent.firstName}}</p>",
}
