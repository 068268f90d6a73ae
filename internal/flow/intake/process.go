package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/spam"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/bounce"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/mailmsg"
)

// Handle makes a message of an arrival: the handler of Arrived. Everything that it stores commits with the job's end.
func (in *Intake) Handle(ctx context.Context, job *jobs.Job[Arrived]) error {
	_, err := in.process(ctx, job.Payload.Arrival, job.Complete)
	return err
}

// Process does the same at once, for the command line and tests; it returns what became of the arrival.
func (in *Intake) Process(ctx context.Context, id desk.ArrivalID) (conversation.Received, error) {
	return in.process(ctx, id, func(context.Context, *db.Tx) error { return nil })
}

func (in *Intake) process(ctx context.Context, id desk.ArrivalID, complete func(context.Context, *db.Tx) error) (conversation.Received, error) {
	k, err := in.load(ctx, id)
	if desk.IsRefusal(err, desk.NotFound) {
		return conversation.Received{}, jobs.Permanent(err)
	}
	if err != nil {
		return conversation.Received{}, err
	}
	var u understood
	thinking.do(func() { u = in.read(k) })
	files, dangerous, err := in.files(ctx, u.mail)
	if err != nil {
		return conversation.Received{}, err
	}
	u.verdicts = in.verdicts(ctx, k)
	judged, err := in.judge(ctx, k, u, dangerous)
	if err != nil {
		return conversation.Received{}, err
	}
	var done conversation.Received
	err = in.DB.Write(ctx, func(tx *db.Tx) error {
		// The job ends with the first exchange with the database: whether it is still ours is known before anything is stored, and the commit goes with the last.
		if err := complete(ctx, tx); err != nil || k.state != "kept" {
			return err
		}
		var err error
		done, err = in.store(ctx, tx, k, u, files, judged)
		if err != nil {
			return err
		}
		return in.React.React(ctx, tx)
	})
	if err != nil {
		return done, fmt.Errorf("make a message of arrival %s: %w", id, err)
	}
	return done, nil
}

// store identifies who wrote, finds the conversation, and stores the message there.
func (in *Intake) store(ctx context.Context, tx *db.Tx, k kept, u understood, files []conversation.File, verdict spam.Result) (conversation.Received, error) {
	if err := in.ask(ctx, tx, k, u); err != nil {
		return conversation.Received{}, err
	}
	house, err := in.Inboxes.House(ctx, tx)
	if err != nil {
		return conversation.Received{}, err
	}
	box, ok := house.Inbox(k.inbox)
	if !ok {
		return conversation.Received{}, fmt.Errorf("inbox %s of arrival %s is gone", k.inbox, k.id)
	}
	if u.from.Address == "" {
		// Each mail without a sender makes a customer of its own: one that came before must not make another.
		seen, ok, err := in.Conversations.Received(ctx, tx, k.inbox, u.identity)
		if err != nil {
			return seen, err
		}
		if ok {
			return seen, in.finish(ctx, tx, k, seen)
		}
	}
	writer, err := in.identify(ctx, tx, u)
	if err != nil {
		return conversation.Received{}, err
	}
	if u.list && !in.addressed(u, house) {
		u.automatic = "list"
	}
	if u.automatic == "" && writer.Bounced && k.channel() == desk.Email { // anybody can type an address into a form
		if err := in.Customers.Bounced(ctx, tx, u.from.Address, false); err != nil { // he is alive
			return conversation.Received{}, err
		}
	}
	if !writer.Proven && k.channel() == desk.Email && vouched(u) {
		if err := in.Customers.Proven(ctx, tx, u.from.Address); err != nil {
			return conversation.Received{}, err
		}
	}
	bounced, err := in.applyReport(ctx, tx, u)
	if err != nil {
		return conversation.Received{}, err
	}
	choice, err := in.choose(ctx, tx, k, u, box, writer, bounced)
	if err != nil {
		return conversation.Received{}, err
	}
	if choice.into != 0 {
		verdict = spam.Result{} // what belongs to a conversation is wanted there
	}
	msg := conversation.Incoming{
		Inbox: box, Channel: k.channel(), Customer: writer.ID, CustomerName: writer.Name, From: u.from, ReplyTo: u.replyTo, To: u.to, Cc: u.cc,
		Subject: u.subject, SubjectKey: u.subjectKey, Identity: u.identity, ReceivedAt: k.receivedAt,
		Text: u.text, Folded: u.folded, HTML: u.html, FoldedHTML: u.foldedHTML, RemoteImages: u.remote, Language: u.language,
		Automatic: u.automatic, Verdicts: u.verdicts, Spam: verdict.Spam() && choice.into == 0, SpamScore: verdict.Score, SpamReasons: verdict.Reasons,
		Threading: choice.reasons, Invitation: u.invitation, Attachments: files, Arrival: k.id, Unreadable: u.unreadable,
		Participants: others(u, house), NoReply: u.noReply, Page: u.page,
	}
	if m := u.mail; m != nil {
		msg.MailID, msg.References, msg.Headers = m.MessageID, m.References, headersOf(m)
		if !m.Date.IsZero() {
			msg.SentAt = desk.At(m.Date)
		}
	}
	done, err := in.Conversations.Receive(ctx, tx, msg, choice.into, choice.follows)
	if err != nil {
		return done, err
	}
	if slices.ContainsFunc(files, func(f conversation.File) bool { return f.Unscanned }) && !done.Seen {
		if err := scanLater(ctx, tx, done.Message); err != nil {
			return done, err
		}
	}
	return done, in.finish(ctx, tx, k, done)
}

// vouched reports whether the domain of a mail's sender vouches for the mail. The domain that was judged must be the sender's: a mail may name several.
func vouched(u understood) bool {
	if u.verdicts == nil || u.verdicts.DMARC != "pass" {
		return false
	}
	_, domain, _ := desk.SplitMail(u.from.Address)
	return domain != "" && strings.EqualFold(domain, u.verdicts.From)
}

// ask puts the questions that every mail asks, whose answers do not depend on each other, in one exchange with the database. The customer comes before the
// message: whoever waited for him sees what was stored meanwhile.
func (in *Intake) ask(ctx context.Context, tx *db.Tx, k kept, u understood) error {
	if err := in.Inboxes.AskHouse(ctx, tx); err != nil {
		return err
	}
	if who, ok := sighting(u); ok {
		if err := in.Customers.Ask(ctx, tx, who); err != nil {
			return err
		}
	}
	return in.Conversations.Ask(ctx, tx, k.inbox, u.identity)
}

// sighting is who wrote, where he has an address.
func sighting(u understood) (customer.Sighting, bool) {
	return customer.Sighting{Kind: desk.AddressEmail, Value: u.from.Address, Name: u.from.Name, Language: u.language}, u.from.Address != ""
}

// finish notes at the arrival what became of it.
func (in *Intake) finish(ctx context.Context, tx *db.Tx, k kept, done conversation.Received) error {
	outcome := "stored"
	if done.Seen {
		outcome = "seen before"
	}
	if err := tx.Soon(ctx, `UPDATE arrival SET state = 'done', outcome = $1, message = $2 WHERE id = $3`, outcome, done.Message, k.id); err != nil {
		return fmt.Errorf("close arrival %s: %w", k.id, err)
	}
	return nil
}

// identify finds who wrote.
func (in *Intake) identify(ctx context.Context, tx *db.Tx, u understood) (customer.Identified, error) {
	who, ok := sighting(u)
	if !ok {
		return in.Customers.Unnamed(ctx, tx, desk.System, u.from.Name, u.language)
	}
	return in.Customers.Identify(ctx, tx, desk.System, who)
}

// addressed reports whether a mail names one of our own addresses: a list that passes on what people write to us, such as a group of the company's
// own, makes no machine of them.
func (in *Intake) addressed(u understood, house *inbox.House) bool {
	for _, a := range append(append([]desk.NamedAddress{}, u.to...), u.cc...) {
		if house.Own(a.Address) {
			return true
		}
	}
	return false
}

// others are the people beside the writer who take part: those whom the mail addressed, our own inboxes left out.
func others(u understood, house *inbox.House) []desk.Participant {
	var list []desk.Participant
	for _, a := range append(append([]desk.NamedAddress{}, u.to...), u.cc...) {
		if house.Own(a.Address) || strings.EqualFold(a.Address, u.from.Address) || len(list) >= 50 {
			continue
		}
		list = append(list, desk.Participant{Name: a.Name, Address: a.Address, Role: desk.CopiedIn})
	}
	return list
}

// applyReport marks the message that a bounce is about; it returns the conversation of that message, 0 where there is none.
func (in *Intake) applyReport(ctx context.Context, tx *db.Tx, u understood) (desk.ConversationID, error) {
	if u.report == nil || u.report.Kind != bounce.Failed || u.report.MessageID == "" {
		return 0, nil
	}
	var failed []conversation.Outcome
	for _, r := range u.report.Failures() {
		status := r.Status
		if status == "" && r.Code != 0 {
			status = fmt.Sprint(r.Code)
		}
		failed = append(failed, conversation.Outcome{Recipient: r.Address, Status: status, Error: r.Reply})
	}
	about, matched, ok, err := in.Conversations.Bounce(ctx, tx, u.report.MessageID, failed)
	if err != nil || !ok {
		return 0, err
	}
	for _, r := range u.report.Failures() {
		if r.Hard && slices.Contains(matched, r.Address) {
			if err := in.Customers.Bounced(ctx, tx, r.Address, true); err != nil {
				return 0, err
			}
		}
	}
	return about, nil
}

// judge says how likely the mail is spam, before the transaction that stores it: the work on its words must not hold up other writers.
func (in *Intake) judge(ctx context.Context, k kept, u understood, dangerous int) (result spam.Result, err error) {
	if u.mail == nil {
		return result, nil
	}
	facts := spam.Facts{From: u.from.Address, FromName: u.from.Name, ReplyTo: u.replyTo, EnvelopeFrom: k.envelope.From, Date: u.mail.Date,
		Received: k.receivedAt.Time(), Subject: u.subject, Text: u.text, HTML: u.mail.HTML, Dangerous: dangerous}
	// A judgement may rest on what was known a moment ago, and its parts need not agree to the microsecond.
	err = in.DB.Look(func(tx *db.Tx) (err error) {
		house, err := in.Inboxes.LatestHouse(ctx, tx)
		if err != nil {
			return err
		}
		facts.OwnClaim = house.Own(u.from.Address) && u.mail.Auto.Kind != mailmsg.AutoLoop
		facts.Known, facts.Learned, err = in.Conversations.KnownWriter(ctx, tx, u.from.Address)
		return err
	})
	if err != nil {
		return result, fmt.Errorf("what is known of the writer: %w", err)
	}
	for i, f := range u.mail.Header.Fields() {
		if i == 200 {
			break
		}
		facts.Headers = append(facts.Headers, spam.Field{Name: f.Name, Value: f.Value})
	}
	if u.verdicts != nil {
		facts.Verdicts = *u.verdicts
	}
	for _, flag := range k.envelope.Flags {
		if strings.EqualFold(flag, "$Junk") || strings.EqualFold(flag, "Junk") {
			facts.Headers = append(facts.Headers, spam.Field{Name: "X-Spam-Flag", Value: "YES"})
		}
	}
	if facts.Learned != nil {
		facts.Tokens = spam.Tokens(u.subject, u.text, []spam.Field{{Name: "From", Value: u.from.Address}})
	}
	thinking.do(func() { result = spam.Score(facts) })
	return result, nil
}

// signedFor is how long signatures of a mail are asked about: senders take their keys back after a while, and what cannot be checked any more must
// not look forged.
const signedFor = 7 * 24 * time.Hour

// verdicts says what is known of who sent a mail. It may ask DNS: not for a transaction.
func (in *Intake) verdicts(ctx context.Context, k kept) *desk.Verdicts {
	if k.envelope.Verdicts != nil {
		return k.envelope.Verdicts
	}
	if in.Verdicts == nil || k.channel() != desk.Email {
		return nil
	}
	whole := len(k.raw) < mostRaw
	return in.Verdicts(ctx, k.raw, whole && in.DB.Now().Sub(k.receivedAt) < signedFor)
}

// GiveUp ends an arrival that could not be made a message in all its tries: it stays with its raw mail, and is told to the administrator by
// its dead job.
func (in *Intake) GiveUp(ctx context.Context, id desk.ArrivalID, cause error) error {
	return in.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE arrival SET outcome = $1 WHERE id = $2 AND state = 'kept'`, db.Text(cause.Error()), id); err != nil {
			return fmt.Errorf("note the failure of arrival %s: %w", id, errors.Join(err, cause))
		}
		return nil
	})
}

// ProcessSource is Process for the arrival of a source id.
func (in *Intake) ProcessSource(ctx context.Context, box desk.InboxID, source string) (done conversation.Received, err error) {
	var id desk.ArrivalID
	var message desk.MessageID
	if err := in.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT id, COALESCE(message, 0) FROM arrival WHERE inbox = $1 AND source_id = $2`, box, db.Text(source)).Scan(&id, &message)
	}); err != nil {
		return done, fmt.Errorf("find arrival: %w", err)
	}
	if message == 0 {
		if done, err = in.Process(ctx, id); err != nil || done.Conversation != 0 {
			return done, err
		}
	}
	// It came before, or the server was quicker.
	err = in.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT m.id, m.conversation FROM arrival a JOIN message m ON m.id = a.message WHERE a.id = $1`, id).Scan(&done.Message, &done.Conversation)
	})
	done.Seen = true
	if err != nil {
		return done, fmt.Errorf("find message of arrival %s: %w", id, err)
	}
	return done, nil
}
