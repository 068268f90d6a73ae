package desktest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/sla"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

var dayCommands map[string]func(y *Day, words []string, text string) error

func init() {
	dayCommands = map[string]func(y *Day, words []string, text string) error{
		"zone": (*Day).inZone, "calendar": (*Day).calendar, "push": (*Day).push, "step": (*Day).step, "roster": (*Day).roster, "mail": (*Day).arrives, "lead": (*Day).lead, "speaks": (*Day).speaks,
	}
}

// inZone is where the file's clock hangs.
func (y *Day) inZone(words []string, _ string) (err error) {
	y.zone, err = time.LoadLocation(words[0])
	return err
}

var weekdays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// daysOf reads "Mon-Fri", "Sat" or "Mon,Wed".
func daysOf(word string) (days []int, err error) {
	for _, part := range strings.Split(word, ",") {
		first, last, span := strings.Cut(part, "-")
		if !span {
			last = first
		}
		from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
		if from < 0 || to < 0 {
			return nil, fmt.Errorf("no days %q", word)
		}
		for d := from; ; d = (d + 1) % 7 {
			days = append(days, d)
			if d == to {
				break
			}
		}
	}
	return days, nil
}

// spanOf reads "09:00-18:00" in minutes since midnight; 22:00-30:00 ends at six in the morning.
func spanOf(word string) (from, to int, err error) {
	var h, m, eh, em int
	if _, err := fmt.Sscanf(word, "%d:%d-%d:%d", &h, &m, &eh, &em); err != nil {
		return 0, 0, fmt.Errorf("hours %q: %w", word, err)
	}
	return h*60 + m, eh*60 + em, nil
}

// calendar NAME [inboxes=A/B] [country=lv] [closed=DATE]: Mon-Fri 09:00-18:00; Sat 10:00-14:00 makes opening hours in the file's zone.
func (y *Day) calendar(words []string, text string) error {
	o := options(words[1:])
	e := desk.CalendarEdit{Name: words[0], Zone: y.zone.String(), Country: o["country"], Week: make([][]desk.OpenHours, 7)}
	for _, box := range parts(o["inboxes"]) {
		e.Inboxes = append(e.Inboxes, y.boxes[box])
	}
	for _, part := range strings.Split(text, "; ") {
		when := strings.Fields(part)
		if len(when) != 2 {
			return fmt.Errorf("hours %q", part)
		}
		days, err := daysOf(when[0])
		if err != nil {
			return err
		}
		from, to, err := spanOf(when[1])
		if err != nil {
			return err
		}
		for _, d := range days {
			e.Week[d] = append(e.Week[d], desk.OpenHours{From: from, To: to})
		}
	}
	if o["closed"] != "" {
		d, err := desk.ParseDate(o["closed"])
		if err != nil {
			return err
		}
		e.Days = []desk.CalendarDay{{Date: d}}
	}
	if err := y.d.Try(func(ctx context.Context, tx *db.Tx) error {
		if _, err := (&hours.Service{}).Create(ctx, tx, desk.System, e); err != nil {
			return err
		}
		return y.d.Conversations.RedueAll(ctx, tx)
	}); err != nil {
		return err
	}
	y.d.Settle()
	return nil
}

// push TEAM METHOD [capacity=5] [accept=10] [previous=30] [speak=required] [waive=30] has a team give out what waits.
func (y *Day) push(words []string, _ string) error {
	o := options(words[2:])
	number := func(k string) int {
		n, _ := strconv.Atoi(o[k])
		return n
	}
	return y.d.Try(func(ctx context.Context, tx *db.Tx) error {
		e, err := y.d.Router.Routing.Of(ctx, tx, y.teams[words[0]])
		if err != nil {
			return err
		}
		e.Method, e.PreviousDays, e.AcceptMinutes, e.Speak, e.WaiveMinutes = assign.Method(words[1]), number("previous"), number("accept"), assign.Need(o["speak"]), number("waive")
		if o["capacity"] != "" {
			e.Capacity = number("capacity")
		}
		_, _, err = y.d.Router.Routing.Set(ctx, tx, desk.ByAgent(y.d.Eva), y.teams[words[0]], e.Edit)
		return err
	})
}

// step POLICY MINUTES [again=30x3] [DEED=…] adds a step to a policy: so many minutes from the due time, before it where negative.
func (y *Day) step(words []string, _ string) error {
	minutes, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return err
	}
	add := conversation.PolicyStep{Minutes: minutes}
	err = y.d.Try(func(ctx context.Context, tx *db.Tx) error {
		for _, w := range words[2:] {
			k, v, _ := strings.Cut(w, "=")
			switch k {
			case "again":
				if _, err := fmt.Sscanf(v, "%dx%d", &add.Every, &add.Times); err != nil {
					return err
				}
			default:
				a, err := y.action(ctx, tx, k, v)
				if err != nil {
					return err
				}
				add.Actions = append(add.Actions, a)
			}
		}
		all, err := y.d.Policies.List(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all.Items, func(p sla.Policy) bool { return p.Name == words[0] })
		if i < 0 {
			return fmt.Errorf("no policy %s", words[0])
		}
		e := all.Items[i].Edit
		e.Steps = append(e.Steps, add)
		_, err = y.d.Policies.Change(ctx, tx, desk.ByAgent(y.d.Eva), all.Items[i].ID, e)
		return err
	})
	y.d.Settle()
	return err
}

// roster NAME: Anna 1 Mon-Fri 09:00-17:00; Berta 2 Sat,Sun 00:00-00:00 says who is on duty, in the file's zone.
func (y *Day) roster(words []string, text string) error {
	e := desk.RosterEdit{Name: words[0], Zone: y.zone.String()}
	for _, part := range strings.Split(text, "; ") {
		w := strings.Fields(part)
		if len(w) != 4 {
			return fmt.Errorf("turn %q", part)
		}
		rank, err := strconv.Atoi(w[1])
		if err != nil {
			return err
		}
		turn := desk.Turn{Agent: y.agents[w[0]], Rank: rank}
		days, err := daysOf(w[2])
		if err != nil {
			return err
		}
		for _, d := range days {
			turn.Days |= 1 << d
		}
		if turn.From, turn.To, err = spanOf(w[3]); err != nil {
			return err
		}
		e.Turns = append(e.Turns, turn)
	}
	return y.d.Try(func(ctx context.Context, tx *db.Tx) error {
		r, err := y.d.Duty.Create(ctx, tx, desk.ByAgent(y.d.Eva), e)
		y.rosters[words[0]] = r.ID
		return err
	})
}

// lead TEAM AGENT has an agent lead a team.
func (y *Day) lead(words []string, _ string) error {
	return y.d.Try(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `/* desktest */ UPDATE team_member SET lead = TRUE WHERE team = $1 AND agent = $2`, y.teams[words[0]], y.agents[words[1]])
		return err
	})
}

// speaks AGENT en lv is in which languages somebody answers.
func (y *Day) speaks(words []string, _ string) error {
	languages := words[1:]
	return y.d.Try(func(ctx context.Context, tx *db.Tx) error {
		now, err := y.d.Staff.Agent(ctx, tx, y.agents[words[0]])
		if err != nil {
			return err
		}
		_, err = y.d.Staff.UpdateAgent(ctx, tx, staff.Identity{Agent: y.d.Eva, Role: desk.Owner, Permissions: desk.Roles[desk.Owner]}, staff.Visitor{}, y.agents[words[0]],
			staff.AgentChange{Version: now.Version, Answers: &languages})
		return err
	})
}

// arrives is "mail from NAME [inbox=…] [about=words_of_the_subject] [back]: TEXT". back answers the last mail that went to him.
func (y *Day) arrives(words []string, text string) error {
	if len(words) < 2 || words[0] != "from" {
		return fmt.Errorf("a mail is from somebody")
	}
	who, o := outsider(words[1]), options(words[2:])
	subject, headers := text, []string(nil)
	if o["about"] != "" {
		subject = strings.ReplaceAll(o["about"], "_", " ")
	}
	if _, back := o["back"]; back {
		mails := y.d.Outlet.Mails()
		slices.Reverse(mails)
		i := slices.IndexFunc(mails, func(m Mail) bool { return slices.Contains(m.To, who.Address) })
		if i < 0 {
			return fmt.Errorf("nothing was written to %s", who)
		}
		subject, headers = "Re: "+strings.TrimPrefix(mails[i].Read.Subject, "Re: "), []string{"In-Reply-To: <" + mails[i].ID + ">"}
	}
	box := y.d.Support
	if o["inbox"] != "" {
		box = y.boxes[o["inbox"]]
	}
	y.d.Arrive(box, y.d.Mail(who, subject, text, headers...), channel.Envelope{From: who.Address, To: []string{"support@shop.example"}})
	return nil
}
