package desk

// Presence is where an agent stands: whether work can come to him, and why not.
type Presence struct {
	Agent  AgentID      `json:"agent"`
	State  string       `json:"state" enum:"online,away,offline"`
	Why    string       `json:"why" enum:"chosen,here,idle,hours,gone,absent" doc:"chosen: by hand; absent: he said before that he would be; the others came about by themselves: he is at work, did nothing for some minutes, is out of his hours, or has no desk open"`
	Reason AwayReasonID `json:"reason,omitempty" doc:"Of being away by choice"`
	Until  Time         `json:"until,omitempty" doc:"When he said that he is back, or when his hours begin"`
	Since  Time         `json:"since,omitempty" doc:"Since when he stands so; absent where he was never seen"`
	Takes  []string     `json:"takes" doc:"Channels by which work can come to him now, of those that this desk has"`
	By     Actor        `json:"by" doc:"Who chose it; the system where it came about by itself"`
}

// PresenceChange is a line of the log: how somebody stood from then on.
type PresenceChange struct {
	ID int64 `json:"id"`
	At Time  `json:"at"`
	Presence
}

// AwayReason is a reason to be away, of the list that administrators keep.
type AwayReason struct {
	ID    AwayReasonID `json:"id"`
	Code  string       `json:"code,omitempty" doc:"Of one that came with the program: the desk words it in the reader's language while it has no name"`
	Name  string       `json:"name"`
	Takes []string     `json:"takes" doc:"Channels by which work still comes to who is away so"`
	Ended bool         `json:"ended,omitempty" doc:"It cannot be chosen any more, but stands in the log"`
}
