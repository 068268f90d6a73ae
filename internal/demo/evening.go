package demo

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// evening is what is done once the week is over: colleagues have read what is finished and most of what is theirs, and left drafts.
func (p *play) evening(ctx context.Context) error {
	p.clock.set(p.now.Add(-time.Minute))
	for _, do := range p.after {
		if err := do(ctx); err != nil {
			return err
		}
	}
	if err := p.details(ctx); err != nil {
		return err
	}
	if err := p.promised(ctx); err != nil {
		return err
	}
	if err := p.standby(ctx); err != nil {
		return err
	}
	for _, c := range colleagues {
		who := p.people[c.key]
		if err := p.a.DB.Write(ctx, func(tx *db.Tx) error { return p.reads(ctx, tx, who) }); err != nil {
			return err
		}
	}
	return nil
}

// reads marks what somebody has seen: all that is finished, and half of what is not his.
func (p *play) reads(ctx context.Context, tx *db.Tx, who *person) error {
	for _, view := range []conversation.View{"finished", "all", "waiting", "snoozed"} {
		var after *conversation.Cursor
		for {
			list, next, err := p.a.Conversations.List(ctx, tx, who.scope, conversation.ListQuery{View: view, After: after, Limit: 100})
			if err != nil {
				return err
			}
			for _, c := range list {
				fresh := desk.At(p.now).Sub(c.LastAt).Hours() < 6
				if view == "all" && (fresh || p.rnd.IntN(3) == 0) {
					continue
				}
				if !c.Unread || p.seen.newest[c.ID] == 0 {
					continue
				}
				if err := p.a.Conversations.Read(ctx, tx, who.scope, c.ID, p.seen.newest[c.ID]); err != nil {
					return err
				}
			}
			if next == nil {
				break
			}
			after = next
		}
	}
	return nil
}

// drafts leaves an answer that somebody began.
func (p *play) drafts(ctx context.Context, who *person, s *story, text string) error {
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := p.a.Conversations.SaveDraft(ctx, tx, who.scope, s.id, desk.DraftBody{Mode: "reply", HTML: text, To: []desk.NamedAddress{{Name: s.who.name, Address: s.who.address}},
			Cc: []desk.NamedAddress{}, Bcc: []desk.NamedAddress{}, Attachments: []desk.AttachmentID{}})
		return err
	})
}

// restricts leaves the conversation to the eyes of some.
func (s *story) restricts(ctx context.Context, by *person, others ...*person) error {
	in := conversation.Access{Restricted: true}
	for _, o := range others {
		in.Agents = append(in.Agents, o.id)
	}
	return s.p.a.DB.Write(ctx, func(tx *db.Tx) error {
		return s.p.a.Conversations.SetAccess(ctx, tx, by.by(), by.scope, s.id, in)
	})
}

// follows has a colleague follow the conversation.
func (s *story) follows(ctx context.Context, who *person) error {
	return s.p.a.DB.Write(ctx, func(tx *db.Tx) error {
		return s.p.a.Conversations.Follow(ctx, tx, who.by(), who.scope, s.id, who.id, true)
	})
}
