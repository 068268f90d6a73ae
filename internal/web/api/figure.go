package api

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/figure"
	figures "tellus/internal/feature/figure"
	"tellus/internal/platform/db"
)

// figureRoutes are what a lead measures the desk by. Every figure counts what the caller sees.
var figureRoutes = []route{
	{"read-figures", get, "/figures", needs(desk.ReadFigures), "What came, was answered and resolved, how old what is open is, and how promises were kept, over days of the caller's clock", option{}},
	{"list-behind-figure", get, "/figures/conversations", needs(desk.ReadFigures), "The conversations behind a figure, the newest first", option{}},
}

func (s *Server) registerFigures() {
	handle(s, "read-figures", s.readFigures)
	handle(s, "list-behind-figure", s.listBehindFigure)
}

// SpanInput is over which days figures are read, and in which groups.
type SpanInput struct {
	From string    `query:"from" required:"true" format:"date" doc:"The first day, by the caller's clock"`
	To   string    `query:"to" required:"true" format:"date" doc:"The last day; a year after the first at most"`
	By   figure.By `query:"by" enum:"team,inbox,channel" default:"team"`
}

func (in *SpanInput) span(c *Caller) (figures.Span, error) {
	from, err := desk.ParseDate(in.From)
	if err != nil {
		return figures.Span{}, desk.RefuseField(desk.Invalid, "query.from", "a date is such as 2026-11-23")
	}
	to, err := desk.ParseDate(in.To)
	if err != nil {
		return figures.Span{}, desk.RefuseField(desk.Invalid, "query.to", "a date is such as 2026-11-23")
	}
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	bounds := figure.Days(from, to, zone)
	if bounds == nil {
		return figures.Span{}, desk.RefuseField(desk.Invalid, "query.to", "the last day is not before the first, and within %d days of it", figure.MostDays)
	}
	return figures.Span{From: from, To: to, Zone: zone.String(), Bounds: bounds, By: in.By}, nil
}

func (s *Server) figures() *figures.Service { return &figures.Service{Conversations: s.Conversations} }

func (s *Server) readFigures(ctx context.Context, c *Caller, in *SpanInput) (*reply[figures.Figures], error) {
	span, err := in.span(c)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (figures.Figures, error) { return s.figures().Of(ctx, tx, c.Scope, span) })
}

type behindInput struct {
	SpanInput
	Figure figure.Name   `query:"figure" required:"true" enum:"received,answered,resolved,first_contact,open,kept,broken"`
	Group  string        `query:"group" maxLength:"40" doc:"The key of a line behind an equals sign, such as =3, or = alone for no team; all where absent"`
	Kind   deadline.Kind `query:"kind" enum:",acknowledge,first_answer,next_answer,update,resolve,commitment" doc:"Of kept and broken: all where absent"`
	Age    int           `query:"age" minimum:"0" maximum:"5" doc:"Of open: from 1 for the youngest; all where absent"`
	Below  int64         `query:"below" minimum:"0" doc:"The number of the last one of the page before"`
}

// behindPage is how many conversations behind a figure one page has.
const behindPage = 50

func (s *Server) listBehindFigure(ctx context.Context, c *Caller, in *behindInput) (*reply[list[desk.Conversation]], error) {
	span, err := in.span(c)
	if err != nil {
		return nil, err
	}
	which := figures.Which{Figure: in.Figure, Kind: in.Kind, Age: in.Age}
	if in.Group != "" {
		key := in.Group[1:]
		if in.Group[0] != '=' {
			return nil, desk.RefuseField(desk.Invalid, "query.group", "a group begins with an equals sign")
		}
		which.Key = &key
	}
	return asking(ctx, s, func(tx *db.Tx) (list[desk.Conversation], error) {
		all, err := s.figures().Behind(ctx, tx, c.Scope, span, which, in.Below, behindPage)
		return list[desk.Conversation]{all}, err
	})
}
