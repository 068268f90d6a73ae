package desk

import "strconv"

// HoldID names a legal hold, PrivacyTaskID an export or an erasure of a person.
type (
	HoldID        int64
	PrivacyTaskID int64
)

func (id HoldID) String() string        { return strconv.FormatInt(int64(id), 10) }
func (id PrivacyTaskID) String() string { return strconv.FormatInt(int64(id), 10) }

// Facts about what is owed to people whose data lie here.
const (
	CustomerErased     EventKind = "customer.erased"      // begun: from here on nobody can find him
	HoldChanged        EventKind = "hold.changed"         // data: {customer, conversation, held}
	PrivacyTaskUpdated EventKind = "privacy_task.updated" // data: {customer, agent, kind, state}
)

// What those facts are about.
const (
	AboutHold        SubjectKind = "hold"
	AboutPrivacyTask SubjectKind = "privacy_task"
)

// Hold keeps a customer or a conversation from erasure and retention while a claim may run.
type Hold struct {
	ID           HoldID         `json:"id"`
	Customer     CustomerID     `json:"customer,omitempty" doc:"All that is held on him"`
	Conversation ConversationID `json:"conversation,omitempty" doc:"This conversation, and its customer's erasure"`
	Reason       string         `json:"reason"`
	Agent        AgentID        `json:"agent" doc:"Who set it"`
	CreatedAt    Time           `json:"createdAt"`
	EndedAt      Time           `json:"endedAt,omitempty"`
	EndedBy      AgentID        `json:"endedBy,omitempty"`
}

// Footprint is how much is held on a person, in figures that stay when he is gone.
type Footprint struct {
	Conversations int64 `json:"conversations" doc:"Conversations with him"`
	Messages      int64 `json:"messages" doc:"Messages in them and what he wrote elsewhere"`
	Files         int64 `json:"files"`
	Elsewhere     int64 `json:"elsewhere" doc:"Other people's conversations that he takes part in"`
	Aside         int64 `json:"aside" doc:"Side conversations and forwards about his"`
	Addresses     int64 `json:"addresses"`
	Unfinished    int64 `json:"unfinished" doc:"Conversations with him that are not finished"`
	OnTheirWay    int64 `json:"onTheirWay" doc:"Messages that are to be sent: they must go or be taken back first"`
	Hidden        int64 `json:"hidden" doc:"Conversations with him that the caller may not see"`
}
