package automation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
	"tellus/internal/engine/condition"
	"tellus/internal/platform/db"
)

// Bounds of a file of rules.
const (
	MostFile = 4 << 20 // bytes
	fileKind = "tellus.rules"
)

// File is how rules are carried from one desk to another: with names where a desk has ids.
type File struct {
	Format  string  `json:"format"`
	Version int     `json:"version"`
	Rules   []Entry `json:"rules"`
}

// Entry is a rule in a file. Whether it was on is not said: an imported rule is off until somebody has looked at it.
type Entry struct {
	Name      string           `json:"name"`
	Events    []desk.EventKind `json:"events"`
	Condition condition.Node   `json:"condition"`
	Zone      string           `json:"zone,omitempty"`
	Actions   []carry.Action   `json:"actions"`
	Stop      bool             `json:"stop,omitempty"`
}

// ReadFile reads a file of rules. It refuses one that is too large, says something that is not known here, or says something twice, with the line; it takes time in
// proportion to the file.
func ReadFile(data []byte) (File, error) {
	if len(data) > MostFile {
		return File{}, desk.WhyFileLarge.At("body.file", MostFile>>20)
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &head)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax): // told below, with its place
	case err != nil || head.Format != fileKind || head.Version < 1:
		return File{}, desk.WhyNoRuleFile.At("body.file")
	case head.Version > 1:
		return File{}, desk.WhyFileNewer.At("body.file")
	}
	var f File
	if err := carry.Read(data, &f); err != nil {
		return File{}, err
	}
	if len(f.Rules) > most {
		return File{}, desk.WhyEnough.At("body.file", most)
	}
	return f, nil
}

// within refuses what is larger than a rule that people write.
func (e *Entry) within() error {
	if utf8.RuneCountInString(e.Name) > 80 {
		return desk.WhyTooLong.At("body.name", 80)
	}
	if len(e.Events) > 40 {
		return desk.WhyEnough.At("body.events", 40)
	}
	for i, a := range e.Actions {
		if !a.Within() {
			return desk.WhyOutOfRange.At(fmt.Sprintf("body.actions[%d]", i))
		}
	}
	return wide("body.condition", e.Condition)
}

// wide refuses a comparison with more than people write.
func wide(at string, c condition.Node) error {
	if len(c.Values) > 100 {
		return desk.WhyEnough.At(at+".values", 100)
	}
	for i, child := range c.All {
		if err := wide(fmt.Sprintf("%s.all[%d]", at, i), child); err != nil {
			return err
		}
	}
	for i, child := range c.Any {
		if err := wide(fmt.Sprintf("%s.any[%d]", at, i), child); err != nil {
			return err
		}
	}
	return nil
}

// entry is a rule as a file carries it. What is gone is called by its number, so that nothing of a rule is left out.
func entry(n carry.Names, attributes condition.Registry, e Edit) Entry {
	n.Whole = true
	out := Entry{Name: e.Name, Events: e.Events, Condition: n.NamedCondition(attributes, e.Condition), Zone: e.Zone, Stop: e.Stop, Actions: []carry.Action{}}
	for _, a := range e.Actions {
		named, _ := n.Named(a)
		out.Actions = append(out.Actions, named)
	}
	return out
}

// edit is what an entry comes to here, switched off. Where something is lacking it is no rule.
func (e Entry) edit(n carry.Names, attributes condition.Registry) (out Edit, lacks []carry.Lack) {
	out = Edit{Name: e.Name, Events: slices.Clone(e.Events), Zone: e.Zone, Stop: e.Stop, Actions: []desk.Action{}}
	out.Condition, lacks = n.ConditionHere(attributes, e.Condition)
	for _, a := range e.Actions {
		action, more := n.Here(a)
		out.Actions = append(out.Actions, action)
		lacks = append(lacks, more...)
	}
	var once []carry.Lack
	for _, l := range lacks {
		if !slices.Contains(once, l) {
			once = append(once, l)
		}
	}
	return out, once
}

// same is what two entries have in common that say the same.
func (e Entry) same() (string, error) {
	if e.Zone == "" {
		e.Zone = "UTC"
	}
	if e.Actions == nil {
		e.Actions = []carry.Action{}
	}
	data, err := json.Marshal(e)
	return string(data), err
}

// Export writes the rules of some ids, or all of them, as a file; in their order. It refuses with desk.NotFound where one is not there.
func (s *Service) Export(ctx context.Context, tx *db.Tx, n carry.Names, ids []desk.RuleID) ([]byte, error) {
	all, err := s.List(ctx, tx)
	if err != nil {
		return nil, err
	}
	attributes, err := s.registry(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(r EventRule) bool { return r.ID == id }) {
			return nil, desk.Refuse(desk.NotFound, "no such rule")
		}
	}
	f := File{Format: fileKind, Version: 1, Rules: []Entry{}}
	for _, r := range all {
		if len(ids) == 0 || slices.Contains(ids, r.ID) {
			f.Rules = append(f.Rules, entry(n, attributes, r.Edit))
		}
	}
	var out bytes.Buffer
	w := json.NewEncoder(&out)
	w.SetIndent("", "  ")
	w.SetEscapeHTML(false)
	if err := w.Encode(f); err != nil {
		return nil, fmt.Errorf("write a file of rules: %w", err)
	}
	return out.Bytes(), nil
}
