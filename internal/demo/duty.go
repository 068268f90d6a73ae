package demo

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/duty"
	"tellus/internal/feature/macro"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/wallboard"
	"tellus/internal/platform/db"
)

// standby says who is on duty and who will be away, hangs two boards on the wall, says in which languages people answer and what they can, and makes a rule that answers at night, which is not
// switched on.
func (p *play) standby(ctx context.Context) error {
	const workdays, weekend, h = 0b0111110, 0b1000001, 60
	turn := func(who string, rank, from, to, days int) desk.Turn {
		return desk.Turn{Agent: p.people[who].id, Rank: rank, From: from * h, To: to * h, Days: days}
	}
	y, m, d := p.now.AddDate(0, 0, 2).Date()
	away := time.Date(y, m, d, 0, 0, 0, 0, riga())
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		by := p.people["ilze"].by()
		rosters := &duty.Service{}
		for _, e := range []desk.RosterEdit{
			{Name: "Manager on duty", Zone: "Europe/Riga", Turns: []desk.Turn{turn("ilze", 1, 8, 17, workdays), turn("tomasz", 1, 17, 22, workdays), turn("emma", 2, 8, 22, workdays), turn("emma", 1, 10, 18, weekend)}},
			{Name: "Workshop", Zone: "Europe/Vilnius", Turns: []desk.Turn{turn("jonas", 1, 9, 18, workdays)}},
		} {
			if _, err := rosters.Create(ctx, tx, by, e); err != nil {
				return err
			}
		}
		if _, err := rosters.Plan(ctx, tx, p.people["rasa"].by(), p.people["rasa"].id, desk.AbsenceEdit{From: desk.At(away), To: desk.At(away.AddDate(0, 0, 7)), Deputy: p.people["oksana"].id}); err != nil {
			return err
		}
		closed, err := (&macro.Service{}).Create(ctx, tx, macro.Asker{Agent: p.people["ilze"].id, Manage: true}, macro.Edit{Name: "We are closed", Audience: desk.Everyone, Active: true, Texts: closedTexts})
		if err != nil {
			return err
		}
		if _, err := p.a.Rules.Rules.Create(ctx, tx, by, automation.Edit{Name: "Answer at night", Zone: "Europe/Riga", Events: []desk.EventKind{desk.ConversationOpened},
			Condition: condition.Node{All: []condition.Node{{Attr: "hours.open", Op: "no", Values: []string{}}}}, Actions: []desk.Action{{Do: desk.SendAnswer, Macro: closed.ID}}}); err != nil {
			return err
		}
		for _, c := range colleagues {
			if c.role == desk.Owner || len(c.speaks) == 0 {
				continue
			}
			who, err := p.a.Staff.Agent(ctx, tx, p.people[c.key].id)
			if err != nil {
				return err
			}
			if _, err := p.a.Staff.UpdateAgent(ctx, tx, p.people["ilze"].identity(), visitor, who.ID, staff.AgentChange{Version: who.Version, Answers: &c.speaks}); err != nil {
				return err
			}
		}
		if err := p.skills(ctx, tx); err != nil {
			return err
		}
		boards := &wallboard.Service{}
		for _, e := range []desk.WallboardEdit{
			{Name: "Today", Zone: "Europe/Riga", Language: "en", Theme: "dark", Field: p.own.reason.ID},
			{Name: "Dzisiaj", Zone: "Europe/Warsaw", Language: "pl", Theme: "light", Teams: []desk.TeamID{p.team["Polska"]}},
		} {
			if _, err := boards.Create(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

var closedTexts = map[string]string{
	"en": "<p>Hello {{customer.firstName|there}},</p><p>we are closed just now and will read your message (#{{conversation.number}}) in the morning.</p>",
	"lv": "<p>Labdien!</p><p>Pašlaik esam slēgti un Jūsu ziņu (#{{conversation.number}}) izlasīsim no rīta.</p>",
	"lt": "<p>Laba diena,</p><p>šiuo metu nedirbame, Jūsų žinutę (#{{conversation.number}}) perskaitysime ryte.</p>",
	"pl": "<p>Dzień dobry,</p><p>teraz mamy zamknięte, Państwa wiadomość (#{{conversation.number}}) przeczytamy rano.</p>",
}
