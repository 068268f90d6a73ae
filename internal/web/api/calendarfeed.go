package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
)

type FeedInput struct {
	ID   desk.CalendarID `path:"id" minimum:"1"`
	Feed desk.FeedID     `path:"feed" minimum:"1"`
}

func (s *Server) listCalendarFeeds(ctx context.Context, _ *Caller, in *calendarInput) (*reply[list[hours.Feed]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[hours.Feed], err error) {
		if _, err := s.Hours.Get(ctx, tx, in.ID); err != nil {
			return out, err
		}
		out.Items, err = s.Feeds.Of(ctx, tx, in.ID)
		return out, err
	})
}

// feedSaid is what the log keeps of a feed: its address may be a secret, so that only the host stands there.
type feedSaid struct {
	Name   string `json:"name"`
	Host   string `json:"host"`
	Shuts  string `json:"shuts"`
	Public bool   `json:"public"`
	Active bool   `json:"active"`
}

func said(f hours.Feed) feedSaid { return feedSaid{f.Name, f.Host, f.Shuts, f.Public, f.Active} }

// feedChanged has what is due worked out anew where other hours are closed, and keeps a line in the log.
func (s *Server) feedChanged(ctx context.Context, tx *db.Tx, c *Caller, action string, of desk.CalendarID, moved bool, before, after feedSaid) error {
	if moved {
		if err := s.Conversations.RedueAll(ctx, tx); err != nil {
			return err
		}
	}
	return s.auditChange(ctx, tx, c, action, aboutCalendar(of), desk.Differences(before, after))
}

type addFeedInput struct {
	ID   desk.CalendarID `path:"id" minimum:"1"`
	Body hours.FeedEdit
}

func (s *Server) addCalendarFeed(ctx context.Context, c *Caller, in *addFeedInput) (*reply[hours.Feed], error) {
	return changing(ctx, s, func(tx *db.Tx) (hours.Feed, error) {
		made, err := s.Feeds.Add(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, err
		}
		return made, s.feedChanged(ctx, tx, c, "calendar.feed_added", in.ID, false, feedSaid{}, said(made))
	})
}

type changeFeedInput struct {
	FeedInput
	Body hours.FeedEdit
}

func (s *Server) changeCalendarFeed(ctx context.Context, c *Caller, in *changeFeedInput) (*reply[hours.Feed], error) {
	return changing(ctx, s, func(tx *db.Tx) (hours.Feed, error) {
		before, err := s.Feeds.Get(ctx, tx, in.ID, in.Feed)
		if err != nil {
			return before, err
		}
		made, moved, err := s.Feeds.Change(ctx, tx, c.By(), in.ID, in.Feed, in.Body)
		if err != nil {
			return made, err
		}
		return made, s.feedChanged(ctx, tx, c, "calendar.feed_changed", in.ID, moved, said(before), said(made))
	})
}

func (s *Server) removeCalendarFeed(ctx context.Context, c *Caller, in *FeedInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		was, moved, err := s.Feeds.Remove(ctx, tx, c.By(), in.ID, in.Feed)
		if err != nil {
			return err
		}
		return s.feedChanged(ctx, tx, c, "calendar.feed_removed", in.ID, moved, said(was), feedSaid{})
	})
}

func (s *Server) lookAtCalendarFeed(ctx context.Context, c *Caller, in *FeedInput) (*reply[hours.Feed], error) {
	return changing(ctx, s, func(tx *db.Tx) (hours.Feed, error) { return s.Feeds.LookNow(ctx, tx, c.By(), in.ID, in.Feed) })
}
