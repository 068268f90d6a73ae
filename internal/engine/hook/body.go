package hook

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Kinds of calls: the type of a body.
const (
	ByRule = "rule.called"
	Test   = "webhook.test" // somebody tries whether it gets through; its data are empty but for the conversation's place
)

// Body is what is sent, as JSON. Its shape is kept: fields are added, and none is renamed or taken away. docs/OPERATING.md says the same to those who receive it.
type Body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when it happened, RFC 3339 in UTC
	Data      Data      `json:"data"`
}

// Data is what happened, and with what.
type Data struct {
	Event        *Event        `json:"event,omitempty"`
	Rule         *Named        `json:"rule,omitempty"`
	Conversation *Conversation `json:"conversation,omitempty"`
}

// Event is what the rule acted on. Kind is that of the desk's log, such as message.received; time.passed stands for a rule that acts by time.
type Event struct {
	Kind string    `json:"kind"`
	ID   int64     `json:"id"`
	At   time.Time `json:"at"`
}

// Named is something with a number and a name.
type Named struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Conversation is one as it is after everything else that the rule did.
type Conversation struct {
	ID          int64    `json:"id"`
	Number      int64    `json:"number"` // what people quote
	Subject     string   `json:"subject"`
	Status      string   `json:"status"`
	Priority    string   `json:"priority"` // low, normal, high, urgent
	Inbox       Named    `json:"inbox"`
	Team        *Named   `json:"team"`     // null where there is none
	Assignee    *Named   `json:"assignee"` // null where it is nobody's
	Tags        []string `json:"tags"`
	Customer    Customer `json:"customer"`
	LastMessage *Message `json:"lastMessage"` // from the customer or to him; null where there is none
	Link        string   `json:"link"`        // to it on the desk
}

// Customer is whose conversation it is, and the address that he used in it.
type Customer struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Message is what was said.
type Message struct {
	ID   int64     `json:"id"`
	Kind string    `json:"kind"` // incoming, outgoing
	At   time.Time `json:"at"`
	Text string    `json:"text"`
	Cut  bool      `json:"cut"` // there is more of it
}

// MostText is how many letters of a message are sent.
const MostText = 4000

// Cut is a text within MostText, and whether there is more of it.
func Cut(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) <= MostText {
		return text, false
	}
	return string([]rune(text)[:MostText]), true
}
