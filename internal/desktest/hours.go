package desktest

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
)

// hours INBOX|TEAM FROM-TO [zone=…] [country=…] [closed=DATE] has an inbox or a team be open between two hours from Monday to Friday, and works out anew what is due.
func (s *Scenario) hours(words []string, _ string) error {
	box, isBox := s.boxes[words[0]]
	team, isTeam := s.teams[words[0]]
	if !isBox && !isTeam {
		return fmt.Errorf("no inbox and no team %s", words[0])
	}
	var from, to int
	if _, err := fmt.Sscanf(words[1], "%d-%d", &from, &to); err != nil {
		return fmt.Errorf("hours %q: %w", words[1], err)
	}
	o := options(words[2:])
	e := desk.CalendarEdit{Name: "Hours of " + words[0], Zone: "UTC", Country: o["country"], Week: make([][]desk.OpenHours, 7)}
	if isBox {
		e.Inboxes = []desk.InboxID{box}
	} else {
		e.Teams = []desk.TeamID{team}
	}
	if o["zone"] != "" {
		e.Zone = o["zone"]
	}
	for d := 1; d <= 5; d++ {
		e.Week[d] = []desk.OpenHours{{From: from * 60, To: to * 60}}
	}
	if o["closed"] != "" {
		d, err := desk.ParseDate(o["closed"])
		if err != nil {
			return err
		}
		e.Days = []desk.CalendarDay{{Date: d}}
	}
	s.d.Write(func(ctx context.Context, tx *db.Tx) error {
		kept := &hours.Service{}
		all, err := kept.All(ctx, tx)
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.Name == e.Name {
				e.Version = c.Version
				_, err = kept.Change(ctx, tx, desk.System, c.ID, e)
			}
		}
		if e.Version == 0 {
			_, err = kept.Create(ctx, tx, desk.System, e)
		}
		if err != nil {
			return err
		}
		return s.d.Conversations.RedueAll(ctx, tx)
	})
	s.d.Settle()
	return nil
}
