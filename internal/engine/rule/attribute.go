package rule

import (
	"strings"
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/language"
)

// happened are the attributes of what happened, beside those of the conversation.
var happened = condition.List{
	{Key: "event.by", Kind: condition.Choice, Choices: []string{"customer", "agent", "rule", "system"}, Always: true},
	{Key: "hours.open", Kind: condition.Flag, Timed: true},
	{Key: "agent.state", Kind: condition.Choice, Choices: []string{"online", "away", "offline"}},
	{Key: "agent.absent", Kind: condition.Flag},
	{Key: "agent.load", Kind: condition.Number},
	{Key: "team.online", Kind: condition.Number},
	{Key: "team.queue", Kind: condition.Number},
	{Key: "message.kind", Kind: condition.Choice, Choices: []string{"incoming", "outgoing", "note"}},
	{Key: "message.from", Kind: condition.Text, Patterns: true},
	{Key: "message.to", Kind: condition.Text, Patterns: true},
	{Key: "message.subject", Kind: condition.Text, Patterns: true},
	{Key: "message.text", Kind: condition.Text, Patterns: true},
	{Key: "message.language", Kind: condition.Choice},
	{Key: "message.automatic", Kind: condition.Flag},
	{Key: "message.size", Kind: condition.Number},
	{Key: "message.files", Kind: condition.Number},
	{Key: "message.files_size", Kind: condition.Number},
	{Key: "message.file_names", Kind: condition.Text, Patterns: true, Lines: true},
	{Key: "message.file_types", Kind: condition.Text, Patterns: true, Lines: true},
	{Key: "message.header", Kind: condition.Text, Patterns: true, Lines: true},
}

// Attributes are what rules can ask for: all that conversations have, with regular expressions for its texts, and what happened.
func Attributes(conversations condition.List) Registry {
	all := make(condition.List, 0, len(conversations)+len(happened))
	for _, a := range conversations {
		if a.Kind == condition.Text {
			shaped := *a
			shaped.Patterns = true
			a = &shaped
		}
		all = append(all, a)
	}
	return Registry{append(append(all, happened...), condition.Today...)}
}

// ofNothing are attributes that time rules cannot ask for: nothing happened, and nothing says when people come and go.
func ofNothing(key string) bool {
	return key == "event.by" || strings.HasPrefix(key, "message.") || around(key)
}

// around are attributes of who has the conversation, and of its team, as they are when the rule is asked.
func around(key string) bool {
	return strings.HasPrefix(key, "agent.") || strings.HasPrefix(key, "team.")
}

// Message is what conditions ask of the message that an event is about.
type Message struct {
	Kind      desk.MessageKind
	From, To  string // names and addresses
	Subject   string
	Text      string // without quoted history and signature
	Language  string
	Automatic bool
	FileNames []string
	FileTypes []string // such as application/pdf
	FilesSize int64    // bytes of all files together
	Headers   []Header // what Kept keeps, and From, To, Cc and Subject
}

// Case is what happened, and the conversation that it happened to as it is when the rule is asked. Nothing but one goroutine may ask it.
type Case struct {
	*condition.Case
	By      desk.ActorKind
	Message *Message  // nil where the event is about none
	At      desk.Time // what is asked for: when it happened, or the time by which a time rule is to be true
	Open    func(at desk.Time) (open, known bool, until desk.Time)
	Around  func(c desk.Conversation, key string) condition.Value // what Attributes have of who has a conversation, and of its team; nil where nothing is known

	folded map[string]string
	known  map[string]condition.Value // of Around: many rules ask for the same
}

// Value implements condition.Row.
func (c *Case) Value(a *condition.Attribute) condition.Value {
	switch a.Key {
	case "event.by":
		return condition.Code(string(c.By))
	case "hours.open":
		if c.Open == nil {
			return condition.Value{}
		}
		open, known, until := c.Open(c.At)
		return condition.Value{Has: known, Yes: open, At: until}
	}
	if around(a.Key) {
		return c.around(a.Key)
	}
	name, ok := strings.CutPrefix(a.Key, "message.")
	if !ok {
		return c.Case.Value(a)
	}
	if c.Message == nil {
		return condition.Value{}
	}
	return c.Message.value(name)
}

func (c *Case) around(key string) condition.Value {
	if c.Around == nil {
		return condition.Value{}
	}
	v, ok := c.known[key]
	if !ok {
		if c.known == nil {
			c.known = map[string]condition.Value{}
		}
		v = c.Around(c.Conversation, key)
		c.known[key] = v
	}
	return v
}

func (m *Message) value(name string) condition.Value {
	if field, ok := strings.CutPrefix(name, "header."); ok {
		return m.header(field)
	}
	switch name {
	case "kind":
		return condition.Code(string(m.Kind))
	case "from":
		return condition.Words(m.From)
	case "to":
		return condition.Words(m.To)
	case "subject":
		return condition.Words(m.Subject)
	case "text":
		return condition.Words(m.Text)
	case "language":
		return condition.Code(m.Language)
	case "automatic":
		return condition.YesNo(m.Automatic)
	case "size":
		return condition.Num(float64(utf8.RuneCountInString(m.Text)))
	case "files":
		return condition.Num(float64(len(m.FileNames)))
	case "files_size":
		return condition.Num(float64(m.FilesSize) / 1000)
	case "header":
		return m.header("")
	case "file_names":
		return condition.Words(strings.Join(m.FileNames, "\n"))
	case "file_types":
		return condition.Words(strings.Join(m.FileTypes, "\n"))
	}
	return condition.Value{}
}

// Folded implements condition.Folder.
func (c *Case) Folded(a *condition.Attribute) string {
	text, ok := c.folded[a.Key]
	if !ok {
		if c.folded == nil {
			c.folded = map[string]string{}
		}
		text = language.Fold(c.Value(a).Text)
		c.folded[a.Key] = text
	}
	return text
}

// After is the same event with the conversation as an action left it.
func (c *Case) After(now *condition.Case) *Case {
	return &Case{Case: now, By: c.By, Message: c.Message, At: c.At, Open: c.Open, Around: c.Around}
}
