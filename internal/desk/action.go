package desk

import (
	"fmt"
	"slices"
	"time"
)

// Deed is a kind of action. The list is closed: macros, rules and bulk work all do these, and nothing else.
type Deed string

const (
	SetStatus   Deed = "set_status"
	SetPriority Deed = "set_priority"
	Assign      Deed = "assign" // to an agent, to whoever acts, or to nobody
	SetTeam     Deed = "set_team"
	AddTags     Deed = "add_tags"
	RemoveTags  Deed = "remove_tags"
	SnoozeFor   Deed = "snooze_for"
	SnoozeUntil Deed = "snooze_until"
	WriteNote   Deed = "add_note"
	Wake        Deed = "wake"
	PutInSpam   Deed = "mark_spam"
	NotSpam     Deed = "not_spam"
	PutInTrash  Deed = "trash"
	Restore     Deed = "restore"
	SetType     Deed = "set_type"
	SetField    Deed = "set_field" // once for each field
	TellPeople  Deed = "tell"      // colleagues get a notice
	SendAnswer  Deed = "answer"    // with a macro's text; by rules alone, since who answers himself has the macro
	AskPeople   Deed = "ask"       // colleagues are mentioned in a note with the question
	StartList   Deed = "add_checklist"
	Follow      Deed = "follow" // people get to know of everything in the conversation from now on
	Unfollow    Deed = "unfollow"
	CallWebhook Deed = "webhook" // another program is told; by rules alone
	MergeOpen   Deed = "merge"   // into the open conversation of the same customer; by rules alone, since who merges himself chooses
)

// Action is one thing to do with a conversation. Which fields count is said by Do; the others are empty.
type Action struct {
	Do       Deed        `json:"do" enum:"set_status,set_priority,assign,set_team,add_tags,remove_tags,snooze_for,snooze_until,add_note,wake,mark_spam,not_spam,trash,restore,set_type,set_field,tell,answer,ask,add_checklist,follow,unfollow,webhook,merge"`
	Status   Status      `json:"status,omitempty" enum:",open,waiting,resolved,closed" doc:"set_status"`
	Priority Priority    `json:"priority,omitempty" minimum:"0" maximum:"3" doc:"set_priority"`
	Me       bool        `json:"me,omitempty" doc:"assign, follow, unfollow: to or by whoever acts"`
	Agent    AgentID     `json:"agent,omitempty" doc:"assign: nobody where it is absent and me is not set"`
	Team     TeamID      `json:"team,omitempty" doc:"set_team: none where it is absent"`
	Tags     []TagID     `json:"tags,omitempty" maxItems:"20" doc:"add_tags, remove_tags"`
	Minutes  int         `json:"minutes,omitempty" minimum:"0" maximum:"525600" doc:"snooze_for; merge: into what had something to it no longer ago than this"`
	Day      string      `json:"day,omitempty" enum:",tomorrow,monday,tuesday,wednesday,thursday,friday,saturday,sunday" doc:"snooze_until: the next such day after today"`
	Clock    string      `json:"clock,omitempty" pattern:"^$|^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"snooze_until: such as 09:00, in the time zone of whoever acts"`
	On       WakeEvent   `json:"on,omitempty" enum:",resolved,answered,colleague,purchase" doc:"snooze_for, snooze_until: it wakes before that where this happens"`
	Note     string      `json:"note,omitempty" maxLength:"20000" doc:"add_note, ask: HTML, in which placeholders are filled"`
	Type     TypeID      `json:"type,omitempty" doc:"set_type: none where it is absent"`
	Field    FieldID     `json:"field,omitempty" doc:"set_field"`
	Value    *FieldValue `json:"value,omitempty" doc:"set_field: taken away where it is absent"`
	Agents   []AgentID   `json:"agents,omitempty" maxItems:"50" doc:"tell, ask, follow, unfollow: these people"`
	Teams    []TeamID    `json:"teams,omitempty" maxItems:"20" doc:"tell: everybody in these teams"`
	Holder   bool        `json:"holder,omitempty" doc:"tell: whoever has the conversation"`
	Leads    bool        `json:"leads,omitempty" doc:"tell: who leads the team of the conversation"`
	Duty     []RosterID  `json:"duty,omitempty" maxItems:"20" doc:"tell: who is on duty in these rosters, and where nobody is, who is next, when that begins"`
	Loud     bool        `json:"loud,omitempty" doc:"tell: by every means at once, on the desk, by push and by mail, whatever they chose"`
	Macro    MacroID     `json:"macro,omitempty" doc:"answer: with the text of this macro in the customer's language, as an automatic mail"`
	OnDuty   RosterID    `json:"onDuty,omitempty" doc:"assign: to who is on duty in this roster; ask, follow: who is, beside the people"`
	List     TemplateID  `json:"list,omitempty" doc:"add_checklist: of this template, where the conversation has none of it"`
	Same     bool        `json:"sameInbox,omitempty" doc:"merge: into a conversation of the same inbox alone"`
	Webhook  WebhookID   `json:"webhook,omitempty" doc:"webhook: this one; nothing where it is switched off"`
}

// MostActions is how many actions go together.
const MostActions = 20

var days = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// CheckActions refuses a list that cannot be done: something is missing, the same is done twice, or a finished conversation would be snoozed.
// What rules alone do is refused to people. field is the JSON path of the list, such as body.actions.
func CheckActions(field string, actions []Action) error {
	for i, a := range actions {
		switch at := fmt.Sprintf("%s[%d].do", field, i); a.Do {
		case SendAnswer:
			return RefuseField(Invalid, at, "rules alone answer by themselves: a macro has a text of its own")
		case CallWebhook:
			return RefuseField(Invalid, at, "rules alone call webhooks")
		case MergeOpen:
			return RefuseField(Invalid, at, "rules alone merge by themselves: who merges chooses what")
		}
	}
	return checkActions(field, actions)
}

func checkActions(field string, actions []Action) error {
	if len(actions) > MostActions {
		return WhyEnough.At(field, MostActions)
	}
	type deed struct {
		Deed
		field FieldID
	}
	done := map[deed]bool{}
	snoozed, finished := -1, false
	for i, a := range actions {
		at := fmt.Sprintf("%s[%d]", field, i)
		if done[deed{a.Do, a.Field}] {
			return WhyActionTwice.At(at)
		}
		done[deed{a.Do, a.Field}] = true
		if missing := a.missing(); missing != "" {
			return WhyNeeded.At(at + missing)
		}
		switch a.Do {
		case SnoozeFor, SnoozeUntil:
			if snoozed >= 0 {
				return WhyActionTwice.At(at)
			}
			snoozed = i
		case SetStatus:
			finished = a.Status.Finished()
		}
	}
	if snoozed >= 0 && finished {
		return WhyNotSnoozable.At(fmt.Sprintf("%s[%d]", field, snoozed))
	}
	return nil
}

// missing names the field that the action cannot do without, "" where all is there.
func (a Action) missing() string {
	switch a.Do {
	case SetStatus:
		if !a.Status.Valid() || a.Status == StatusNew {
			return ".status"
		}
	case SetPriority:
		if a.Priority < Low || a.Priority > Urgent {
			return ".priority"
		}
	case AddTags, RemoveTags:
		if len(a.Tags) == 0 {
			return ".tags"
		}
	case SnoozeFor:
		if a.Minutes < 1 {
			return ".minutes"
		}
		if !a.waits() {
			return ".on"
		}
	case SnoozeUntil:
		if a.Day != "tomorrow" && !slices.Contains(days, a.Day) {
			return ".day"
		}
		if _, err := time.Parse("15:04", a.Clock); err != nil {
			return ".clock"
		}
		if !a.waits() {
			return ".on"
		}
	case WriteNote:
		if a.Note == "" {
			return ".note"
		}
	case SetField:
		if a.Field == 0 {
			return ".field"
		}
	case SendAnswer:
		if a.Macro == 0 {
			return ".macro"
		}
	case AskPeople:
		if len(a.Agents) == 0 && a.OnDuty == 0 {
			return ".agents"
		}
		if a.Note == "" {
			return ".note"
		}
	case Follow, Unfollow:
		if len(a.Agents) == 0 && !a.Me && (a.OnDuty == 0 || a.Do == Unfollow) {
			return ".agents"
		}
	case CallWebhook:
		if a.Webhook == 0 {
			return ".webhook"
		}
	case StartList:
		if a.List == 0 {
			return ".list"
		}
	case MergeOpen:
		if a.Minutes < 1 {
			return ".minutes"
		}
	case TellPeople:
		if len(a.Agents) == 0 && len(a.Teams) == 0 && len(a.Duty) == 0 && !a.Holder && !a.Leads {
			return ".agents"
		}
	case Assign, SetTeam, SetType, Wake, PutInSpam, NotSpam, PutInTrash, Restore:
	default:
		return ".do"
	}
	return ""
}

// waits tells that the action waits for nothing but its time, or for something that can be waited for.
func (a Action) waits() bool { return a.On == "" || slices.Contains(WakeEvents, a.On) }

// Wakes is when a snooze of the action ends, counted from now by the clock of a place; zero for an action that snoozes nothing. A time of day that the clock
// leaves out on that day (summer time) is moved as [time.Date] does.
func (a Action) Wakes(now time.Time, place *time.Location) Time {
	switch a.Do {
	case SnoozeFor:
		return At(now.Add(time.Duration(a.Minutes) * time.Minute))
	case SnoozeUntil:
	default:
		return 0
	}
	clock, err := time.Parse("15:04", a.Clock)
	if err != nil {
		return 0
	}
	here := now.In(place)
	ahead := 1
	if wanted := slices.Index(days, a.Day); wanted >= 0 {
		if ahead = (wanted - int(here.Weekday()) + 7) % 7; ahead == 0 {
			ahead = 7
		}
	}
	year, month, day := here.Date()
	return At(time.Date(year, month, day+ahead, clock.Hour(), clock.Minute(), 0, 0, place))
}
