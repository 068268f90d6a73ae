package desktest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// Day plays a file that tells of whole days: rules, clocks and distribution work together while its clock goes on, and what is expected at its times is compared with what is.
// testdata/day/README.md says how such a file is written.
type Day struct {
	*Scenario
	zone     *time.Location
	here     map[string]bool // who sits at the desk now
	notified desk.Seq        // how far people were told
	wrong    []string
}

// mostLooks bounds how often the house looks at the time between two lines.
const mostLooks = 15

// PlayDay plays a file and returns what was not as it expects, each with name and line. A file that cannot be played fails the test.
func (d *Desk) PlayDay(name, file string) []string {
	d.T.Helper()
	day := &Day{Scenario: d.scenario(nil), zone: time.UTC, here: map[string]bool{}}
	lines, nth := bufio.NewScanner(strings.NewReader(file)), 0
	for lines.Scan() {
		nth++
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		err := day.line(line)
		var r *desk.Refusal
		switch {
		case errors.As(err, &r):
			day.wrong = append(day.wrong, fmt.Sprintf("%s:%d: %s: refused: %s %s", name, nth, line, r.Code, r.Field))
		case errors.Is(err, errOtherwise):
			day.wrong = append(day.wrong, fmt.Sprintf("%s:%d: %s: %v", name, nth, line, err))
		case err != nil:
			d.T.Fatalf("%s:%d: %s: %v%s", name, nth, line, err, strings.Join(append([]string{""}, day.wrong...), "\n"))
		}
	}
	return day.wrong
}

// errOtherwise is what an expectation that is not met says.
var errOtherwise = errors.New("instead")

func otherwise(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errOtherwise, fmt.Sprintf(format, args...))
}

// line moves the clock to the time that a line begins with, where it does, and does the rest.
func (y *Day) line(line string) error {
	head, text, _ := strings.Cut(line, ": ")
	words := strings.Fields(head)
	words, err := y.moveTo(words)
	if err != nil || len(words) == 0 {
		return err
	}
	if words[0] == "expect" {
		return y.expect(words[1:])
	}
	if run := dayCommands[words[0]]; run != nil {
		err = run(y, words[1:], text)
	} else if run := commands[words[0]]; run != nil {
		err = run(y.Scenario, words[1:], y.fill(text))
	} else if y.agents[words[0]] != 0 && len(words) > 1 {
		err = y.does(words[0], words[1], words[2:], text)
	} else {
		return fmt.Errorf("there is no command and nobody %q", words[0])
	}
	y.follow()
	return err
}

// moveTo reads "2026-03-09 08:55", "08:55" of the same day or "+90m", lets the time until then pass, and returns the words behind it.
func (y *Day) moveTo(words []string) ([]string, error) {
	now := y.d.Now().In(y.zone)
	if span, ok := strings.CutPrefix(words[0], "+"); ok {
		by, err := duration(span)
		if err != nil {
			return nil, err
		}
		y.pass(by)
		return words[1:], nil
	}
	date := now.Format(time.DateOnly)
	if _, err := time.Parse(time.DateOnly, words[0]); err == nil {
		date, words = words[0], words[1:]
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("a date without a time")
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", date+" "+words[0], y.zone)
	if err != nil {
		return words, nil //nolint:nilerr // the line does not begin with a time
	}
	span := at.Sub(now)
	if span < -time.Minute {
		return nil, fmt.Errorf("it is %s already", now.Format("2006-01-02 15:04"))
	}
	y.pass(max(span, 0))
	return words[1:], nil
}

// pass lets time go by. Those at their desks are seen there, and all that looks at the time does so, each minute or, over long spans, as often as mostLooks.
func (y *Day) pass(span time.Duration) {
	step := max(time.Minute, (span/mostLooks).Truncate(time.Minute)+time.Minute)
	for span > 0 {
		y.d.After(min(step, span))
		span -= step
		y.seats()
		ctx := y.d.T.Context()
		for _, look := range []func(context.Context) (time.Duration, error){y.d.Promises.Fire, y.d.Automate.Pass, y.d.Router.TakeBack, y.d.Router.Waive} {
			if _, err := look(ctx); err != nil {
				y.d.T.Fatal(err)
			}
		}
		y.follow()
	}
}

// seats has those who are there have done something just now.
func (y *Day) seats() {
	clear(y.d.Here)
	for name := range y.here {
		y.d.Here[y.agents[name]] = desk.At(y.d.Now())
	}
}

// follow hands what happened to everybody who follows the log, until nothing follows from it any more.
func (y *Day) follow() {
	y.seats()
	for before := desk.Seq(-1); before != y.latest(); {
		before = y.latest()
		y.d.Follow()
		y.d.HandOver()
		y.d.Distribute()
		y.d.Settle()
	}
	if err := y.d.DB.Write(y.d.T.Context(), func(tx *db.Tx) error {
		events, err := since(y.d.T.Context(), tx, y.notified)
		if err != nil || len(events) == 0 {
			return err
		}
		y.notified = events[len(events)-1].Seq
		return y.d.Notify.Take(y.d.T.Context(), tx, events)
	}); err != nil {
		y.d.T.Fatal(err)
	}
	y.d.Settle()
}

func (y *Day) latest() (seq desk.Seq) {
	if err := y.d.DB.Ask(y.d.T.Context(), `/* desktest */ SELECT COALESCE(max(seq), 0) FROM event`).Scan(&seq); err != nil {
		y.d.T.Fatal(err)
	}
	return seq
}

// numbered resolves "#1": the first conversation of the file.
func (y *Day) numbered(word string) (desk.ConversationID, error) {
	return y.conversation(strings.TrimPrefix(word, "#"))
}

// does is what somebody of the house does: comes, goes, is absent, answers, resolves, takes, moves.
func (y *Day) does(who, what string, words []string, text string) error {
	agent := y.agents[who]
	switch what {
	case "comes":
		y.here[who] = true
		return nil
	case "goes":
		delete(y.here, who)
		return nil
	case "absent":
		return y.absent(who, words)
	case "next":
		return y.d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := y.d.Conversations.TakeNext(ctx, tx, y.d.Scope(agent), y.d.Segments.Worth)
			return err
		})
	}
	if len(words) == 0 {
		return fmt.Errorf("%s %s what?", who, what)
	}
	c, err := y.numbered(words[0])
	if err != nil {
		return err
	}
	switch what {
	case "answers":
		in := conversation.Reply{HTML: Paragraph(text), Then: conversation.Wait, Anyway: true}
		if then := options(words[1:])["then"]; then != "" {
			in.Then = conversation.Then(then)
		}
		_, err = y.d.ReplyAs(agent, c, in)
	case "resolves":
		status := desk.StatusResolved
		_, err = y.d.ChangeAs(agent, c, conversation.Change{Status: &status})
	case "promises": // Anna promises #1 4h: WORDS
		var span time.Duration
		if span, err = duration(words[1]); err != nil {
			return err
		}
		err = y.d.Try(func(ctx context.Context, tx *db.Tx) error {
			scope, err := y.d.Staff.Scope(ctx, tx, agent)
			if err == nil {
				_, err = y.d.Commitments.Make(ctx, tx, scope, c, commitment.Edit{Words: text, Due: tx.Now.Add(span)})
			}
			return err
		})
	case "takes":
		_, err = y.d.ChangeAs(agent, c, conversation.Change{Assignee: &agent})
	case "merges": // Anna merges #1 #2: the second goes into the first
		var other desk.ConversationID
		if other, err = y.numbered(words[1]); err != nil {
			return err
		}
		err = y.d.Try(func(ctx context.Context, tx *db.Tx) error {
			scope, err := y.d.Staff.Scope(ctx, tx, agent)
			if err == nil {
				_, err = y.d.Conversations.Merge(ctx, tx, desk.ByAgent(agent), scope, c, []desk.ConversationID{other})
			}
			return err
		})
	default:
		return fmt.Errorf("nobody can %q", what)
	}
	return err
}

// absent plans that somebody is not there from now for a span, and that he goes: Anna absent 8h [deputy=Berta].
func (y *Day) absent(who string, words []string) error {
	span, err := duration(words[0])
	if err != nil {
		return err
	}
	delete(y.here, who)
	return y.d.Try(func(ctx context.Context, tx *db.Tx) error {
		_, err := y.d.Duty.Plan(ctx, tx, desk.ByAgent(y.agents[who]), y.agents[who],
			desk.AbsenceEdit{From: tx.Now, To: tx.Now.Add(span), Deputy: y.agents[options(words[1:])["deputy"]]})
		return err
	})
}

// outsider is somebody outside by first name.
func outsider(name string) Person {
	return Person{Name: name + " Berg", Address: strings.ToLower(name) + "@home.example"}
}

// names are the people of a set of ids, in order of their names.
func (y *Day) names(ids []desk.AgentID) string {
	said := map[string]bool{}
	for _, id := range ids {
		said[y.nameOf(id)] = true
	}
	if len(said) == 0 {
		return "nobody"
	}
	return strings.Join(slices.Sorted(maps.Keys(said)), ",")
}
