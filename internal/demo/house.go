package demo

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// colleague is somebody who works at Koks & Volts.
type colleague struct {
	key      string
	name     string
	role     desk.Role
	language string // of the desk
	speaks   []string
	teams    []string
	woman    bool
	zone     string
	title    string
}

func (c colleague) email() string { return c.key + "@koksvolts.example" }

var colleagues = []colleague{
	{"ilze", "Ilze Kalniņa", desk.Owner, "lv", []string{"lv"}, []string{"Baltics", "Repairs"}, true, "Europe/Riga", "Klientu apkalpošanas vadītāja"},
	{"emma", "Emma Lepik", desk.Administrator, "en", []string{"en"}, []string{"Baltics"}, true, "Europe/Tallinn", "Customer care, Estonia and Finland"},
	{"tomasz", "Tomasz Wójcik", desk.Supervisor, "pl", []string{"pl"}, []string{"Polska"}, false, "Europe/Warsaw", "Kierownik obsługi klienta"},
	{"agnieszka", "Agnieszka Nowak", desk.AgentRole, "pl", []string{"pl"}, []string{"Polska"}, true, "Europe/Warsaw", "Obsługa klienta"},
	{"martins", "Mārtiņš Ozoliņš", desk.AgentRole, "lv", []string{"lv", "en"}, []string{"Baltics"}, false, "Europe/Riga", "Klientu konsultants"},
	{"rasa", "Rasa Petrauskaitė", desk.AgentRole, "lt", []string{"lt", "en"}, []string{"Baltics"}, true, "Europe/Vilnius", "Klientų konsultantė"},
	{"jonas", "Jonas Kazlauskas", desk.AgentRole, "lt", []string{"lt"}, []string{"Repairs", "Baltics"}, false, "Europe/Vilnius", "Garantinis servisas"},
	{"oksana", "Oksana Romanova", desk.AgentRole, "lv", []string{"ru", "lv"}, []string{"Baltics", "Repairs"}, true, "Europe/Riga", "Klientu konsultante"},
	{"laura", "Laura Bērziņa", desk.LightAgent, "lv", nil, []string{"Baltics"}, true, "Europe/Riga", "Noliktava"},
}

// person is a colleague in the house.
type person struct {
	colleague
	id    desk.AgentID
	scope desk.Scope
}

func (p *person) by() desk.Actor { return desk.ByAgent(p.id) }

func (p *person) identity() staff.Identity {
	return staff.Identity{Agent: p.id, Name: p.name, Role: p.role, Language: p.language, TimeZone: p.zone, Permissions: desk.Roles[p.role], Scope: p.scope}
}

var visitor = staff.Visitor{IP: "192.0.2.17", Device: "Firefox, Linux"}

// house makes the company: people, teams, tags, inboxes.
func (p *play) house(ctx context.Context) error {
	for _, step := range []func(context.Context) error{p.founder, p.teams, p.staff, p.tagList, p.inboxList, p.shop} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := p.scopes(ctx); err != nil {
		return err
	}
	if err := p.definitions(ctx); err != nil {
		return err
	}
	if err := p.promises(ctx); err != nil {
		return err
	}
	if err := p.viewList(ctx); err != nil {
		return err
	}
	return p.macroList(ctx)
}

func (p *play) founder(ctx context.Context) error {
	var link string
	if err := p.a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		link, err = p.a.Staff.SetupLink(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	u, err := url.Parse(link)
	if err != nil {
		return fmt.Errorf("read the set-up link: %w", err)
	}
	c := colleagues[0]
	in, err := p.a.Staff.Setup(ctx, visitor, staff.FirstOwner{Token: u.Query().Get("token"), Name: c.name, Email: c.email(), Password: Password, Language: c.language,
		TimeZone: c.zone}, func(tx *db.Tx, by desk.Actor) error {
		s, err := p.a.Settings.Get(ctx, tx)
		if err != nil {
			return err
		}
		s.Company = "Koks & Volts"
		_, err = p.a.Settings.Save(ctx, tx, by, s)
		return err
	})
	if err != nil {
		return err
	}
	p.people[c.key] = &person{colleague: c, id: in.Agent}
	return nil
}

func (p *play) teams(ctx context.Context) error {
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, name := range []string{"Baltics", "Polska", "Repairs"} {
			t, err := p.a.Staff.NewTeam(ctx, tx, p.people["ilze"].identity(), visitor, name, nil, nil)
			if err != nil {
				return err
			}
			p.team[name] = t.ID
		}
		ilze := p.people["ilze"]
		led := []desk.TeamID{p.team["Baltics"], p.team["Repairs"]}
		if _, err := p.a.Staff.UpdateAgent(ctx, tx, ilze.identity(), visitor, ilze.id, staff.AgentChange{Version: 1, Teams: &led}); err != nil {
			return err
		}
		for _, id := range led {
			t, err := p.a.Staff.Team(ctx, tx, id)
			if err != nil {
				return err
			}
			if _, err := p.a.Staff.UpdateTeam(ctx, tx, ilze.identity(), visitor, id, staff.TeamChange{Version: t.Version, Leads: &[]desk.AgentID{ilze.id}}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *play) staff(ctx context.Context) error {
	ilze := p.people["ilze"].identity()
	for _, c := range colleagues[1:] {
		var link string
		if err := p.a.DB.Write(ctx, func(tx *db.Tx) error {
			var teams []desk.TeamID
			for _, name := range c.teams {
				teams = append(teams, p.team[name])
			}
			made, l, err := p.a.Staff.Invite(ctx, tx, ilze, visitor, staff.NewAgent{Name: c.name, Email: c.email(), Role: c.role, Language: c.language, Teams: teams})
			link = l
			p.people[c.key] = &person{colleague: c, id: made.ID}
			return err
		}); err != nil {
			return err
		}
		if _, err := p.a.Staff.Accept(ctx, visitor, path.Base(link), staff.Accepting{Password: Password, TimeZone: c.zone}); err != nil {
			return err
		}
	}
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, c := range colleagues {
			who := p.people[c.key]
			profile, err := p.a.Staff.Profile(ctx, tx, who.identity())
			if err != nil {
				return err
			}
			signature := "<p>" + c.name + "<br>" + c.title + "</p>"
			if _, err := p.a.Staff.UpdateProfile(ctx, tx, who.identity(), staff.ProfileChange{Version: profile.Version, Signature: &signature}); err != nil {
				return err
			}
		}
		// Somebody who has not answered the invitation yet.
		_, _, err := p.a.Staff.Invite(ctx, tx, ilze, visitor, staff.NewAgent{Name: "Kuba Zieliński", Email: "kuba@koksvolts.example", Role: desk.AgentRole,
			Language: "pl", Teams: []desk.TeamID{p.team["Polska"]}})
		return err
	})
}

func (p *play) tagList(ctx context.Context) error {
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, t := range []desk.Tag{{Name: "delivery", Colour: "blue"}, {Name: "damaged", Colour: "red"}, {Name: "return", Colour: "amber"},
			{Name: "invoice", Colour: "grey"}, {Name: "warranty", Colour: "violet"}, {Name: "question", Colour: "grey"}, {Name: "praise", Colour: "green"},
			{Name: "company", Colour: "blue"}, {Name: "call back", Colour: "amber"}} {
			made, err := p.a.Conversations.SaveTag(ctx, tx, p.people["ilze"].by(), t)
			if err != nil {
				return err
			}
			p.tag[t.Name] = made.ID
		}
		return nil
	})
}

const (
	care     = "Help"
	polska   = "Pomoc"
	warranty = "Warranty"
)

func (p *play) inboxList(ctx context.Context) error {
	submit := desk.Submit{Host: "mail.koksvolts.example", Port: 465, Security: "tls", User: "desk", Auth: "password"}
	secret := "not a real one"
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, e := range []inbox.Edit{
			{Name: care, Address: "help@koksvolts.example", Aliases: []string{"palidziba@koksvolts.example", "pagalba@koksvolts.example"}, FromName: "Koks & Volts",
				Language: "lv", Team: p.team["Baltics"], AnswerWithin: 24 * 60, Signature: `<p style="color:#6b716c">Koks &amp; Volts · Brīvības gatve 300, Rīga · koksvolts.example</p>`},
			{Name: polska, Address: "pomoc@koksvolts.example", FromName: "Koks & Volts Polska", Language: "pl", Team: p.team["Polska"], AnswerWithin: 24 * 60,
				Acknowledge: true, Signature: `<p style="color:#6b716c">Koks &amp; Volts Polska · ul. Przykładowa 12, Warszawa</p>`},
			{Name: warranty, Address: "warranty@koksvolts.example", Aliases: []string{"garantija@koksvolts.example", "gwarancja@koksvolts.example"},
				FromName: "Koks & Volts Service", Language: "en", Team: p.team["Repairs"], AnswerWithin: 48 * 60, ReplyToken: true},
		} {
			e.Kind, e.Active, e.Reopen, e.ReopenDays, e.Submit, e.SubmitSecret = desk.Email, true, "within", 14, submit, &secret
			e.Receive = desk.Receive{Method: "smtp"}
			made, err := p.a.Inboxes.Create(ctx, tx, p.people["ilze"].by(), e)
			if err != nil {
				return err
			}
			p.inbox[e.Name] = made
		}
		return nil
	})
}

// scopes works out what each colleague sees.
func (p *play) scopes(ctx context.Context) error {
	return p.a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		for _, who := range p.people {
			if who.scope, err = p.a.Staff.Scope(ctx, tx, who.id); err != nil {
				return err
			}
		}
		return nil
	})
}

// at says which inbox a matter in a language goes to.
func (p *play) at(t topic, tongue string) desk.Inbox {
	switch {
	case t.warranty && tongue != "pl":
		return p.inbox[warranty]
	case tongue == "pl":
		return p.inbox[polska]
	}
	return p.inbox[care]
}

// answers picks who answers in a language, and warranty matters first those who repair.
func (p *play) answers(tongue string, repair bool) *person {
	var able, best []*person
	for _, c := range colleagues {
		for _, l := range c.speaks {
			if l == tongue {
				able = append(able, p.people[c.key])
				if repair && strings.Contains(strings.Join(c.teams, ","), "Repairs") {
					best = append(best, p.people[c.key])
				}
			}
		}
	}
	if len(best) > 0 {
		able = best
	}
	return able[p.rnd.IntN(len(able))]
}

// office is when colleagues work, by the clock of Riga.
var office = struct {
	zone       *time.Location
	open, shut int // minutes of the day
}{zone: riga(), open: 8*60 + 30, shut: 20 * 60}

func riga() *time.Location {
	zone, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		return time.FixedZone("EET", 2*60*60) // no zones on this machine: winter all year
	}
	return zone
}

// working moves a time into the next office hours.
func (p *play) working(t time.Time) time.Time {
	local := t.In(office.zone)
	minute := local.Hour()*60 + local.Minute()
	if minute >= office.open && minute < office.shut {
		return t
	}
	day := local
	if minute >= office.shut {
		day = day.AddDate(0, 0, 1)
	}
	morning := time.Date(day.Year(), day.Month(), day.Day(), 0, office.open, 0, 0, office.zone)
	return morning.Add(time.Duration(p.rnd.IntN(100*60)) * time.Second)
}
