package desk

// Inbox is where messages arrive and from where answers go out.
type Inbox struct {
	ID              InboxID           `json:"id"`
	Kind            ChannelKind       `json:"kind" enum:"email"`
	Name            string            `json:"name"`
	Address         string            `json:"address" doc:"The address that answers come from"`
	Aliases         []string          `json:"aliases" doc:"Other addresses that reach this inbox"`
	FromName        string            `json:"fromName,omitempty"`
	Language        string            `json:"language" enum:"en,lv,lt,pl,ru,uk,et,de"`
	Signature       string            `json:"signature,omitempty" doc:"HTML"`
	Team            TeamID            `json:"team,omitempty" doc:"The team that new conversations go to"`
	Teams           []TeamID          `json:"teams" doc:"Teams that see this inbox; empty where everyone does"`
	Acknowledge     bool              `json:"acknowledge"`
	AcknowledgeText map[string]string `json:"acknowledgeText,omitempty" doc:"Own wording by language, plain text; {{number}}, {{inbox}}, {{name}} and {{hours}} (whether somebody is there now, and until or from when) are filled in"`
	AnswerWithin    int               `json:"answerWithin" minimum:"0" maximum:"43200" doc:"Minutes of its opening hours until an answer is due, by the clock where it has none; 0 for never"`
	Reopen          string            `json:"reopen" enum:"always,never,within" doc:"What a late answer to a resolved conversation does"`
	ReopenDays      int               `json:"reopenDays" minimum:"1" maximum:"3650"`
	ReplyToken      bool              `json:"replyToken" doc:"Answers carry a signed plus-address; the mailbox must accept plus-addresses"`
	Active          bool              `json:"active"`
	Receive         Receive           `json:"receive"`
	Submit          Submit            `json:"submit"`
	Version         int64             `json:"version"`
}

// Receive is how mail comes in. Secrets are never part of it: they are written, not read.
type Receive struct {
	Method    string `json:"method" enum:"imap,smtp,none" doc:"imap: a mailbox is read; smtp: the built-in receiver takes mail for the addresses"`
	Host      string `json:"host,omitempty"`
	Port      int    `json:"port,omitempty" minimum:"0" maximum:"65535"`
	Security  string `json:"security,omitempty" enum:",tls,starttls,none" doc:"none is allowed on loopback only"`
	User      string `json:"user,omitempty"`
	Folder    string `json:"folder,omitempty" doc:"INBOX where empty"`
	Auth      string `json:"auth,omitempty" enum:",password,google,microsoft"`
	HasSecret bool   `json:"hasSecret,omitempty" readOnly:"true"`
	Begin     string `json:"begin,omitempty" enum:",all,now,date" doc:"Which of the mail that lies in a mailbox at first is taken: all of it (where empty too), none, or what came at a time or later. What is moved into the folder afterwards is always taken"`
	Since     Time   `json:"since,omitempty" doc:"The time that begin speaks of: to be given with date, set by the server with now"`
}

// Submit is how mail goes out.
type Submit struct {
	Host      string `json:"host,omitempty"`
	Port      int    `json:"port,omitempty" minimum:"0" maximum:"65535"`
	Security  string `json:"security,omitempty" enum:",tls,starttls,none" doc:"none is allowed on loopback only"`
	User      string `json:"user,omitempty"`
	Auth      string `json:"auth,omitempty" enum:",none,password,google,microsoft"`
	HasSecret bool   `json:"hasSecret,omitempty" readOnly:"true"`
}

// Health is how a connection fares.
type Health struct {
	Inbox       InboxID `json:"inbox"`
	State       string  `json:"state" enum:"ok,connecting,failing,off"`
	LastContact Time    `json:"lastContact,omitempty"`
	LastMail    Time    `json:"lastMail,omitempty"`
	Backlog     int     `json:"backlog" doc:"Mails fetched or kept but not yet a conversation, and those waiting on the server as far as known"`
	Problem     Problem `json:"problem"`
	NextTry     Time    `json:"nextTry,omitempty"`
	Outgoing    string  `json:"outgoing" enum:"ok,failing,off"`
	Waiting     int     `json:"waiting" doc:"Messages queued to be sent"`
	OutProblem  Problem `json:"outProblem"`
}

// Problem is a failure in words: a code that the desk words, and what the other side said.
type Problem struct {
	Code   string `json:"code,omitempty" doc:"dns, refused, timeout, tls, certificate, auth, folder, permission, protocol, too_large, rejected, oauth, receiver_off, receiver_failed, other"`
	Detail string `json:"detail,omitempty"`
	At     Time   `json:"at,omitempty"`
}
