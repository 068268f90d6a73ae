package api

import (
	"context"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
	"tellus/internal/feature/notice"
	"tellus/internal/platform/db"
	"tellus/internal/platform/webpush"
)

// noticeRoutes are the operations of what an agent is told.
var noticeRoutes = []route{
	{"list-notices", get, "/notices", needs(desk.ReadConversations), "One's own notices, the newest first", option{}},
	{"count-notices", get, "/notices/unread", needs(desk.ReadConversations), "How many one has not read", option{}},
	{"read-notices", post, "/notices/read", needs(desk.ReadConversations), "Mark one's notices as read: one, those of a conversation, or all", option{}},
	{"get-wishes", get, "/profile/notices", signedIn, "What one wants to be told, how, and when not", option{}},
	{"change-wishes", put, "/profile/notices", inPerson, "Choose what one wants to be told", option{}},
	{"get-push", get, "/profile/push", inPerson, "The key that browsers subscribe to, and one's browsers that take pushes", option{}},
	{"subscribe-push", put, "/profile/push", inPerson, "Have this browser take pushes", option{}},
	{"unsubscribe-push", del, "/profile/push/{id}", inPerson, "Have a browser take no pushes any more", option{}},
}

func (s *Server) registerNotices() {
	handle(s, "list-notices", s.listNotices)
	handle(s, "count-notices", s.countNotices)
	handle(s, "read-notices", s.readNotices)
	handle(s, "get-wishes", s.getWishes)
	handle(s, "change-wishes", s.changeWishes)
	handle(s, "get-push", s.getPush)
	handle(s, "subscribe-push", s.subscribePush)
	handle(s, "unsubscribe-push", s.unsubscribePush)
}

type noticesInput struct {
	Paging
	Unread bool `query:"unread" doc:"Only what one has not read"`
}

func (s *Server) listNotices(ctx context.Context, c *Caller, in *noticesInput) (*reply[page[desk.Notice]], error) {
	after, err := noticeCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (p page[desk.Notice], err error) {
		all, err := s.Notices.List(ctx, tx, c.Scope, after, in.Unread, in.Limit+1)
		if len(all) > in.Limit {
			last := all[in.Limit-1]
			all, p.Next = all[:in.Limit], cursorOf(int64(last.At))+"."+cursorOf(int64(last.ID))
		}
		p.Items = append([]desk.Notice{}, all...)
		return p, err
	})
}

func noticeCursor(text string) (*notice.Cursor, error) {
	if text == "" {
		return nil, nil
	}
	at, id, ok := strings.Cut(text, ".")
	a, err1 := strconv.ParseInt(at, 36, 64)
	n, err2 := strconv.ParseInt(id, 36, 64)
	if !ok || err1 != nil || err2 != nil {
		return nil, desk.RefuseField(desk.Invalid, "query.cursor", "not a cursor that this list gave")
	}
	return &notice.Cursor{At: desk.Time(a), ID: desk.NoticeID(n)}, nil
}

type unreadBody struct {
	Unread int `json:"unread" doc:"At most 100: there may be more"`
}

func (s *Server) unread(ctx context.Context, tx *db.Tx, c *Caller) (b unreadBody, err error) {
	b.Unread, err = s.Notices.Unread(ctx, tx, c.Scope)
	return b, err
}

func (s *Server) countNotices(ctx context.Context, c *Caller, _ *none) (*reply[unreadBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (unreadBody, error) { return s.unread(ctx, tx, c) })
}

type readNoticesBody struct {
	ID           desk.NoticeID       `json:"id,omitempty" minimum:"0" doc:"One notice"`
	Conversation desk.ConversationID `json:"conversation,omitempty" minimum:"0" doc:"All of a conversation; without either all there are"`
}

func (s *Server) readNotices(ctx context.Context, c *Caller, in *body[readNoticesBody]) (*reply[unreadBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (unreadBody, error) {
		if err := s.Notices.Read(ctx, tx, c.Scope, notice.Which{ID: in.Body.ID, Conversation: in.Body.Conversation}); err != nil {
			return unreadBody{}, err
		}
		return s.unread(ctx, tx, c)
	})
}

type wayBody struct {
	Kind  notify.Kind `json:"kind" enum:"mention,assigned,told,reply,overdue,due_soon,woken,team,followed"`
	InApp bool        `json:"inApp"`
	Push  bool        `json:"push"`
	Mail  bool        `json:"mail"`
}

type hoursBody struct {
	On   bool `json:"on"`
	From int  `json:"from" minimum:"0" maximum:"1439" doc:"Minutes since midnight in one's own time zone"`
	To   int  `json:"to" minimum:"0" maximum:"1439" doc:"At or before from it is of the next day"`
	Days int  `json:"days" minimum:"0" maximum:"127" doc:"Days on which they begin: 1 for Sunday, 2 for Monday, 4 for Tuesday and so on, added up"`
}

func (b hoursBody) hours() notify.Hours {
	return notify.Hours{On: b.On, From: b.From, To: b.To, Days: notify.Days(b.Days)}
}

func bodyOfHours(h notify.Hours) hoursBody { return hoursBody{h.On, h.From, h.To, int(h.Days)} }

type wishesBody struct {
	Ways     []wayBody `json:"ways" maxItems:"20"`
	Quiet    hoursBody `json:"quiet"`
	Subjects bool      `json:"subjects" doc:"Pushes and mails name customer and subject"`
	MailWait int       `json:"mailWait" minimum:"5" maximum:"1440" doc:"Minutes that a notice stays unread before it is mailed"`
	MailGap  int       `json:"mailGap" minimum:"15" maximum:"1440" doc:"Minutes between two mails at least"`
	Version  int64     `json:"version"`
}

func bodyOfWishes(w notice.Wishes) wishesBody {
	b := wishesBody{Ways: []wayBody{}, Quiet: bodyOfHours(w.Quiet), Subjects: w.Subjects, MailWait: w.MailWait, MailGap: w.MailGap, Version: w.Version}
	for _, k := range notify.Kinds {
		b.Ways = append(b.Ways, wayBody{k, w.Wants(k, notify.InApp), w.Wants(k, notify.Push), w.Wants(k, notify.Mail)})
	}
	return b
}

func (b wishesBody) wishes() notice.Wishes {
	w := notice.Wishes{Version: b.Version}
	w.By = map[notify.Kind]map[notify.Channel]bool{}
	for _, way := range b.Ways {
		w.By[way.Kind] = map[notify.Channel]bool{notify.InApp: way.InApp, notify.Push: way.Push, notify.Mail: way.Mail}
	}
	w.Quiet, w.Subjects, w.MailWait, w.MailGap = b.Quiet.hours(), b.Subjects, b.MailWait, b.MailGap
	return w
}

func (s *Server) getWishes(ctx context.Context, c *Caller, _ *none) (*reply[wishesBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (wishesBody, error) {
		all, err := s.Notices.WishesOf(ctx, tx, []desk.AgentID{c.Agent})
		return bodyOfWishes(all[c.Agent]), err
	})
}

func (s *Server) changeWishes(ctx context.Context, c *Caller, in *body[wishesBody]) (*reply[wishesBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (wishesBody, error) {
		saved, err := s.Notices.Save(ctx, tx, c.Agent, in.Body.wishes())
		if err == nil {
			err = s.WishesChanged(ctx, tx, c.Agent)
		}
		return bodyOfWishes(saved), err
	})
}

type pushBody struct {
	Key     string        `json:"key" doc:"applicationServerKey of pushManager.subscribe"`
	Devices []desk.Device `json:"devices"`
}

func (s *Server) getPush(ctx context.Context, c *Caller, _ *none) (*reply[pushBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (b pushBody, err error) {
		key, err := s.Notices.Key(ctx, tx)
		if err != nil {
			return b, err
		}
		all, err := s.Notices.Devices(ctx, tx, c.Agent, c.Session)
		return pushBody{key.Public(), append([]desk.Device{}, all...)}, err
	})
}

// subscriptionBody is what PushSubscription.toJSON gives; what else it holds is not needed.
type subscriptionBody struct {
	Endpoint string `json:"endpoint" maxLength:"2048"`
	Keys     struct {
		P256DH string `json:"p256dh" maxLength:"120"`
		Auth   string `json:"auth" maxLength:"40"`
	} `json:"keys"`
}

func (s *Server) subscribePush(ctx context.Context, c *Caller, in *body[subscriptionBody]) (*reply[desk.Device], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Device, error) {
		return s.Notices.Subscribe(ctx, tx, c.Identity, webpush.Subscription{Endpoint: in.Body.Endpoint, P256DH: in.Body.Keys.P256DH, Auth: in.Body.Keys.Auth})
	})
}

type deviceInput struct {
	ID desk.DeviceID `path:"id" minimum:"1"`
}

func (s *Server) unsubscribePush(ctx context.Context, c *Caller, in *deviceInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Notices.Unsubscribe(ctx, tx, c.Agent, in.ID) })
}
