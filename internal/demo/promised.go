package demo

import (
	"context"
	"time"

	"tellus/internal/desk"
	engine "tellus/internal/engine/commitment"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// vows are what colleagues promise, in the languages of customers.
var vows = map[string][]string{
	"lv": {"Rīt līdz pusdienlaikam piezvanīsim un pateiksim, ko teica meistars.", "Naudu atmaksāsim līdz piektdienai.", "Atbildēsim divu darba dienu laikā."},
	"lt": {"Rytoj 13 val. paskambinsime ir pasakysime, kada atvešime.", "Pinigus grąžinsime iki penktadienio."},
	"pl": {"Jutro do godz. 13:00 oddzwonimy z terminem dostawy.", "Korektę wyślemy w ciągu dwóch dni roboczych."},
	"en": {"We will call you tomorrow at one.", "We will send the spare part by Friday."},
}

// mostVows is how many of the waiting conversations hold a promise.
const mostVows = 9

// promised has colleagues promise something in conversations that wait for the customer, each until when its own words say.
func (p *play) promised(ctx context.Context) error {
	kept := &commitment.Service{Conversations: p.a.Conversations}
	zone, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		return err
	}
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		list, _, err := p.a.Conversations.List(ctx, tx, p.people["ilze"].scope, conversation.ListQuery{View: "waiting", Limit: 100})
		if err != nil {
			return err
		}
		made := 0
		for i, c := range list {
			words := vows[c.Language]
			if i%3 != 0 || len(words) == 0 || c.Assignee == 0 || made == mostVows {
				continue
			}
			who := p.holder(c.Assignee)
			said := words[made%len(words)]
			found := engine.Notice(said, tx.Now.Time().In(zone), nil)
			if who == nil || len(found) == 0 {
				continue
			}
			if _, err := kept.Make(ctx, tx, who.scope, c.ID, commitment.Edit{Words: said, Due: desk.At(found[0].Due)}); err != nil {
				return err
			}
			made++
		}
		return nil
	})
}

// holder is the person whose a conversation is, nil where he is none of those who play.
func (p *play) holder(id desk.AgentID) *person {
	for _, who := range p.people {
		if who.scope.Agent == id {
			return who
		}
	}
	return nil
}
