package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/engine/holiday"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
)

// calendarRoutes are opening hours.
var calendarRoutes = []route{
	{"list-calendars", get, "/calendars", needs(desk.WriteNotes), "The calendars of opening hours by name, and how far working out what is due has come", option{}},
	{"create-calendar", post, "/calendars", needs(desk.ManageSettings), "Make a calendar", option{creates: true}},
	{"preview-calendar", post, "/calendars/preview", needs(desk.ManageSettings), "What a calendar comes to in the next weeks, saved or not", option{}},
	{"read-calendar-file", post, "/calendars/file", needs(desk.ManageSettings), "The dates on which the events of an iCalendar file leave a calendar other hours; changes nothing", option{max: 12 << 20}},
	{"get-calendar", get, "/calendars/{id}", needs(desk.WriteNotes), "A calendar", option{}},
	{"change-calendar", put, "/calendars/{id}", needs(desk.ManageSettings), "Replace a calendar; what is due is worked out anew", option{}},
	{"delete-calendar", del, "/calendars/{id}", needs(desk.ManageSettings), "Delete a calendar that nothing goes by", option{}},
	{"list-calendar-feeds", get, "/calendars/{id}/feeds", needs(desk.ManageSettings), "The iCalendar feeds that close a calendar, the oldest first", option{}},
	{"add-calendar-feed", post, "/calendars/{id}/feeds", needs(desk.ManageSettings), "Subscribe a calendar to an iCalendar feed, which is looked at soon", option{creates: true}},
	{"change-calendar-feed", put, "/calendars/{id}/feeds/{feed}", needs(desk.ManageSettings), "Change a feed of a calendar", option{}},
	{"remove-calendar-feed", del, "/calendars/{id}/feeds/{feed}", needs(desk.ManageSettings), "End the subscription to a feed: its events close nothing any more", option{}},
	{"look-at-calendar-feed", post, "/calendars/{id}/feeds/{feed}/look", needs(desk.ManageSettings), "Have a feed looked at soon", option{}},
	{"get-open-state", get, "/calendars/{id}/open", needs(desk.WriteNotes), "Whether it is open now, and until when", option{}},
	{"list-holiday-countries", get, "/holidays", needs(desk.WriteNotes), "Countries whose public holidays are known", option{}},
	{"list-holidays", get, "/holidays/{country}/{year}", needs(desk.WriteNotes), "The public holidays of a country in a year, by date", option{}},
}

func (s *Server) registerCalendars() {
	handle(s, "list-calendars", s.listCalendars)
	handle(s, "create-calendar", s.createCalendar)
	handle(s, "preview-calendar", s.previewCalendar)
	handle(s, "read-calendar-file", s.readCalendarFile)
	handle(s, "get-calendar", s.getCalendar)
	handle(s, "change-calendar", s.changeCalendar)
	handle(s, "delete-calendar", s.deleteCalendar)
	handle(s, "list-calendar-feeds", s.listCalendarFeeds)
	handle(s, "add-calendar-feed", s.addCalendarFeed)
	handle(s, "change-calendar-feed", s.changeCalendarFeed)
	handle(s, "remove-calendar-feed", s.removeCalendarFeed)
	handle(s, "look-at-calendar-feed", s.lookAtCalendarFeed)
	handle(s, "get-open-state", s.getOpenState)
	handle(s, "list-holiday-countries", s.listHolidayCountries)
	handle(s, "list-holidays", s.listHolidays)
}

// calendarList is every calendar, and the work that changing one sets off.
type calendarList struct {
	Items []desk.Calendar      `json:"items"`
	Now   []calendarNow        `json:"now" doc:"Whether each is open, in the order of items"`
	Work  conversation.DueWork `json:"work"`
}

func (s *Server) listCalendars(ctx context.Context, _ *Caller, _ *none) (*reply[calendarList], error) {
	return asking(ctx, s, func(tx *db.Tx) (out calendarList, err error) {
		if out.Items, err = s.Hours.All(ctx, tx); err != nil {
			return out, err
		}
		if out.Now, err = calendarsNow(ctx, tx, out.Items); err != nil {
			return out, err
		}
		out.Work, err = s.Conversations.DueWork(ctx, tx)
		return out, err
	})
}

func aboutCalendar(id desk.CalendarID) string { return "calendar:" + id.String() }

// redue has what is due worked out anew, and keeps a line in the log.
func (s *Server) redue(ctx context.Context, tx *db.Tx, c *Caller, action string, id desk.CalendarID, before, after desk.CalendarEdit) error {
	if err := s.Conversations.RedueAll(ctx, tx); err != nil {
		return err
	}
	return s.auditChange(ctx, tx, c, action, aboutCalendar(id), desk.Differences(before, after))
}

func (s *Server) createCalendar(ctx context.Context, c *Caller, in *body[desk.CalendarEdit]) (*reply[desk.Calendar], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Calendar, error) {
		made, err := s.Hours.Create(ctx, tx, c.By(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.redue(ctx, tx, c, "calendar.created", made.ID, desk.CalendarEdit{}, made.CalendarEdit)
	})
}

type calendarInput struct {
	ID desk.CalendarID `path:"id" minimum:"1"`
}

func (s *Server) getCalendar(ctx context.Context, _ *Caller, in *calendarInput) (*reply[desk.Calendar], error) {
	return asking(ctx, s, func(tx *db.Tx) (desk.Calendar, error) { return s.Hours.Get(ctx, tx, in.ID) })
}

type changeCalendarInput struct {
	ID   desk.CalendarID `path:"id" minimum:"1"`
	Body desk.CalendarEdit
}

func (s *Server) changeCalendar(ctx context.Context, c *Caller, in *changeCalendarInput) (*reply[desk.Calendar], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Calendar, error) {
		before, err := s.Hours.Get(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Hours.Change(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, aboutCalendar(in.ID), "calendar.created", "calendar.updated")
		}
		if before.Zone != made.Zone {
			if err := s.Feeds.LookAgain(ctx, tx, c.By(), in.ID); err != nil {
				return made, err
			}
		}
		return made, s.redue(ctx, tx, c, "calendar.updated", in.ID, before.CalendarEdit, made.CalendarEdit)
	})
}

func (s *Server) deleteCalendar(ctx context.Context, c *Caller, in *calendarInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		gone, err := s.Hours.Delete(ctx, tx, c.By(), in.ID)
		if err != nil {
			return err
		}
		return s.auditChange(ctx, tx, c, "calendar.deleted", aboutCalendar(in.ID), desk.Differences(gone.CalendarEdit, desk.CalendarEdit{}, "name"))
	})
}

// previewDays is how far a preview looks: five weeks and what is left of this one fit on a page.
const previewDays = 42

type previewInput struct {
	Calendar desk.CalendarID `query:"calendar" minimum:"0" doc:"Whose feeds count too"`
	Body     desk.CalendarEdit
}

func (s *Server) previewCalendar(ctx context.Context, _ *Caller, in *previewInput) (*reply[hours.Shown], error) {
	return asking(ctx, s, func(tx *db.Tx) (hours.Shown, error) {
		e := in.Body
		if e.Name == "" {
			e.Name = "?" // it may be looked at before it has a name
		}
		if err := hours.Check(&e, tx.Now); err != nil {
			return hours.Shown{}, err
		}
		closings, err := s.Hours.Closings(ctx, tx, in.Calendar)
		if err != nil {
			return hours.Shown{}, err
		}
		return hours.Preview(e, closings, tx.Now, previewDays)
	})
}

// OpenState is what customers and programs want to know of hours.
type OpenState struct {
	Open   bool      `json:"open"`
	Next   desk.Time `json:"next,omitempty" doc:"When it closes, or opens; absent where that is not within ten years"`
	Event  string    `json:"event,omitempty" doc:"Title of the event of a feed that keeps it closed now"`
	Public bool      `json:"public,omitempty" doc:"That title may be shown to customers"`
}

// calendarNow is whether a calendar is open.
type calendarNow struct {
	ID desk.CalendarID `json:"id"`
	OpenState
}

func calendarsNow(ctx context.Context, tx *db.Tx, all []desk.Calendar) ([]calendarNow, error) {
	out := make([]calendarNow, 0, len(all))
	book, err := hours.LoadBook(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		h, _, err := book.Open(c.ID, tx.Now)
		if err != nil {
			return nil, err
		}
		x := calendarNow{ID: c.ID}
		x.Open, x.Next = h.Now(tx.Now)
		if by, ok := h.ClosedBy(tx.Now); ok {
			x.Event, x.Public = by.Name, by.Public
		}
		out = append(out, x)
	}
	return out, nil
}

func (s *Server) getOpenState(ctx context.Context, _ *Caller, in *calendarInput) (*reply[OpenState], error) {
	return asking(ctx, s, func(tx *db.Tx) (OpenState, error) {
		cal, err := s.Hours.Get(ctx, tx, in.ID)
		if err != nil {
			return OpenState{}, err
		}
		now, err := calendarsNow(ctx, tx, []desk.Calendar{cal})
		if err != nil {
			return OpenState{}, err
		}
		return now[0].OpenState, nil
	})
}

// countryBody is a country whose holidays are known.
type countryBody struct {
	Code  string   `json:"code" doc:"ISO 3166-1"`
	Parts []string `json:"parts" doc:"ISO 3166-2 without the country, where holidays differ within it"`
}

func (s *Server) listHolidayCountries(_ context.Context, _ *Caller, _ *none) (*reply[list[countryBody]], error) {
	out := []countryBody{}
	for _, c := range holiday.Countries() {
		out = append(out, countryBody{c.Code, append([]string{}, c.Parts...)})
	}
	return &reply[list[countryBody]]{Body: list[countryBody]{out}}, nil
}

type holidaysInput struct {
	Country string `path:"country" maxLength:"2"`
	Year    int    `path:"year" minimum:"2010" maximum:"2100"`
	Part    string `query:"part" maxLength:"3" doc:"Of the country; what holds in all of it where empty"`
}

// holidayBody is a holiday of a year.
type holidayBody struct {
	Key        string    `json:"key"`
	Date       desk.Date `json:"date"`
	Substitute bool      `json:"substitute,omitempty" doc:"The day off in place of one that falls on a weekend"`
	Usual      bool      `json:"usual,omitempty" doc:"No law makes it a day off for all, but most are closed"`
}

func (s *Server) listHolidays(_ context.Context, _ *Caller, in *holidaysInput) (*reply[list[holidayBody]], error) {
	if !holiday.Known(in.Country, in.Part) {
		return nil, desk.Refuse(desk.NotFound, "the holidays of %s %s are not known", in.Country, in.Part)
	}
	out := []holidayBody{}
	for _, h := range holiday.In(in.Country, in.Part, in.Year) {
		out = append(out, holidayBody{h.Key, h.Date, h.Substitute, h.Usual})
	}
	return &reply[list[holidayBody]]{Body: list[holidayBody]{out}}, nil
}
