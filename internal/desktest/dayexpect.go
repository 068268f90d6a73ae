package desktest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/routing"
	"tellus/internal/platform/db"
)

// expect compares what is with what a line says; the error tells what is instead.
//
//	expect #1 with Anna [because only|method|previous]
//	expect #1 open|waiting|resolved|closed
//	expect #1 priority 3
//	expect #1 due 2026-03-09 14:22 | never
//	expect #1 tags a,b | none
//	expect #1 told Anna,Berta | nobody
//	expect #1 promised Anna | nobody
//	expect #1 breached 2
//	expect #1 escalated 3
//	expect rule NAME fired 2 | stopped 1 | failed 0
//	expect conversations 3
func (y *Day) expect(words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("expect what?")
	}
	switch words[0] {
	case "rule":
		return y.expectRule(words[1:])
	case "conversations":
		return y.same(words[1], y.count(`SELECT count(*) FROM conversation`))
	}
	c, err := y.numbered(words[0])
	if err != nil {
		return err
	}
	if what := words[1]; len(words) == 2 {
		return y.same(what, string(y.d.Row(c).Status))
	}
	want := words[2]
	switch words[1] {
	case "with":
		if err := y.same(want, y.holder(c)); err != nil || len(words) < 5 {
			return err
		}
		return y.same(words[4], y.how(c))
	case "priority":
		return y.same(want, strconv.Itoa(int(y.d.Row(c).Priority)))
	case "due":
		return y.same(strings.Join(words[2:], " "), y.shown(y.d.Row(c).DueAt))
	case "tags":
		return y.same(want, y.tagged(c))
	case "told":
		return y.same(want, y.asked(c))
	case "promised":
		return y.same(want, y.names(y.agentsOf(`SELECT DISTINCT CASE WHEN m.agent <> 0 THEN m.agent ELSE COALESCE(c.assignee, 0) END FROM commitment m JOIN conversation c ON c.id = m.conversation
			WHERE c.id = $1 AND m.kept_at = 0 AND m.dropped_at = 0`, c)))
	case "breached":
		return y.same(want, y.count(`SELECT count(*) FROM event WHERE kind = 'clock.breached' AND conversation = $1`, c))
	case "escalated":
		return y.same(want, y.count(`SELECT count(*) FROM event WHERE kind = 'clock.escalated' AND conversation = $1`, c))
	}
	return fmt.Errorf("nothing known about %q", words[1])
}

func (y *Day) same(want, got string) error {
	if want == got {
		return nil
	}
	return otherwise("%s, at %s", got, y.d.Now().In(y.zone).Format("Mon 2006-01-02 15:04"))
}

func (y *Day) count(query string, args ...any) string {
	var n int
	if err := y.d.DB.Ask(y.d.T.Context(), "/* desktest */ "+query, args...).Scan(&n); err != nil {
		y.d.T.Fatal(err)
	}
	return strconv.Itoa(n)
}

// shown is a time on the file's clock, to the minute: each line takes a second or two.
func (y *Day) shown(t desk.Time) string {
	if t == 0 || t == desk.Never {
		return "never"
	}
	return t.Time().In(y.zone).Format("2006-01-02 15:04")
}

func (y *Day) holder(c desk.ConversationID) string { return y.nameOf(y.d.Row(c).Assignee) }

// how is why who has a conversation was given it, by its last assignment.
func (y *Day) how(c desk.ConversationID) (how string) {
	y.d.Read(func(ctx context.Context, tx *db.Tx) error {
		all, err := y.d.Router.Routing.Assignments(ctx, tx, c)
		var last routing.Assignment
		for _, a := range all {
			if a.At >= last.At {
				last = a
			}
		}
		how = string(last.How)
		return err
	})
	if how == "" {
		return "nothing: nobody gave it out"
	}
	return how
}

func (y *Day) tagged(c desk.ConversationID) string {
	row := y.d.Row(c)
	var names []string
	for _, name := range sorted(y.tags) {
		if slices.Contains(row.Tags, y.tags[name]) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ",")
}

// asked are those who were asked to look at a conversation.
func (y *Day) asked(c desk.ConversationID) string {
	return y.names(y.agentsOf(`SELECT DISTINCT agent FROM notice WHERE conversation = $1 AND kind = 'told'`, c))
}

func (y *Day) agentsOf(query string, c desk.ConversationID) (ids []desk.AgentID) {
	y.d.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, "/* desktest */ "+query, c)
		ids, err = db.Rows(rows, err, func(r *sql.Rows, id *desk.AgentID) error { return r.Scan(id) })
		return err
	})
	return ids
}

// expectRule compares how often a rule fired, failed or was stopped.
func (y *Day) expectRule(words []string) error {
	if len(words) != 3 {
		return fmt.Errorf("expect rule NAME fired|failed|stopped N")
	}
	err := fmt.Errorf("no rule %s", words[0])
	y.d.Read(func(ctx context.Context, tx *db.Tx) error {
		all, readErr := y.d.Rules.List(ctx, tx)
		for _, r := range all {
			if r.Name != words[0] {
				continue
			}
			did := map[string]int64{"fired": r.Fired, "failed": r.Failed, "stopped": r.Stopped}
			if n, ok := did[words[1]]; ok {
				err = y.same(words[2], strconv.FormatInt(n, 10))
			} else {
				err = fmt.Errorf("a rule cannot have %q", words[1])
			}
		}
		return readErr
	})
	return err
}
