package desktest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
)

// policy NAME [KIND=MINUTES…] [counts=opening] [pauses=STATUS,…] makes or changes a service level policy for all conversations, and brings them up to it. Minutes hold for all
// priorities, or there are four of them, from low to urgent: 8,4,2,1.
func (s *Scenario) policy(words []string, _ string) error {
	e := sla.Edit{Name: words[0], Active: true, Pauses: []desk.Status{desk.StatusWaiting}}
	o := options(words[1:])
	for _, k := range sorted(o) {
		switch k {
		case "counts":
			e.Counts = o[k]
		case "pauses":
			e.Pauses = nil
			for _, status := range strings.Split(o[k], ",") {
				e.Pauses = append(e.Pauses, desk.Status(status))
			}
		default:
			t := sla.Target{Kind: deadline.Kind(k)}
			for _, m := range strings.Split(o[k], ",") {
				minutes, err := strconv.ParseInt(m, 10, 64)
				if err != nil {
					return fmt.Errorf("minutes of %s: %w", k, err)
				}
				t.Minutes = append(t.Minutes, minutes)
			}
			for len(t.Minutes) < deadline.Priorities {
				t.Minutes = append(t.Minutes, t.Minutes[0])
			}
			e.Targets = append(e.Targets, t)
		}
	}
	err := s.d.Try(func(ctx context.Context, tx *db.Tx) error {
		all, err := s.d.Policies.List(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all.Items, func(p sla.Policy) bool { return p.Name == e.Name })
		if i < 0 {
			_, err = s.d.Policies.Create(ctx, tx, desk.ByAgent(s.d.Eva), e)
			return err
		}
		e.Version = all.Items[i].Version
		_, err = s.d.Policies.Change(ctx, tx, desk.ByAgent(s.d.Eva), all.Items[i].ID, e)
		return err
	})
	s.d.Settle()
	return err
}

// minutes are whole ones: each step of a script takes a second or two.
func minutes(seconds int64) string {
	d := (time.Duration(seconds) * time.Second).Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// clocks C tells what is promised about a conversation and how that came about, by the clock of the calendar that it counts by.
func (s *Scenario) clocks(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	var all []conversation.Clock
	if err := s.d.DB.Read(s.d.T.Context(), func(tx *db.Tx) (err error) {
		all, err = s.d.Conversations.Clocks(s.d.T.Context(), tx, s.d.Scope(s.d.Eva), c)
		return err
	}); err != nil {
		return err
	}
	if len(all) == 0 {
		s.tell("nothing is promised")
	}
	for _, k := range all {
		zone := time.UTC
		if k.Zone != "" {
			if zone, err = time.LoadLocation(k.Zone); err != nil {
				return err
			}
		}
		at := func(t desk.Time) string { return t.Time().In(zone).Round(time.Minute).Format("Mon 2 Jan 15:04") }
		line := fmt.Sprintf("%s: %s", k.Kind, k.State)
		if k.Due != 0 && k.Due < desk.Never {
			line += ", due " + at(k.Due)
		}
		if k.Met != 0 {
			line += ", met " + at(k.Met)
		}
		line += fmt.Sprintf("; %s of %s", minutes(k.Spent), minutes(k.Target))
		if k.Calendar != "" {
			line += " by " + k.Calendar
		}
		s.tell("%s", line)
		for _, x := range k.Explain {
			why := string(x.What)
			switch x.What {
			case deadline.WhatCounted:
				why = fmt.Sprintf("counted %s", minutes(x.Seconds))
			case deadline.WhatClosed:
				why += ": " + string(x.Shut)
				for _, d := range x.Days {
					why += " " + strings.TrimSpace(d.Date.String()+" "+d.Name+d.Holiday)
				}
			case deadline.WhatPaused:
				why += ": " + string(x.Why) + " " + string(x.Status)
			}
			until := "now"
			if x.To != 0 {
				until = at(x.To)
			}
			s.tell("  %s to %s %s", at(x.From), until, why)
		}
	}
	return nil
}

// Promise makes a policy by which everybody is answered for the first time within so many minutes by the clock.
func (d *Desk) Promise(minutes int64) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Policies.Create(ctx, tx, desk.ByAgent(d.Eva), sla.Edit{Name: "Promised", Active: true,
			Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: []int64{minutes, minutes, minutes, minutes}}}})
		return err
	})
	d.Settle()
}
