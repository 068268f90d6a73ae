package desk

// ChannelKind is a way in and out of the house. Nothing outside a driver decides by it; it is shown to people.
type ChannelKind string

const (
	Email  ChannelKind = "email"
	Phone  ChannelKind = "phone"  // recorded by hand until calls arrive by themselves
	Visit  ChannelKind = "visit"  // recorded by hand
	Letter ChannelKind = "letter" // recorded by hand
)

// Conversation is the ticket: everything said with a customer about one matter, whatever the channels.
// These fields are those of a row in a list; Opened adds what the open conversation needs.
type Conversation struct {
	ID               ConversationID `json:"id"`
	Number           int64          `json:"number"`
	Subject          string         `json:"subject"`
	Status           Status         `json:"status" enum:"new,open,waiting,resolved,closed"`
	Priority         Priority       `json:"priority" minimum:"0" maximum:"3"`
	Channel          ChannelKind    `json:"channel"`
	Inbox            InboxID        `json:"inbox"`
	Customer         CustomerID     `json:"customer"`
	CustomerName     string         `json:"customerName"`
	Address          string         `json:"address" doc:"The customer's address in this conversation"`
	Assignee         AgentID        `json:"assignee,omitempty"`
	Team             TeamID         `json:"team,omitempty"`
	Tags             []TagID        `json:"tags"`
	TypeID           TypeID         `json:"type,omitempty"`
	Fields           FieldValues    `json:"fields" doc:"Values of custom fields by the fields' ids"`
	Checks           int            `json:"checks,omitempty" doc:"Items of its checklists"`
	Checked          int            `json:"checked,omitempty" doc:"Of these, ticked ones"`
	ChecksOwed       int            `json:"checksOwed,omitempty" doc:"Items that need to be ticked before it is resolved"`
	Spent            int64          `json:"spent,omitempty" doc:"Seconds that agents spent on it"`
	Language         string         `json:"language,omitempty" doc:"BCP 47, as detected from the customer's words"`
	Preview          string         `json:"preview" doc:"The beginning of the last message, in plain text, at most 160 characters"`
	PreviewBy        string         `json:"previewBy" enum:"customer,agent,note,system,phone_in,phone_out,visit_in,visit_out,letter_in,letter_out" doc:"Who wrote the last message, or what was recorded by hand"`
	Messages         int            `json:"messages"`
	Attachments      bool           `json:"attachments"`
	Spam             bool           `json:"spam,omitempty"`
	Restricted       bool           `json:"restricted,omitempty"`
	TrashedAt        Time           `json:"trashedAt,omitempty"`
	SnoozedUntil     Time           `json:"snoozedUntil,omitempty"`
	WakeOn           WakeOn         `json:"wakeOn,omitzero" doc:"What it waits for while it is snoozed; it wakes at snoozedUntil at the latest"`
	UntilReply       bool           `json:"untilReply,omitempty" doc:"Snoozed until somebody writes, with no time"`
	DueAt            Time           `json:"dueAt,omitempty" doc:"When an answer is due; absent while we owe none"`
	DueFor           string         `json:"dueFor,omitempty" enum:"acknowledge,first_answer,next_answer,update,resolve,commitment,statute" doc:"Which promise dueAt is of: of a policy, of a person (commitment), or what the law asks (statute); absent where the inbox's own holds"`
	DueSoonAt        Time           `json:"dueSoonAt,omitempty" doc:"From when the policy of that promise calls it close; absent where it does not say"`
	Owes             string         `json:"owes,omitempty" enum:"commitment,statute" doc:"What is owed besides what policies promise, the first of it: resolving does not end it"`
	WaitingSince     Time           `json:"waitingSince,omitempty" doc:"Since when the customer waits for us"`
	CreatedAt        Time           `json:"createdAt"`
	LastAt           Time           `json:"lastAt" doc:"When the last message came or went"`
	Unread           bool           `json:"unread" doc:"A message came that the asker has not seen"`
	DeliveryTroubled bool           `json:"deliveryTroubled,omitempty" doc:"An outgoing message failed or bounced"`
	Version          int64          `json:"version" doc:"Grows with every change; send it back to change only what you saw"`
	MergedInto       ConversationID `json:"-"` // where its messages are; such a row is shown to nobody
}

// Shelf of the conversation.
func (c Conversation) Shelf() Shelf {
	if c.MergedInto != 0 {
		return ShelfMerged
	}
	return ShelfOf(c.Status, c.SnoozedUntil, c.Spam, c.TrashedAt)
}

// ParticipantRole is how somebody takes part.
type ParticipantRole string

const (
	Requester   ParticipantRole = "requester"
	CopiedIn    ParticipantRole = "cc"
	Contributor ParticipantRole = "contributor" // wrote without having been addressed
)

// Participant is a person outside the company who takes part in a conversation.
type Participant struct {
	Customer CustomerID      `json:"customer,omitempty"`
	Name     string          `json:"name"`
	Address  string          `json:"address"`
	Role     ParticipantRole `json:"role" enum:"requester,cc,contributor"`
	Bounced  bool            `json:"bounced,omitempty" doc:"The last mail to this address came back"`
}

// MessageKind is the direction of a message.
type MessageKind string

const (
	Incoming MessageKind = "incoming"
	Outgoing MessageKind = "outgoing"
	Note     MessageKind = "note" // seen by agents only
)

// AuthorKind is who wrote a message.
type AuthorKind string

const (
	AuthorCustomer AuthorKind = "customer"
	AuthorAgent    AuthorKind = "agent"
	AuthorSystem   AuthorKind = "system"
)

// DeliveryState is how far an outgoing message has come.
type DeliveryState string

const (
	NotSent   DeliveryState = "" // nothing to deliver: incoming, note, recorded by hand
	Queued    DeliveryState = "queued"
	Sending   DeliveryState = "sending"
	Sent      DeliveryState = "sent"   // the next server took it
	Failed    DeliveryState = "failed" // refused for good, or given up
	Unsure    DeliveryState = "unsure" // handed over, but the server never confirmed: not sent again by itself
	Bounced   DeliveryState = "bounced"
	Cancelled DeliveryState = "cancelled"
)

// NamedAddress is a mailbox as mails carry it.
type NamedAddress struct {
	Name    string `json:"name,omitempty" maxLength:"200"`
	Address string `json:"address" maxLength:"320"`
}

// Message is one thing said.
type Message struct {
	ID            MessageID      `json:"id"`
	Conversation  ConversationID `json:"conversation"`
	Origin        ConversationID `json:"origin" doc:"The conversation in which it first landed; never changes"`
	Kind          MessageKind    `json:"kind" enum:"incoming,outgoing,note"`
	Channel       ChannelKind    `json:"channel"`
	AuthorKind    AuthorKind     `json:"authorKind" enum:"customer,agent,system"`
	Agent         AgentID        `json:"agent,omitempty"`
	WrittenBy     AgentID        `json:"writtenBy,omitempty" doc:"Whose draft it was, where a colleague who checked it sent it; agent is who sent it"`
	Customer      CustomerID     `json:"customer,omitempty"`
	From          NamedAddress   `json:"from"`
	To            []NamedAddress `json:"to"`
	Cc            []NamedAddress `json:"cc"`
	Bcc           []NamedAddress `json:"bcc"`
	Subject       string         `json:"subject,omitempty"`
	At            Time           `json:"at" doc:"When it was stored; recorded calls and visits: when they took place"`
	SentAt        Time           `json:"sentAt,omitempty" doc:"The Date that the sender's mail names"`
	Text          string         `json:"text" doc:"Plain text without quoted history and signature"`
	Folded        string         `json:"folded,omitempty" doc:"Quoted history and signature, plain text"`
	HTML          string         `json:"html,omitempty" doc:"What an agent composed, as safe HTML; foreign HTML is never here but in the message's frame"`
	Rich          bool           `json:"rich,omitempty" doc:"The sender's own HTML can be shown in the frame"`
	RichFolded    bool           `json:"richFolded,omitempty" doc:"The frame has quoted history too"`
	ForeignHTML   string         `json:"-"`
	ForeignFolded string         `json:"-"`
	RemoteImages  int            `json:"remoteImages,omitempty" doc:"How many images wait to be asked for"`
	Language      string         `json:"language,omitempty"`
	Automatic     string         `json:"automatic,omitempty" doc:"Why the mail counts as automatic: auto-submitted, bulk, list, bounce, …"`
	Verdicts      *Verdicts      `json:"verdicts,omitempty"`
	SpamScore     float64        `json:"spamScore,omitempty"`
	SpamReasons   []Reason       `json:"spamReasons,omitempty"`
	Threading     []Reason       `json:"threading,omitempty" doc:"Why it landed in this conversation, strongest first"`
	State         DeliveryState  `json:"state,omitempty" enum:",queued,sending,sent,failed,unsure,bounced,cancelled"`
	Deliveries    []Delivery     `json:"deliveries,omitempty"`
	Attachments   []Attachment   `json:"attachments"`
	Invitation    *Invitation    `json:"invitation,omitempty" doc:"A calendar invitation in the mail"`
	Record        *Record        `json:"record,omitempty" doc:"Set where the message was recorded by hand"`
	Raw           bool           `json:"raw,omitempty" doc:"The raw mail can be downloaded"`
	Page          string         `json:"page,omitempty" doc:"Address of the web page where the form stood that it was written in, as the visitor's browser named it"`
	Unreadable    bool           `json:"unreadable,omitempty" doc:"The mail could not be parsed; only the raw mail is there"`
	RedactedAt    Time           `json:"redactedAt,omitempty"`
	ErasedAt      Time           `json:"erasedAt,omitempty"`
	Mentions      []AgentID      `json:"mentions,omitempty"`
	SendAt        Time           `json:"sendAt,omitempty" doc:"When it is to be sent, where a time was chosen; stays when it was sent"`
	HeldBack      bool           `json:"heldBack,omitempty" doc:"A scheduled mail that is not sent, since the customer wrote before its time"`
}

// Reason is a code that the desk words in the reader's language, with what it is about.
type Reason struct {
	Code   string  `json:"code"`
	Weight float64 `json:"weight,omitempty"`
	Detail string  `json:"detail,omitempty"`
}

// Verdicts are what the checks of a sender said: pass, fail, softfail, neutral, none, temperror, permerror (RFC 8601).
type Verdicts struct {
	SPF   string `json:"spf,omitempty"`
	DKIM  string `json:"dkim,omitempty"`
	DMARC string `json:"dmarc,omitempty"`
	From  string `json:"from,omitempty" doc:"The domain that was judged"`
}

// Delivery is what became of a message for one recipient.
type Delivery struct {
	Recipient string        `json:"recipient"`
	State     DeliveryState `json:"state" enum:",queued,sending,sent,failed,unsure,bounced,cancelled"`
	Status    string        `json:"status,omitempty" doc:"RFC 3463 status or SMTP code"`
	Error     string        `json:"error,omitempty" doc:"What the other server said"`
	Attempts  int           `json:"attempts"`
	NextTryAt Time          `json:"nextTryAt,omitempty"`
	UpdatedAt Time          `json:"updatedAt"`
}

// Attachment is a file of a message.
type Attachment struct {
	ID        AttachmentID `json:"id"`
	Message   MessageID    `json:"message,omitempty"`
	Name      string       `json:"name"`
	Type      string       `json:"type"`
	Size      int64        `json:"size"`
	Inline    bool         `json:"inline,omitempty" doc:"Shown in the text by its content id"`
	ContentID string       `json:"contentId,omitempty"`
	Held      string       `json:"held,omitempty" doc:"Why it is held back: executable, macro, double_extension, virus, …"`
	Unscanned bool         `json:"unscanned,omitempty" doc:"The virus scanner was away when it came and has not seen it yet; it is given as what is held back is"`
	Hash      string       `json:"-"`
}

// Invitation is a calendar invitation, readable.
type Invitation struct {
	Summary   string `json:"summary"`
	Start     Time   `json:"start,omitempty"`
	End       Time   `json:"end,omitempty"`
	Location  string `json:"location,omitempty"`
	Organizer string `json:"organizer,omitempty"`
	Method    string `json:"method,omitempty"`
}

// Record is what an agent wrote down about a call, a visit or a letter.
type Record struct {
	Direction string `json:"direction" enum:"in,out"`
	With      string `json:"with,omitempty" maxLength:"200" doc:"Whom it was with, where not the customer himself"`
	Outcome   string `json:"outcome,omitempty" enum:",agreed,no_answer,call_back,left_message,delivered,other"`
	Seconds   int    `json:"seconds,omitempty" minimum:"0" maximum:"86400"`
}

// Activity is an event of a conversation as its timeline shows it; the desk words it.
type Activity = Event

// Tag is a label on conversations.
type Tag struct {
	ID     TagID  `json:"id"`
	Name   string `json:"name" minLength:"1" maxLength:"60"`
	Colour string `json:"colour" enum:"grey,green,amber,red,blue,violet"`

	Version int64 `json:"version"`
}

// Draft is an unfinished message; it survives a crash of the browser.
type Draft struct {
	ID           DraftID        `json:"id"`
	Conversation ConversationID `json:"conversation,omitempty"`
	Body         DraftBody      `json:"body"`
	Files        []Attachment   `json:"files" doc:"The files of body.attachments that are still there, in their order"`
	SavedAt      Time           `json:"savedAt"`
	Version      int64          `json:"version"`
	Number       int64          `json:"number,omitempty" doc:"Of the conversation that body.beside names"`
}

// DraftBody is what the composer holds.
type DraftBody struct {
	Mode        string         `json:"mode" enum:"reply,reply_all,note,new,side,forward" doc:"side and forward are new mails beside a conversation"`
	HTML        string         `json:"html" maxLength:"1000000"`
	To          []NamedAddress `json:"to"`
	Cc          []NamedAddress `json:"cc"`
	Bcc         []NamedAddress `json:"bcc"`
	Subject     string         `json:"subject,omitempty" maxLength:"998"`
	Inbox       InboxID        `json:"inbox,omitempty"`
	Attachments []AttachmentID `json:"attachments" maxItems:"200"`
	Beside      ConversationID `json:"beside,omitempty" doc:"The conversation that a side conversation or forward belongs to"`
	Forward     MessageID      `json:"forward,omitempty" doc:"The one message that is forwarded; absent for all of them"`
}
