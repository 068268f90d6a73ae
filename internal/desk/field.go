package desk

import (
	"slices"
	"strconv"
)

// FieldID names a custom field.
type FieldID int64

// TypeID names a type of conversation.
type TypeID int64

// OptionID names an option of a field of choice or of a tree. It is unique within its field and never used again, so that options can be renamed.
type OptionID int64

func (id FieldID) String() string  { return strconv.FormatInt(int64(id), 10) }
func (id TypeID) String() string   { return strconv.FormatInt(int64(id), 10) }
func (id OptionID) String() string { return strconv.FormatInt(int64(id), 10) }

// FieldTarget is what a field belongs to.
type FieldTarget string

const (
	OnConversation FieldTarget = "conversation"
	OnCustomer     FieldTarget = "customer"
	OnOrganisation FieldTarget = "organisation"
)

// FieldKind is what a field holds; a field keeps its kind for good.
type FieldKind string

const (
	TextField   FieldKind = "text"   // a string; of several lines where the field says so
	NumberField FieldKind = "number" // a number with at most Decimals places
	MoneyField  FieldKind = "money"  // an amount in minor units, and its currency
	DateField   FieldKind = "date"   // a day without a zone, as "2026-03-31"
	ChoiceField FieldKind = "choice" // options by id; one of them, or several where the field says so
	TreeField   FieldKind = "tree"   // one option that lies below others
	YesNoField  FieldKind = "yes_no"
	PeopleField FieldKind = "people" // agents by id; one of them, or several
)

// FieldKinds are all kinds, as people are offered them.
var FieldKinds = []FieldKind{TextField, NumberField, MoneyField, DateField, ChoiceField, TreeField, YesNoField, PeopleField}

// Field is a custom field: what it is called, what it holds, and where it applies.
type Field struct {
	ID       FieldID       `json:"id"`
	Target   FieldTarget   `json:"target" enum:"conversation,customer,organisation"`
	Key      string        `json:"key" doc:"Unique among the fields of its target, such as order_number; never changes"`
	Name     string        `json:"name"`
	Hint     string        `json:"hint,omitempty" doc:"What agents read beside the field"`
	Kind     FieldKind     `json:"kind" enum:"text,number,money,date,choice,tree,yes_no,people"`
	Form     FieldForm     `json:"form"`
	Options  []FieldOption `json:"options" doc:"In their order; choice and tree only"`
	Types    []TypeID      `json:"types" doc:"The field applies to conversations of these types only; to all where empty"`
	Inboxes  []InboxID     `json:"inboxes" doc:"The field applies to conversations of these inboxes only; to all where empty"`
	Required bool          `json:"required,omitempty" doc:"A conversation to which the field applies is not resolved without it"`
	Personal bool          `json:"personal,omitempty" doc:"Its values are about a person: they go when he is erased"`
	Position int           `json:"position"`

	ArchivedAt Time  `json:"archivedAt,omitempty" doc:"Offered no more; values that were set are kept"`
	Version    int64 `json:"version"`
}

// FieldForm is what bounds a field's values. Which parts count depends on the kind.
type FieldForm struct {
	Lines    bool     `json:"lines,omitempty" doc:"text: may have several lines"`
	Most     int      `json:"most,omitempty" minimum:"0" maximum:"10000" doc:"text: most characters; 0 for the usual 1,000, or 10,000 with several lines"`
	Decimals int      `json:"decimals,omitempty" minimum:"0" maximum:"6" doc:"number: places after the point"`
	Min      *float64 `json:"min,omitempty" doc:"number: the least allowed; money: in major units"`
	Max      *float64 `json:"max,omitempty" doc:"number: the greatest allowed; money: in major units"`
	Unit     string   `json:"unit,omitempty" maxLength:"20" doc:"number: such as kg, shown behind it"`
	Currency string   `json:"currency,omitempty" pattern:"^$|^[A-Z]{3}$" doc:"money: ISO 4217, what is offered first"`
	Several  bool     `json:"several,omitempty" doc:"choice, people: more than one may be named"`
}

// FieldOption is one thing to choose.
type FieldOption struct {
	ID       OptionID `json:"id" doc:"0 for a new one"`
	Name     string   `json:"name" minLength:"1" maxLength:"100"`
	Parent   OptionID `json:"parent,omitempty" doc:"tree: the option that this one lies below"`
	Archived bool     `json:"archived,omitempty" doc:"Offered no more; values that name it keep it"`
	Into     OptionID `json:"into,omitempty" doc:"It was merged into this option: values that name it mean that one"`
}

// Applies reports whether the field is asked for in a conversation of a type and an inbox. What is archived applies nowhere.
func (f Field) Applies(kind TypeID, inbox InboxID) bool {
	return f.ArchivedAt == 0 && (len(f.Types) == 0 || slices.Contains(f.Types, kind)) && (len(f.Inboxes) == 0 || slices.Contains(f.Inboxes, inbox))
}

// Option returns an option by its id.
func (f Field) Option(id OptionID) (FieldOption, bool) {
	i := slices.IndexFunc(f.Options, func(o FieldOption) bool { return o.ID == id })
	if i < 0 {
		return FieldOption{}, false
	}
	return f.Options[i], true
}

// Meant follows merges from an option to the one that it means now; itself where it was merged into none.
func (f Field) Meant(id OptionID) OptionID {
	for range len(f.Options) {
		o, ok := f.Option(id)
		if !ok || o.Into == 0 {
			break
		}
		id = o.Into
	}
	return id
}

// Under returns the ids that a condition on an option finds: itself, what lies below it in a tree, and what was merged into any of these; sorted.
func (f Field) Under(id OptionID) []OptionID {
	found := map[OptionID]bool{f.Meant(id): true}
	for grew := true; grew; {
		grew = false
		for _, o := range f.Options {
			if !found[o.ID] && (found[o.Parent] || found[o.Into]) {
				found[o.ID], grew = true, true
			}
		}
	}
	var ids []OptionID
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// TypeKind is what a type of conversation is for the program: it stays the same whatever a company calls its types.
type TypeKind string

const (
	Question   TypeKind = "question"
	Order      TypeKind = "order"
	Complaint  TypeKind = "complaint"
	Compliment TypeKind = "compliment"
	Suggestion TypeKind = "suggestion"
	OtherType  TypeKind = "other"
)

// TypeKinds are all of them, as people are offered them.
var TypeKinds = []TypeKind{Question, Order, Complaint, Compliment, Suggestion, OtherType}

// ConversationType is what a conversation is about by its nature: a question, a complaint. A conversation has one or none.
type ConversationType struct {
	ID       TypeID    `json:"id"`
	Name     string    `json:"name" minLength:"1" maxLength:"60"`
	Kind     TypeKind  `json:"kind" enum:"question,order,complaint,compliment,suggestion,other"`
	Icon     string    `json:"icon" enum:"question,order,complaint,compliment,suggestion,tag,bolt,box,card,key"`
	Colour   string    `json:"colour" enum:"grey,green,amber,red,blue,violet"`
	Inboxes  []InboxID `json:"inboxes" doc:"What begins in these inboxes has this type from the start"`
	Position int       `json:"position"`

	ArchivedAt Time  `json:"archivedAt,omitempty" doc:"Offered no more; conversations keep it"`
	Version    int64 `json:"version"`
}

// Facts about fields and types.
const (
	FieldUpdated EventKind   = "field.updated"
	TypeUpdated  EventKind   = "type.updated"
	AboutField   SubjectKind = "field"
	AboutType    SubjectKind = "type"

	TypeChanged   EventKind = "type.changed"   // the conversation's type; data: {from, to}
	FieldsChanged EventKind = "fields.changed" // values of the conversation's fields; data: {fields}
)
