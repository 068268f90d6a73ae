package merge

import (
	"maps"
	"slices"

	"tellus/internal/desk"
)

// Standing is another merge into the same conversation that was not undone, with its sources as they are.
type Standing struct {
	Record
	Sources []Source
}

// Undone is what undoing a merge comes to.
type Undone struct {
	State
	TurnRestored bool                            // nobody had changed whose turn it is: it is what it was before the merge
	LastRestored bool                            // nothing was said since: LastAt is what it was
	Marks        map[desk.AgentID]desk.MessageID // read marks to set; 0 takes one away
	Earlier      []Standing                      // as given, with what they have to take back now
	Later        []Standing
}

// Undo says what the target becomes when a merge into it is undone. now and marks are what it is; earlier and later are the other merges that stand, in order. What
// was changed since the merge stays. sources are what went in, as they were. wrote says that somebody has written in it since: then those who did not see it don't get to see it.
func Undo(now State, marks map[desk.AgentID]desk.MessageID, rec Record, sources []Source, earlier, later []Standing, wrote bool) Undone {
	u := Undone{State: now, Earlier: cloned(earlier), Later: cloned(later)}
	u.Tags, u.Followers = slices.Clone(now.Tags), slices.Clone(now.Followers)
	u.Turn, u.TurnRestored = unchain(now.Turn, rec, u.Later, func(r *Record) (*Turn, *Turn) { return &r.Before, &r.After }, sameTurn, joinTurn)
	u.LastAt, u.LastRestored = unchain(now.LastAt, rec, u.Later, func(r *Record) (*desk.Time, *desk.Time) { return &r.LastBefore, &r.LastAfter }, identical[desk.Time], joinLast)
	if !wrote || rec.AccessBefore.Equal(rec.AccessAfter) {
		u.Access, _ = unchain(now.Access, rec, u.Later, func(r *Record) (*Access, *Access) { return &r.AccessBefore, &r.AccessAfter }, Access.Equal, joinAccess)
	}
	for _, t := range rec.Tags {
		if !slices.Contains(u.Tags, t) {
			continue
		}
		if heir := u.heir(func(s Source) bool { return slices.Contains(s.Tags, t) }); heir != nil {
			heir.Tags = append(heir.Tags, t)
			continue
		}
		u.Tags = slices.DeleteFunc(u.Tags, func(x desk.TagID) bool { return x == t })
	}
	for _, f := range rec.Followers {
		if !slices.Contains(u.Followers, f) {
			continue
		}
		if heir := u.heir(func(s Source) bool { return slices.Contains(s.Followers, f) }); heir != nil {
			heir.Followers = append(heir.Followers, f)
			continue
		}
		u.Followers = slices.DeleteFunc(u.Followers, func(x desk.AgentID) bool { return x == f })
	}
	u.undoFields(rec, sources)
	u.undoMarks(marks, rec)
	return u
}

// undoFields takes back the values that the merge gave and nobody has changed since; another merge that would have given one gives its own.
func (u *Undone) undoFields(rec Record, sources []Source) {
	u.Fields = maps.Clone(u.Fields)
	gave, _ := joinFields(nil, sources)
	for _, id := range rec.Fields {
		now, there := u.Fields[id]
		if !there || !now.Equal(gave[id]) {
			continue
		}
		delete(u.Fields, id)
		heir := u.heir(func(s Source) bool { _, has := s.Fields[id]; return has })
		if heir == nil {
			continue
		}
		theirs, _ := joinFields(nil, heir.Sources)
		u.Fields[id] = theirs[id]
		heir.Fields = append(heir.Fields, id)
		slices.Sort(heir.Fields)
	}
}

func cloned(list []Standing) []Standing {
	out := slices.Clone(list)
	for i := range out {
		out[i].Tags, out[i].Followers, out[i].Marks = slices.Clone(out[i].Tags), slices.Clone(out[i].Followers), slices.Clone(out[i].Marks)
		out[i].Fields = slices.Clone(out[i].Fields)
	}
	return out
}

// heir is another merge that brings the same, and would have brought it.
func (u *Undone) heir(brings func(Source) bool) *Standing {
	for _, list := range [][]Standing{u.Earlier, u.Later} {
		for i := range list {
			if slices.ContainsFunc(list[i].Sources, brings) {
				return &list[i]
			}
		}
	}
	return nil
}

// unchain takes a merge out of the chain of those that followed it, as long as nobody intervened between them. It returns what is now, and whether that is what it
// would be without the merge.
func unchain[T any](now T, rec Record, later []Standing, of func(*Record) (before, after *T), equal func(a, b T) bool, join func(T, []Source) T) (T, bool) {
	before, after := of(&rec)
	base, expected := *before, *after
	for i := range later {
		before, after := of(&later[i].Record)
		if !equal(*before, expected) {
			return now, false
		}
		expected = *after
		*before, base = base, join(base, later[i].Sources)
		*after = base
	}
	if !equal(now, expected) {
		return now, false
	}
	return base, true
}

// sameTurn leaves out when an answer is due, which nobody sets by hand: it follows from the wait and from what is promised.
func sameTurn(a, b Turn) bool {
	a.DueAt = b.DueAt
	return a == b
}

func identical[T comparable](a, b T) bool { return a == b }

func (u *Undone) undoMarks(marks map[desk.AgentID]desk.MessageID, rec Record) {
	u.Marks = map[desk.AgentID]desk.MessageID{}
	for _, m := range rec.Marks {
		handed := false
		for i := range u.Later {
			if handed {
				break
			}
			for j := range u.Later[i].Marks {
				if l := &u.Later[i].Marks[j]; l.Agent == m.Agent && l.Before == m.After {
					l.Before, handed = m.Before, true // the later one raised it further, and takes it back to where it was
				}
			}
		}
		if !handed && marks[m.Agent] == m.After {
			u.Marks[m.Agent] = m.Before
		}
	}
}

// Later is a message that came into the target after the merge.
type Later struct {
	ID         desk.MessageID
	Answers    desk.MessageID      // what an outgoing mail answers
	References []string            // Message-IDs that an incoming mail refers to, newest last
	MailID     string              // its own
	Named      desk.ConversationID // a source whose number or token it carries; 0 where none
}

// Follow says which later messages leave with a source when the merge is undone: those that answer a message of it, or name it, and what answers those. Anything
// else stays. homes are the messages of the sources, mails the Message-IDs of all messages there, with the message. The later ones come in order.
func Follow(homes map[desk.MessageID]desk.ConversationID, mails map[string]desk.MessageID, later []Later) map[desk.MessageID]desk.ConversationID {
	leaves := map[desk.MessageID]desk.ConversationID{}
	home := func(id desk.MessageID) desk.ConversationID {
		if to, ok := homes[id]; ok {
			return to
		}
		return leaves[id]
	}
	for _, m := range later {
		to, known := m.Named, false
		if m.Answers != 0 {
			to, known = home(m.Answers), true
		}
		for i := len(m.References) - 1; i >= 0 && !known; i-- {
			if answered, ok := mails[m.References[i]]; ok && answered != m.ID {
				to, known = home(answered), true
			}
		}
		if to != 0 {
			leaves[m.ID] = to
		}
	}
	return leaves
}
