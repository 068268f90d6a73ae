package condition

import (
	"strconv"

	"tellus/internal/desk"
)

// Shelves are the codes of desk.Shelf.
var Shelves = map[string]int64{"active": 0, "snoozed": 1, "finished": 2, "spam": 3, "trash": 4}

var (
	statuses   = []string{"new", "open", "waiting", "resolved", "closed"}
	priorities = map[string]int64{"low": 0, "normal": 1, "high": 2, "urgent": 3}
	lastBy     = []string{"customer", "agent", "note", "system", "phone_in", "phone_out", "visit_in", "visit_out", "letter_in", "letter_out"}
	awaited    = []string{"resolved", "answered", "colleague", "purchase"}
)

// never are what columns of times hold where there is none.
var never = []int64{0, int64(desk.Never)}

func ofCustomer(column string) SQL {
	return Both("(SELECT cu." + column + " FROM customer cu WHERE cu.id = c.customer)")
}

// of begins a subquery on what belongs to a conversation.
func of(table string) SQL { return Both("SELECT 1 FROM " + table + " x WHERE x.conversation = c.id") }

// reviewed finds who is asked to check a draft and has not answered.
var reviewed = Both("SELECT 1 FROM draft_review x JOIN draft y ON y.id = x.draft WHERE y.conversation = c.id AND x.state = '" + string(desk.ReviewAsked) + "'")

// ofOrganisation is what the organisation of a conversation's customer holds.
func ofOrganisation(column string) string {
	return "(SELECT o." + column + " FROM customer cu JOIN organisation o ON o.id = cu.member_of WHERE cu.id = c.customer)"
}

// ofHis begins a subquery on what belongs to a conversation's customer.
func ofHis(table string) SQL {
	return Both("SELECT 1 FROM " + table + " x WHERE x.customer = c.customer")
}

// linkedFrom tells whether a conversation, or what was merged into it, is one end of a link of some kinds.
func linkedFrom(end, kinds string) SQL {
	return Both(`EXISTS (WITH RECURSIVE within (id) AS (SELECT c.id UNION ALL SELECT m.id FROM within JOIN conversation m ON m.merged_into = within.id WHERE m.merged_into <> 0)
		SELECT 1 FROM within JOIN conversation_link x ON x.` + end + ` = within.id WHERE x.kind IN (` + kinds + `))`)
}

// Linked says which ends of links a conversation and what was merged into it are.
type Linked struct{ Problem, Incident, Part, Side, HasSide bool }

// conversation are the attributes that every conversation has; its alias in SQL is c.
var conversation = List{
	{Key: "status", Kind: Choice, Choices: statuses, Always: true, Sorts: true, Column: Both("c.status")},
	{Key: "priority", Kind: Choice, Choices: []string{"low", "normal", "high", "urgent"}, Codes: priorities, Always: true, Sorts: true, Column: Both("c.priority")},
	{Key: "assignee", Kind: Ref, Of: "agent", Column: Both("c.assignee")},
	{Key: "team", Kind: Ref, Of: "team", Column: Both("c.team")},
	{Key: "inbox", Kind: Ref, Of: "inbox", Always: true, Column: Both("c.inbox")},
	{Key: "type", Kind: Ref, Of: "type", Column: Both("c.type_id")},
	{Key: "tags", Kind: Refs, Of: "tag", From: of("conversation_tag"), Column: Both("x.tag")},
	{Key: "channel", Kind: Choice, Choices: []string{"email", "form", "phone", "visit", "letter"}, Always: true, Column: Both("c.channel")},
	{Key: "subject", Kind: Text, Sorts: true, Column: Both("c.subject")},
	{Key: "due", Kind: Moment, Sorts: true, Absent: never, Column: Both("c.due_at")},
	{Key: "waiting", Kind: Moment, Sorts: true, Absent: never, Column: Both("c.waiting_since")},
	{Key: "created", Kind: Moment, Always: true, Sorts: true, Absent: never, Column: Both("c.created_at")},
	{Key: "last", Kind: Moment, Always: true, Sorts: true, Absent: never, Column: Both("c.last_at")},
	{Key: "snoozed", Kind: Moment, Sorts: true, Absent: never, Column: Both("c.snoozed_until")},
	{Key: "until_reply", Kind: Flag, Column: Both("(c.snoozed_until >= " + strconv.FormatInt(int64(desk.Never), 10) + ")")},
	{Key: "awaited", Kind: Choice, Choices: awaited, Column: Both("c.wake_on")},
	{Key: "trashed", Kind: Moment, Sorts: true, Absent: never, Column: Both("c.trashed_at")},
	{Key: "resolved", Kind: Moment, Sorts: true, Absent: never, Column: Both("c.resolved_at")},
	{Key: "status_since", Kind: Moment, Absent: never, Always: true, Column: Both("(CASE WHEN c.status_at = 0 THEN c.last_at ELSE c.status_at END)")}, // 0: not changed since it is kept
	{Key: "silent", Kind: Moment, Absent: never, Column: Both("c.silent_at")},
	{Key: "last_by", Kind: Choice, Choices: lastBy, Always: true, Column: Both("c.preview_by")},
	{Key: "language", Kind: Choice, Column: Both("c.language")},
	{Key: "messages", Kind: Number, Always: true, Sorts: true, Column: Both("c.messages")},
	{Key: "spent", Kind: Number, Always: true, Sorts: true, Column: Both("(c.spent / 60)")}, // whole minutes
	{Key: "number", Kind: Number, Always: true, Sorts: true, Column: Both("c.number")},
	{Key: "checks_open", Kind: Number, Always: true, Sorts: true, Column: Both("(c.checks - c.checked)")},
	{Key: "checks_owed", Kind: Number, Always: true, Sorts: true, Column: Both("c.checks_owed")},
	{Key: "preview", Kind: Text, Column: Both("c.preview")},
	{Key: "problem", Kind: Flag, OfLinks: true, Column: linkedFrom("from_conversation", "'incident'")},
	{Key: "incident", Kind: Flag, OfLinks: true, Column: linkedFrom("to_conversation", "'incident'")},
	{Key: "part", Kind: Flag, OfLinks: true, Column: linkedFrom("to_conversation", "'child'")},
	{Key: "side", Kind: Flag, OfLinks: true, Column: linkedFrom("to_conversation", "'side', 'forward'")},
	{Key: "has_side", Kind: Flag, OfLinks: true, Column: linkedFrom("from_conversation", "'side', 'forward'")},
	{Key: "attachments", Kind: Flag, Column: Both("c.attachments")},
	{Key: "troubled", Kind: Flag, Column: Both("c.troubled")},
	{Key: "restricted", Kind: Flag, Column: Both("c.restricted")},
	{Key: "followers", Kind: Refs, Of: "agent", From: of("follower"), Column: Both("x.agent")},
	{Key: "reviewers", Kind: Refs, Of: "agent", OfReviews: true, From: reviewed, Column: Both("x.reviewer")},
	{Key: "shelf", Kind: Choice, Choices: []string{"active", "snoozed", "finished", "spam", "trash"}, Codes: Shelves, Always: true, Column: Both("c.shelf")},
	{Key: "customer.name", Kind: Text, Owner: "customer", Sorts: true, Column: Both("c.customer_name")},
	{Key: "customer.address", Kind: Text, Owner: "customer", Sorts: true, Column: Both("c.address")},
	{Key: "customer.organisation", Kind: Text, Owner: "customer", Sorts: true, Column: ofCustomer("organisation")},
	{Key: "customer.language", Kind: Choice, Owner: "customer", Column: ofCustomer("language")},
	{Key: "customer.segments", Kind: Refs, Of: "segment", Owner: "customer", From: ofHis("segment_member"), Column: Both("x.segment")},
}

// Conversations is the registry of conversations with the custom fields of conversations, customers and organisations.
func Conversations(fields []desk.Field) List {
	all := append(List{}, conversation...)
	for _, f := range fields {
		if a := FieldAttribute(f); a != nil {
			all = append(all, a)
		}
	}
	return all
}

// FieldAttribute is the attribute of a custom field of a conversation, of its customer or of his organisation. c is the conversation's alias in SQL.
func FieldAttribute(f desk.Field) *Attribute {
	column := "c.fields"
	switch f.Target {
	case desk.OnConversation:
	case desk.OnCustomer:
		column = ofCustomer("fields").SQLite
	case desk.OnOrganisation:
		column = ofOrganisation("fields")
	default:
		return nil
	}
	return FieldOf(f, column)
}

// FieldOf is the attribute of a custom field whose values lie in a column of JSON by the ids of fields (desk.FieldValues).
func FieldOf(f desk.Field, column string) *Attribute {
	id := f.ID.String()
	a := &Attribute{Key: custom + id, Name: f.Name, Field: f.ID, Sorts: true}
	if f.Target != desk.OnConversation {
		a.Owner = string(f.Target)
	}
	lite := "json_extract(" + column + `, '$."` + id + `"')`
	post := "(CAST(" + column + " AS jsonb) ->> '" + id + "')"
	switch f.Kind {
	case desk.TextField:
		a.Kind, a.Column = Text, SQL{lite, post}
	case desk.DateField:
		a.Kind, a.Column = Day, SQL{lite, post}
	case desk.NumberField:
		a.Kind, a.Column = Number, SQL{lite, "CAST(" + post + " AS DOUBLE PRECISION)"}
	case desk.MoneyField:
		a.Kind = Number
		a.Column = SQL{"(json_extract(" + column + `, '$."` + id + `".amount') / 100.0)`,
			"(CAST(CAST(" + column + " AS jsonb) #>> '{" + id + ",amount}' AS DOUBLE PRECISION) / 100.0)"}
	case desk.YesNoField:
		a.Kind, a.Column = Flag, SQL{lite, "CAST(" + post + " AS BOOLEAN)"}
	case desk.ChoiceField, desk.TreeField, desk.PeopleField:
		a.Kind, a.Of, a.Sorts = Refs, "option", false
		a.From = SQL{"SELECT 1 FROM json_each(" + column + `, '$."` + id + `"') x WHERE TRUE`,
			"SELECT 1 FROM jsonb_array_elements_text(CASE jsonb_typeof(CAST(" + column + " AS jsonb) -> '" + id + "') WHEN 'array' THEN CAST(" + column +
				" AS jsonb) -> '" + id + "' ELSE '[]' END) x (value) WHERE TRUE"}
		a.Column = SQL{"x.value", "CAST(x.value AS BIGINT)"}
		if f.Kind == desk.PeopleField {
			a.Of = "agent"
			break
		}
		a.Also = func(id int64) (ids []int64) {
			for _, o := range f.Under(desk.OptionID(id)) {
				ids = append(ids, int64(o))
			}
			return ids
		}
		for _, o := range f.Options {
			if !o.Archived && o.Into == 0 {
				a.Options = append(a.Options, Option{int64(o.ID), o.Name})
			}
		}
	default:
		return nil
	}
	return a
}

// Case is a conversation with what conditions ask of it beyond its row. What a condition does not ask for (Condition.Attributes) may be left out.
type Case struct {
	desk.Conversation
	ResolvedAt desk.Time
	StatusAt   desk.Time // when its status was changed last; 0 where that was before it was kept
	SilentAt   desk.Time // when we wrote last to a customer who has not answered since; 0 where he has
	Followers  []desk.AgentID
	Linked     Linked
	Reviewers  []desk.AgentID // who are asked to check a draft and have not answered
	Of         desk.Customer
	House      desk.FieldValues // of the customer's organisation
	Segments   []desk.SegmentID // of the customer
}

// Value implements Row.
func (c *Case) Value(a *Attribute) Value {
	if a.Field != 0 {
		switch desk.FieldTarget(a.Owner) {
		case desk.OnCustomer:
			return FieldValue(a, c.Of.Fields)
		case desk.OnOrganisation:
			return FieldValue(a, c.House)
		}
		return FieldValue(a, c.Fields)
	}
	switch a.Key {
	case "status":
		return Code(string(c.Status))
	case "priority":
		return Code(PriorityCode(c.Priority))
	case "assignee":
		return ID(c.Assignee)
	case "team":
		return ID(c.Team)
	case "inbox":
		return ID(c.Inbox)
	case "type":
		return ID(c.TypeID)
	case "tags":
		return IDs(c.Tags)
	case "channel":
		return Code(string(c.Channel))
	case "subject":
		return Words(c.Subject)
	case "last_by":
		return Code(c.PreviewBy)
	case "language":
		return Code(c.Language)
	case "messages":
		return Num(float64(c.Messages))
	case "spent":
		return Num(float64(c.Spent / 60))
	case "number":
		return Num(float64(c.Number))
	case "checks_open":
		return Num(float64(c.Checks - c.Checked))
	case "checks_owed":
		return Num(float64(c.ChecksOwed))
	case "preview":
		return Words(c.Preview)
	case "until_reply":
		return YesNo(c.SnoozedUntil >= desk.Never)
	case "awaited":
		return Code(string(c.WakeOn.Event))
	case "problem":
		return YesNo(c.Linked.Problem)
	case "incident":
		return YesNo(c.Linked.Incident)
	case "part":
		return YesNo(c.Linked.Part)
	case "side":
		return YesNo(c.Linked.Side)
	case "has_side":
		return YesNo(c.Linked.HasSide)
	case "attachments":
		return YesNo(c.Attachments)
	case "troubled":
		return YesNo(c.DeliveryTroubled)
	case "restricted":
		return YesNo(c.Restricted)
	case "followers":
		return IDs(c.Followers)
	case "reviewers":
		return IDs(c.Reviewers)
	case "shelf":
		return Code(ShelfCode(c.Shelf()))
	case "customer.name":
		return Words(c.CustomerName)
	case "customer.address":
		return Words(c.Address)
	case "customer.organisation":
		return Words(c.Of.Organisation)
	case "customer.language":
		return Code(c.Of.Language)
	case "customer.segments":
		return IDs(c.Segments)
	}
	return c.moment(a.Key)
}

func (c *Case) moment(key string) Value {
	switch key {
	case "due":
		return Instant(c.DueAt)
	case "waiting":
		return Instant(c.WaitingSince)
	case "created":
		return Instant(c.CreatedAt)
	case "last":
		return Instant(c.LastAt)
	case "snoozed":
		return Instant(c.SnoozedUntil)
	case "trashed":
		return Instant(c.TrashedAt)
	case "resolved":
		return Instant(c.ResolvedAt)
	case "status_since":
		if c.StatusAt == 0 {
			return Instant(c.LastAt)
		}
		return Instant(c.StatusAt)
	case "silent":
		return Instant(c.SilentAt)
	}
	return Value{}
}

// FieldValue is what a custom field's attribute finds among values.
func FieldValue(a *Attribute, values desk.FieldValues) Value {
	v, ok := values[a.Field]
	if !ok {
		return Value{}
	}
	switch v.Form {
	case desk.TextValue:
		return Words(v.Text)
	case desk.NumberValue:
		return Num(v.Number)
	case desk.MoneyValue:
		return Num(float64(v.Money.Amount) / 100)
	case desk.YesNoValue:
		return YesNo(v.Yes)
	case desk.IDsValue:
		return IDs(v.IDs)
	}
	return Value{}
}

// ShelfCode is the code of a shelf.
func ShelfCode(s desk.Shelf) string {
	for code, n := range Shelves {
		if n == int64(s) {
			return code
		}
	}
	return strconv.Itoa(int(s))
}

// PriorityCode is the code of a priority.
func PriorityCode(p desk.Priority) string {
	for code, n := range priorities {
		if n == int64(p) {
			return code
		}
	}
	return strconv.Itoa(int(p))
}
