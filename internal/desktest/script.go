package desktest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
)

// Scenario plays a script on a desk and writes down what happened. A line is a command with words and, after a colon, a text; blank lines and
// lines that begin with # are left out. testdata/scenario/README.md lists the commands.
type Scenario struct {
	d     *Desk
	files map[string]string
	out   strings.Builder

	agents map[string]desk.AgentID
	boxes  map[string]desk.InboxID
	teams  map[string]desk.TeamID
	types  map[string]desk.TypeID
	fields map[string]desk.FieldID
	lists  map[string]desk.TemplateID
	tags   map[string]desk.TagID
	macros map[string]desk.MacroID

	rosters map[string]desk.RosterID
	told    int // mails out that were told of
}

// Play runs a script with its files and returns what it told.
func (d *Desk) Play(script string, files map[string]string) string {
	d.T.Helper()
	s := d.scenario(files)
	for i, line := range strings.Split(script, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fmt.Fprintf(&s.out, "> %s\n", line)
		head, text, _ := strings.Cut(line, ": ")
		words := strings.Fields(head)
		run := commands[words[0]]
		if run == nil {
			d.T.Fatalf("line %d: there is no command %q", i+1, words[0])
		}
		err := run(s, words[1:], s.fill(text))
		d.Follow()
		var r *desk.Refusal
		switch {
		case errors.As(err, &r):
			s.tell("refused: %s%s", r.Code, strings.TrimSuffix(" "+r.Field, " "))
		case err != nil:
			d.T.Fatalf("line %d: %s: %v", i+1, line, err)
		}
	}
	return s.out.String()
}

// scenario is a play that has not begun.
func (d *Desk) scenario(files map[string]string) *Scenario {
	return &Scenario{d: d, files: files, agents: map[string]desk.AgentID{"Eva": d.Eva}, boxes: map[string]desk.InboxID{"Support": d.Support}, teams: map[string]desk.TeamID{},
		types: map[string]desk.TypeID{}, fields: map[string]desk.FieldID{}, lists: map[string]desk.TemplateID{}, tags: map[string]desk.TagID{}, macros: map[string]desk.MacroID{}, rosters: map[string]desk.RosterID{}}
}

func (s *Scenario) tell(format string, args ...any) {
	for _, l := range strings.Split(fmt.Sprintf(format, args...), "\n") {
		s.out.WriteString("  " + l + "\n")
	}
}

type command func(s *Scenario, words []string, text string) error

var commands map[string]command

func init() {
	commands = map[string]command{
		"inbox": (*Scenario).inbox, "hours": (*Scenario).hours, "policy": (*Scenario).policy, "clocks": (*Scenario).clocks, "agent": (*Scenario).agent, "team": (*Scenario).team, "undo": (*Scenario).undoFor, "after": (*Scenario).after,
		"server": (*Scenario).server, "mail": (*Scenario).mail, "again": (*Scenario).again, "reply": (*Scenario).reply, "note": (*Scenario).note,
		"write": (*Scenario).write, "record": (*Scenario).record, "change": (*Scenario).change, "restrict": (*Scenario).restrict, "move": (*Scenario).move, "merge": (*Scenario).merge, "unmerge": (*Scenario).unmerge,
		"cancel": (*Scenario).cancel, "retry": (*Scenario).retry, "redact": (*Scenario).redact, "erase": (*Scenario).erase, "draft": (*Scenario).draft,
		"timeline": (*Scenario).timeline, "row": (*Scenario).row, "list": (*Scenario).list, "sent": (*Scenario).sent, "people": (*Scenario).people,
		"drafts": (*Scenario).drafts, "why": (*Scenario).why, "raw": (*Scenario).raw, "search": (*Scenario).search, "links": (*Scenario).links, "link": (*Scenario).link, "purchase": (*Scenario).purchase,
		"type": (*Scenario).kind, "field": (*Scenario).field, "set": (*Scenario).set, "values": (*Scenario).values, "tag": (*Scenario).tag,
		"template": (*Scenario).template, "checklist": (*Scenario).checklist, "tick": (*Scenario).tick, "untick": (*Scenario).untick, "checks": (*Scenario).checks,
		"macro": (*Scenario).macro, "rule": (*Scenario).rule, "fired": (*Scenario).fired, "preview": (*Scenario).preview, "use": (*Scenario).use, "scheduled": (*Scenario).scheduled, "reschedule": (*Scenario).reschedule,
	}
}

// conversation resolves "1": the first conversation that was opened.
func (s *Scenario) conversation(word string) (id desk.ConversationID, err error) {
	n, err := strconv.Atoi(word)
	if err != nil {
		return 0, err
	}
	err = s.d.DB.Ask(s.d.T.Context(), `/* desktest */ SELECT id FROM conversation ORDER BY id LIMIT 1 OFFSET $1`, n-1).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("conversation %s: %w", word, err)
	}
	return id, nil
}

// message resolves "1.2": the second message in the first conversation; "1.-1" is its last.
func (s *Scenario) message(word string) (id desk.MessageID, err error) {
	in, nth, ok := strings.Cut(word, ".")
	if !ok {
		return 0, fmt.Errorf("%q names no message", word)
	}
	c, err := s.conversation(in)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(nth)
	if err != nil {
		return 0, err
	}
	order := "id"
	if n < 0 {
		order, n = "id DESC", -n
	}
	err = s.d.DB.Ask(s.d.T.Context(), `/* desktest */ SELECT id FROM message WHERE conversation = $1 ORDER BY `+order+` LIMIT 1 OFFSET $2`, c, n-1).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("message %s: %w", word, err)
	}
	return id, nil
}

var placeholder = regexp.MustCompile(`\$(ID|TOKEN|TO)\((\d+)\)|\$DATE`)

// tokenPart is the signed part of a reply address: another for each desk.
var tokenPart = regexp.MustCompile(`\+[a-z0-9-]+@`)

// fill puts in what only the play knows: $ID(n) is the Message-ID of the nth mail that went out, $TOKEN(n) its Reply-To, $DATE the time.
func (s *Scenario) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(hit string) string {
		if hit == "$DATE" {
			return s.d.Now().Format("Mon, 2 Jan 2006 15:04:05 -0700")
		}
		p := placeholder.FindStringSubmatch(hit)
		n, _ := strconv.Atoi(p[2])
		mails := s.d.Outlet.Mails()
		if n < 1 || n > len(mails) {
			s.d.T.Fatalf("%s: only %d mails went out", hit, len(mails))
		}
		m := mails[n-1]
		switch p[1] {
		case "ID":
			return m.ID
		case "TOKEN":
			if len(m.Read.ReplyTo) == 0 {
				s.d.T.Fatalf("%s: the mail names no Reply-To", hit)
			}
			return m.Read.ReplyTo[0].Email
		}
		return strings.Join(m.To, ", ")
	})
}

// options reads words such as "reopen=never" and "noack".
func options(words []string) map[string]string {
	o := map[string]string{}
	for _, w := range words {
		k, v, _ := strings.Cut(w, "=")
		o[k] = v
	}
	return o
}

// inbox NAME [address=…] [language=…] [reopen=…] [days=…] [token] [noack] [team=…] [within=minutes] makes an inbox, or changes it.
func (s *Scenario) inbox(words []string, text string) error {
	o := options(words[1:])
	set := func(e *inbox.Edit) {
		for k, v := range o {
			n, _ := strconv.Atoi(v)
			switch k {
			case "address":
				e.Address = v
			case "language":
				e.Language = v
			case "reopen":
				e.Reopen = v
			case "days":
				e.ReopenDays = n
			case "within":
				e.AnswerWithin = n
			case "token":
				e.ReplyToken = true
			case "noack":
				e.Acknowledge = false
			case "team":
				e.Team = s.teams[v]
			case "only":
				e.Teams = []desk.TeamID{s.teams[v]}
			case "own":
				e.AcknowledgeText = map[string]string{v: strings.ReplaceAll(text, `\n`, "\n")}
			}
		}
	}
	if id := s.boxes[words[0]]; id != 0 {
		s.d.ChangeInbox(id, set)
		return nil
	}
	e := inbox.Edit{Name: words[0], Address: strings.ToLower(words[0]) + "@shop.example", Language: "en", Acknowledge: true, AnswerWithin: 240}
	set(&e)
	s.boxes[words[0]] = s.d.Inbox(e)
	return nil
}

// agent NAME [role] adds a colleague.
func (s *Scenario) agent(words []string, _ string) error {
	role := desk.AgentRole
	if len(words) > 1 {
		role = desk.Role(words[1])
	}
	s.agents[words[0]] = s.d.Agent(words[0], role)
	return nil
}

// team NAME [agent…] adds a team.
func (s *Scenario) team(words []string, _ string) error {
	var members []desk.AgentID
	for _, w := range words[1:] {
		members = append(members, s.agents[w])
	}
	s.teams[words[0]] = s.d.Team(words[0], members...)
	return nil
}

// undo 10s has answers wait that long.
func (s *Scenario) undoFor(words []string, _ string) (err error) {
	s.d.UndoFor, err = time.ParseDuration(words[0])
	return err
}

// after 5h moves the clock.
func (s *Scenario) after(words []string, _ string) error {
	span, err := duration(words[0])
	if err == nil {
		s.d.After(span)
	}
	return err
}

// duration knows days too.
func duration(word string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(word, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(word)
}

// server accepts | away | rejects | unsure | dies | refuses ADDRESS | postpones ADDRESS.
func (s *Scenario) server(words []string, _ string) error {
	o := s.d.Outlet
	switch words[0] {
	case "accepts":
		o.Accept()
	case "away":
		o.Away()
	case "rejects":
		o.Reject()
	case "unsure":
		o.BeUnsure()
	case "dies":
		o.Die()
	case "refuses":
		o.Refuse(words[1])
	case "postpones":
		o.Postpone(words[1])
	default:
		return fmt.Errorf("a server that %q", words[0])
	}
	return nil
}

// mail FILE [inbox=…] [from=…] [null] [flag=…] has a mail arrive and tells where it landed.
func (s *Scenario) mail(words []string, _ string) error {
	o := options(words[1:])
	raw, ok := s.files[words[0]]
	if !ok {
		return fmt.Errorf("there is no file %s", words[0])
	}
	box := s.d.Support
	if name := o["inbox"]; name != "" {
		box = s.boxes[name]
	}
	_, null := o["null"]
	envelope := channel.Envelope{From: o["from"], NullSender: null}
	if flag := o["flag"]; flag != "" {
		envelope.Flags = []string{flag}
	}
	if o["to"] != "" {
		envelope.To = []string{s.fill(o["to"])}
	}
	raw = s.fill(raw)
	if source := o["source"]; source != "" {
		s.d.Accept(box, source, raw, envelope)
		s.d.Settle()
	} else {
		s.d.Arrive(box, raw, envelope)
	}
	return s.landed()
}

// landed tells where the last arrival went.
func (s *Scenario) landed() error {
	var id desk.ConversationID
	var nth int
	var outcome, state, jobError string
	return s.d.DB.Read(s.d.T.Context(), func(tx *db.Tx) error {
		ctx := s.d.T.Context()
		err := tx.Row(ctx, `/* desktest */
			SELECT COALESCE(m.conversation, 0), (SELECT count(*) FROM conversation c WHERE c.id <= m.conversation), a.outcome, a.state,
				COALESCE((SELECT max(last_error) FROM job WHERE kind = 'intake.arrived'), '')
			FROM arrival a
			LEFT JOIN message m ON m.id = a.message
			ORDER BY a.id DESC
			LIMIT 1`).Scan(&id, &nth, &outcome, &state, &jobError)
		if err != nil {
			return err
		}
		if id == 0 {
			s.tell("not read: %s %s %s", state, outcome, jobError)
			return nil
		}
		c, err := s.d.Conversations.SeenBy(ctx, tx, []desk.ConversationID{id}, nil)
		if err != nil {
			return err
		}
		if outcome == "seen before" {
			outcome = ", seen before"
		} else {
			outcome = ""
		}
		s.tell("conversation %d, %s%s", nth, standing(c[0].Row, tx.Now), outcome)
		return nil
	})
}

// awaited is what a snoozed conversation waits for beside its time.
func awaited(on desk.WakeOn) string {
	switch {
	case on.Event == "":
		return ""
	case on.Number != 0:
		return fmt.Sprintf("or until #%d is %s", on.Number, on.Event)
	}
	return "or until " + string(on.Event)
}

// standing is where a conversation stands, in words.
func standing(c desk.Conversation, now desk.Time) string {
	words := []string{string(c.Status)}
	if c.Spam {
		words = append(words, "spam")
	}
	if c.TrashedAt != 0 {
		words = append(words, "in the trash")
	}
	switch {
	case c.SnoozedUntil == desk.Never:
		words = append(words, "snoozed until somebody writes")
	case c.SnoozedUntil != 0:
		words = append(words, strings.TrimSpace("snoozed for "+round(c.SnoozedUntil.Sub(now))+" "+awaited(c.WakeOn)))
	}
	if c.WaitingSince != 0 {
		words = append(words, "waits "+round(now.Sub(c.WaitingSince)))
	}
	if c.DueAt != 0 && c.DueAt != desk.Never {
		words = append(words, "due in "+round(c.DueAt.Sub(now)))
	}
	if c.DeliveryTroubled {
		words = append(words, "trouble")
	}
	if c.Restricted {
		words = append(words, "restricted")
	}
	return strings.Join(words, ", ")
}

func round(d time.Duration) string {
	if d = d.Round(time.Minute); d == 0 {
		return "0m"
	}
	return strings.TrimSuffix(d.String(), "0s")
}

// again N hands the Nth arrival over once more under another transport id, as after a changed UIDVALIDITY.
func (s *Scenario) again(words []string, _ string) error {
	n, err := strconv.Atoi(words[0])
	if err != nil {
		return err
	}
	var raw []byte
	if err := s.d.DB.Ask(s.d.T.Context(), `/* desktest */ SELECT r.data FROM arrival a JOIN raw_mail r ON r.arrival = a.id ORDER BY a.id LIMIT 1 OFFSET $1`, n-1).Scan(&raw); err != nil {
		return err
	}
	s.d.Arrive(s.d.Support, string(raw), channel.Envelope{})
	return s.landed()
}

func (s *Scenario) act(as string, fn func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error) error {
	agent := s.d.Eva
	if as != "" {
		agent = s.agents[as]
	}
	err := s.d.Try(func(ctx context.Context, tx *db.Tx) error {
		scope, err := s.d.Staff.Scope(ctx, tx, agent)
		if err != nil {
			return err
		}
		return fn(ctx, tx, desk.ByAgent(agent), scope)
	})
	s.d.Settle()
	return err
}

// reply C [as=…] [to=…] [cc=…] [bcc=…] [then=waiting|resolve|keep] [seen=C.N] [at=5h] [snooze=2d] [await] [anyway] [quote]: TEXT answers.
func (s *Scenario) reply(words []string, text string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	o := options(words[1:])
	in := conversation.Reply{HTML: Paragraph(text), Then: conversation.Then(o["then"]), To: addresses(o["to"]), Cc: addresses(o["cc"]), Bcc: addresses(o["bcc"])}
	if in.Then == "" {
		in.Then = conversation.Wait
	}
	_, in.Anyway = o["anyway"]
	_, in.Quote = o["quote"]
	_, in.Await = o["await"]
	for word, into := range map[string]*desk.Time{"at": &in.SendAt, "snooze": &in.Snooze} {
		if *into, err = s.ahead(o[word]); err != nil {
			return err
		}
	}
	seen := o["seen"]
	if seen == "" {
		seen = words[0] + ".-1"
	}
	if in.Seen, err = s.message(seen); err != nil {
		return err
	}
	agent := s.d.Eva
	if as := o["as"]; as != "" {
		agent = s.agents[as]
	}
	if _, err = s.d.ReplyAs(agent, c, in); err != nil {
		return err
	}
	s.tell("%s", standing(s.d.Row(c), s.d.DB.Now()))
	return nil
}

func addresses(list string) []desk.NamedAddress {
	out := []desk.NamedAddress{}
	for _, a := range strings.Split(list, ",") {
		if a != "" {
			out = append(out, desk.NamedAddress{Address: a})
		}
	}
	return out
}

// note C [as=…] [mention=…]: TEXT writes a note.
func (s *Scenario) note(words []string, text string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	o := options(words[1:])
	in := conversation.NewNote{HTML: Paragraph(text)}
	if m := o["mention"]; m != "" {
		in.Mentions = []desk.AgentID{s.agents[m]}
	}
	return s.act(o["as"], func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		_, err := s.d.Conversations.AddNote(ctx, tx, by, scope, c, in, s.d.Staff.Scope)
		return err
	})
}

func sorted[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
