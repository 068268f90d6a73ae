package desk

// TemplateID, ChecklistID and CheckID name a template of a checklist, a checklist of a conversation, and an item of one.
type (
	TemplateID  int64
	ChecklistID int64
	CheckID     int64
	WorkID      int64
)

// ChecklistTemplate is a checklist that conversations are given.
type ChecklistTemplate struct {
	ID         TemplateID  `json:"id"`
	Name       string      `json:"name"`
	Items      []CheckWord `json:"items"`
	Types      []TypeID    `json:"types" doc:"Conversations get it by themselves when they become one of these types"`
	ArchivedAt Time        `json:"archivedAt,omitempty"`
	Version    int64       `json:"version"`
}

// CheckWord is an item of a template.
type CheckWord struct {
	Words    string `json:"words" minLength:"1" maxLength:"300"`
	Required bool   `json:"required,omitempty" doc:"The conversation is not resolved before it is ticked"`
}

// Checklist is a list of things to do in a conversation.
type Checklist struct {
	ID        ChecklistID `json:"id"`
	Name      string      `json:"name"`
	Template  TemplateID  `json:"template,omitempty"`
	Items     []Check     `json:"items"`
	CreatedAt Time        `json:"createdAt"`
}

// Check is an item of a checklist, ticked or not.
type Check struct {
	ID       CheckID `json:"id"`
	Words    string  `json:"words"`
	Required bool    `json:"required,omitempty"`
	DoneAt   Time    `json:"doneAt,omitempty"`
	DoneBy   AgentID `json:"doneBy,omitempty"`
}

// TimeEntry is time that an agent spent on a conversation.
type TimeEntry struct {
	ID           WorkID         `json:"id"`
	Conversation ConversationID `json:"conversation"`
	Agent        AgentID        `json:"agent"`
	Seconds      int64          `json:"seconds"`
	Day          string         `json:"day" doc:"Such as 2026-03-31"`
	Note         string         `json:"note,omitempty"`
	CreatedAt    Time           `json:"createdAt"`
	Version      int64          `json:"version"`
}

// Timer is the one timer of an agent. What it has counted is Seconds and, while it runs, the time since Since.
type Timer struct {
	Conversation ConversationID `json:"conversation"`
	Number       int64          `json:"number" doc:"The conversation's number"`
	Since        Time           `json:"since,omitempty" doc:"Absent while it pauses"`
	Seconds      int64          `json:"seconds"`
}

// Facts about checklists and time spent; data: {checklist, item} and {work}.
const (
	ChecklistAdded   EventKind = "checklist.added"
	ChecklistRemoved EventKind = "checklist.removed"
	CheckTicked      EventKind = "check.ticked"
	CheckUnticked    EventKind = "check.unticked"
	WorkChanged      EventKind = "work.changed"
	TimerChanged     EventKind = "timer.changed" // about the agent whose it is

	TemplateUpdated EventKind   = "template.updated"
	AboutTemplate   SubjectKind = "template"
)
