package desktest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	rules "tellus/internal/engine/field"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

// kind is "type NAME [inbox=…]": it makes a type of conversation, with which those of an inbox begin.
func (s *Scenario) kind(words []string, _ string) error {
	e := field.TypeEdit{Name: words[0], Kind: desk.OtherType, Icon: "tag", Colour: "grey"}
	if box := options(words[1:])["inbox"]; box != "" {
		e.Inboxes = []desk.InboxID{s.boxes[box]}
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, _ desk.Scope) error {
		t, err := s.d.Fields.CreateType(ctx, tx, by, e)
		s.types[words[0]] = t.ID
		return err
	})
}

// field NAME KIND [options=A/B] [types=A/B] [inboxes=A/B] [required] makes a field of conversations.
func (s *Scenario) field(words []string, _ string) error {
	o := options(words[2:])
	e := field.Edit{Name: words[0], Kind: desk.FieldKind(words[1])}
	_, e.Required = o["required"]
	for _, name := range parts(o["options"]) {
		e.Options = append(e.Options, desk.FieldOption{Name: name})
	}
	for _, name := range parts(o["types"]) {
		e.Types = append(e.Types, s.types[name])
	}
	for _, name := range parts(o["inboxes"]) {
		e.Inboxes = append(e.Inboxes, s.boxes[name])
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, _ desk.Scope) error {
		f, err := s.d.Fields.Create(ctx, tx, by, e)
		s.fields[words[0]] = f.ID
		return err
	})
}

func parts(list string) []string {
	return slices.DeleteFunc(strings.Split(list, "/"), func(p string) bool { return p == "" })
}

// set C FIELD [as=…]: VALUE gives a field its value; without one it is taken away.
func (s *Scenario) set(words []string, text string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	return s.act(options(words[2:])["as"], func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		value, err := s.value(ctx, tx, words[1], text)
		if err != nil {
			return err
		}
		row, err := s.d.Conversations.Get(ctx, tx, scope, c)
		if err != nil {
			return err
		}
		_, err = s.d.Conversations.Update(ctx, tx, by, scope, c, changeOf(row, s.fields[words[1]], value))
		return err
	})
}

// value reads what a script says of a field: a number, yes or no, 12.50 EUR, the name of an option or of an agent, or words.
func (s *Scenario) value(ctx context.Context, tx *db.Tx, name, text string) (desk.FieldValue, error) {
	f, err := s.d.Fields.Get(ctx, tx, s.fields[name])
	if err != nil || text == "" {
		return desk.FieldValue{}, err
	}
	switch f.Kind {
	case desk.NumberField:
		n, err := strconv.ParseFloat(text, 64)
		return desk.NumberOf(n), err
	case desk.YesNoField:
		return desk.YesNoOf(text == "yes"), nil
	case desk.MoneyField:
		var units, cents int64
		var currency string
		_, err := fmt.Sscanf(text, "%d.%d %s", &units, &cents, &currency)
		return desk.MoneyOf(units*100+cents, currency), err
	case desk.PeopleField:
		return desk.IDsOf(s.agents[text]), nil
	case desk.ChoiceField, desk.TreeField:
		for _, o := range f.Options {
			if o.Name == text {
				return desk.IDsOf(o.ID), nil
			}
		}
		return desk.FieldValue{}, fmt.Errorf("field %s has no option %q", name, text)
	}
	return desk.TextOf(text), nil
}

// values C tells the conversation's type, its tags, and what its fields hold.
func (s *Scenario) values(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	row := s.d.Row(c)
	told := []string{}
	for _, name := range sorted(s.types) {
		if s.types[name] == row.TypeID {
			told = append(told, name)
		}
	}
	for _, name := range sorted(s.tags) {
		if slices.Contains(row.Tags, s.tags[name]) {
			told = append(told, "#"+name)
		}
	}
	return s.d.DB.Read(s.d.T.Context(), func(tx *db.Tx) error {
		for _, name := range sorted(s.fields) {
			f, err := s.d.Fields.Get(s.d.T.Context(), tx, s.fields[name])
			if err != nil {
				return err
			}
			if v, ok := row.Fields[f.ID]; ok {
				told = append(told, name+": "+rules.Show(f, v, rules.Words{Yes: "yes", No: "no", Agent: s.nameOf}))
			}
		}
		s.tell("%s", strings.Join(told, "; "))
		return nil
	})
}

func (s *Scenario) nameOf(agent desk.AgentID) string {
	for _, name := range sorted(s.agents) {
		if s.agents[name] == agent {
			return name
		}
	}
	return "nobody"
}

// tag NAME makes a tag.
func (s *Scenario) tag(words []string, _ string) error {
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, _ desk.Scope) error {
		t, err := s.d.Conversations.SaveTag(ctx, tx, by, desk.Tag{Name: words[0]})
		s.tags[words[0]] = t.ID
		return err
	})
}

// named are the tags of a list such as late/gift.
func (s *Scenario) named(list string) (tags []desk.TagID) {
	for _, name := range parts(list) {
		tags = append(tags, s.tags[name])
	}
	return tags
}

// template NAME [types=A/B]: ITEM; ITEM! makes a checklist for conversations of some types. An item that ends with ! has to be ticked before they are resolved.
func (s *Scenario) template(words []string, text string) error {
	e := field.TemplateEdit{Name: words[0]}
	for _, name := range parts(options(words[1:])["types"]) {
		e.Types = append(e.Types, s.types[name])
	}
	for _, item := range strings.Split(text, "; ") {
		w, required := strings.CutSuffix(item, "!")
		e.Items = append(e.Items, desk.CheckWord{Words: w, Required: required})
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, _ desk.Scope) error {
		t, err := s.d.Fields.SaveTemplate(ctx, tx, by, 0, e)
		s.lists[words[0]] = t.ID
		return err
	})
}
