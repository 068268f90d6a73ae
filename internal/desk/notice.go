package desk

// Notice tells an agent of something: one row for each conversation and kind that he has not read.
type Notice struct {
	ID           NoticeID       `json:"id"`
	Kind         string         `json:"kind" enum:"mention,assigned,told,reply,overdue,due_soon,woken,team,followed"`
	Count        int            `json:"count" doc:"How many of the kind came since he read the last"`
	By           Actor          `json:"by" doc:"Who did the last of them"`
	Conversation ConversationID `json:"conversation"`
	Number       int64          `json:"number"`
	Subject      string         `json:"subject"`
	CustomerName string         `json:"customerName"`
	Message      MessageID      `json:"message,omitempty"`
	FirstAt      Time           `json:"firstAt"`
	At           Time           `json:"at"`
	Read         bool           `json:"read"`
}

// Device is a browser that takes pushes.
type Device struct {
	ID        DeviceID  `json:"id"`
	Session   SessionID `json:"session" doc:"The signed-in device whose browser it is"`
	Service   string    `json:"service" doc:"Host of the push service that the browser uses"`
	Endpoint  string    `json:"-"`
	PublicKey string    `json:"-"`
	Secret    string    `json:"-"`
	Agent     AgentID   `json:"-"`
	CreatedAt Time      `json:"createdAt"`
	SentAt    Time      `json:"sentAt,omitempty" doc:"When its push service took the last push"`
	Trouble   string    `json:"trouble,omitempty" doc:"Why the last push was not taken; empty while all is well"`
	TroubleAt Time      `json:"troubleAt,omitempty"`
	Current   bool      `json:"current" doc:"It is the browser that asks"`
}
