package demo

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/mailmsg"
)

// How many conversations of each kind the week has; what is handcrafted comes on top.
const (
	finished   = 310
	unassigned = 44
	taken      = 46
	waiting    = 27
	snoozed    = 10
)

// ordinary plans the conversations of every day.
func (p *play) ordinary() {
	for range finished {
		p.finishes(p.begins(28*time.Hour, span))
	}
	for i := range unassigned {
		oldest := 21 * time.Hour
		if i%8 == 0 {
			oldest = 33 * time.Hour // some are late
		}
		p.waits(p.begins(4*time.Minute, oldest))
	}
	for range taken {
		p.isTaken(p.begins(2*time.Hour, 25*time.Hour))
	}
	for range waiting {
		p.isAnswered(p.begins(20*time.Hour, 5*24*time.Hour))
	}
	for range snoozed {
		p.sleeps(p.begins(14*time.Hour, 4*24*time.Hour))
	}
}

// begins plans the first mail of a conversation, some time before now, and returns its story and time.
func (p *play) begins(youngest, oldest time.Duration) (*story, time.Time) {
	t := p.anyTongue()
	s := p.newStory(t, pick(p, t.topics))
	at := p.awake(p.now.Add(-youngest - time.Duration(p.rnd.Int64N(int64(oldest-youngest)))))
	text, rich := s.signed(pick(p, s.topic.ask), at), p.rnd.IntN(3) > 0
	var files []mailmsg.File
	if s.topic.photo {
		files = append(files, photo(p))
	}
	p.buys(s, at)
	p.then(at, func(ctx context.Context) error { return s.writes(ctx, mailFrom{text: text, rich: rich, files: files}) })
	return s, at
}

// anyTongue is the language of somebody who writes: mostly Latvian and Polish.
func (p *play) anyTongue() tongue {
	n := p.rnd.IntN(100)
	switch {
	case n < 36:
		return latvian
	case n < 58:
		return lithuanian
	case n < 82:
		return polish
	case n < 91:
		return english
	}
	return russian
}

// awake moves a time out of the night, except for those who cannot sleep and those of the last two hours.
func (p *play) awake(t time.Time) time.Time {
	hour := t.In(office.zone).Hour()
	if hour >= 7 || p.rnd.IntN(8) == 0 || p.now.Sub(t) < 2*time.Hour {
		return t
	}
	return t.Add(-time.Duration(7+p.rnd.IntN(6)) * time.Hour)
}

// later is a time after t, in office hours.
func (p *play) later(t time.Time, least, most time.Duration) time.Time {
	return p.working(t.Add(least + time.Duration(p.rnd.Int64N(int64(most-least)))))
}

// answer plans a colleague's answer: he takes the conversation, and writes.
func (p *play) answer(s *story, at time.Time, text string, then conversation.Then) {
	body := s.words(text, s.agent.woman, at)
	p.then(at.Add(-4*time.Minute), func(ctx context.Context) error { return s.takes(ctx, s.agent) })
	p.then(at, func(ctx context.Context) error {
		var files []conversation.File
		if s.topic.invoice {
			f, err := p.invoice(ctx, s)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		return s.replies(ctx, s.agent, body, then, files...)
	})
}

func (p *play) finishes(s *story, at time.Time) {
	first := p.later(at, 12*time.Minute, 7*time.Hour)
	if s.topic.note != "" && p.rnd.IntN(5) == 0 {
		p.note(s, first.Add(-9*time.Minute))
	}
	resolve := conversation.Resolve
	asks := p.rnd.IntN(4) == 0 && len(s.topic.again) > 0
	if asks {
		resolve = conversation.Wait
	}
	p.answer(s, first, pick(p, s.topic.answer), resolve)
	end := first
	if asks {
		again := p.awake(first.Add(time.Hour + time.Duration(p.rnd.Int64N(int64(9*time.Hour)))))
		if again.Before(first) {
			again = first.Add(time.Hour)
		}
		p.comesBack(s, again, pick(p, s.topic.again))
		end = p.later(again, 15*time.Minute, 4*time.Hour)
		reply := s.words(closing[s.who.tongue.code], s.agent.woman, end)
		p.then(end, func(ctx context.Context) error { return s.replies(ctx, s.agent, reply, conversation.Resolve) })
	}
	if p.rnd.IntN(5) < 2 {
		thanked := end.Add(20*time.Minute + time.Duration(p.rnd.Int64N(int64(5*time.Hour))))
		p.comesBack(s, thanked, pick(p, s.who.tongue.thanks))
		over := p.later(thanked, 5*time.Minute, time.Hour)
		p.then(over, func(ctx context.Context) error {
			return s.changes(ctx, s.agent, conversation.Change{Status: as(desk.StatusResolved)})
		})
	}
}

// closing is what a colleague answers when all is said.
var closing = map[string]string{
	"lv": "<p>Labdien!</p><p>Jā, tas ir iespējams. Viss ir nokārtots, un jums vairs nekas nav jādara. Ja rodas vēl kāds jautājums, droši rakstiet!</p>",
	"lt": "<p>Laba diena,</p><p>taip, galima. Viską sutvarkiau, Jums daugiau nieko daryti nereikia. Jei kils klausimų, rašykite!</p>",
	"pl": "<p>Dzień dobry,</p><p>tak, to możliwe. Wszystko już załatwione, nic więcej nie trzeba robić. W razie pytań proszę pisać!</p>",
	"en": "<p>Hello,</p><p>Yes, that is possible. It is all arranged, and there is nothing more for you to do. Do write if anything else comes up!</p>",
	"ru": "<p>Здравствуйте!</p><p>Да, это возможно. Всё уже оформлено, от вас больше ничего не требуется. Если появятся вопросы, пишите!</p>",
}

// comesBack plans a mail in which the customer answers us.
func (p *play) comesBack(s *story, at time.Time, text string) {
	words, rich := s.signed(text, at), p.rnd.IntN(3) > 0
	p.then(at, func(ctx context.Context) error { return s.writes(ctx, mailFrom{text: words, rich: rich, quote: true}) })
}

func (p *play) note(s *story, at time.Time) {
	words := "<p>" + s.words(s.topic.note, s.agent.woman, at) + "</p>"
	p.then(at, func(ctx context.Context) error { return s.notes(ctx, s.agent, words) })
}

// waits leaves a conversation to whoever comes first. A few were looked at.
func (p *play) waits(s *story, at time.Time) {
	switch p.rnd.IntN(8) {
	case 0:
		p.then(p.later(at, 10*time.Minute, 2*time.Hour), func(ctx context.Context) error {
			return s.changes(ctx, p.people["ilze"], conversation.Change{Priority: as(desk.High), AddTags: []desk.TagID{p.tag[s.topic.tag]}})
		})
	case 1, 2:
		p.then(p.later(at, 10*time.Minute, 3*time.Hour), func(ctx context.Context) error {
			return s.changes(ctx, s.agent, conversation.Change{AddTags: []desk.TagID{p.tag[s.topic.tag]}})
		})
	case 3:
		second := at.Add(time.Hour + time.Duration(p.rnd.Int64N(int64(3*time.Hour))))
		words := map[string]string{"lv": "Labdien! Vai kāds manu e-pastu ir lasījis?", "lt": "Laba diena, ar kas nors skaitė mano laišką?",
			"pl": "Dzień dobry, czy ktoś przeczytał moją wiadomość?", "en": "Hello, has anybody read my mail?", "ru": "Здравствуйте, моё письмо кто-нибудь прочитал?"}[s.who.tongue.code]
		p.then(second, func(ctx context.Context) error {
			s.subject = "Re: " + s.subject
			return s.writes(ctx, mailFrom{text: words})
		})
	}
}

// isTaken has somebody work on it, and in most the customer has answered meanwhile.
func (p *play) isTaken(s *story, at time.Time) {
	if p.rnd.IntN(5) == 0 && !s.topic.warranty && s.who.tongue.code != "pl" {
		s.agent = p.people["ilze"] // the head of the desk works too
	}
	first := p.later(at, 10*time.Minute, 3*time.Hour)
	if p.rnd.IntN(5) < 2 || len(s.topic.again) == 0 {
		p.then(first, func(ctx context.Context) error { return s.takes(ctx, s.agent) })
		if s.topic.note != "" && p.rnd.IntN(2) == 0 {
			p.note(s, first.Add(12*time.Minute))
		}
		return
	}
	p.answer(s, first, pick(p, s.topic.answer), conversation.Wait)
	again := first.Add(20*time.Minute + time.Duration(p.rnd.Int64N(int64(max(p.now.Sub(first)-30*time.Minute, time.Minute)))))
	p.comesBack(s, again, pick(p, s.topic.again))
}

// isAnswered leaves it the customer's turn.
func (p *play) isAnswered(s *story, at time.Time) {
	p.answer(s, p.later(at, 10*time.Minute, 5*time.Hour), pick(p, s.topic.answer), conversation.Wait)
}

// sleeps puts it away until there is something to do.
func (p *play) sleeps(s *story, at time.Time) {
	first := p.later(at, 10*time.Minute, 3*time.Hour)
	p.answer(s, first, pick(p, s.topic.answer), conversation.KeepOpen)
	until := p.now.Add(time.Duration(6+p.rnd.IntN(80)) * time.Hour)
	p.then(first.Add(2*time.Minute), func(ctx context.Context) error {
		return s.changes(ctx, s.agent, conversation.Change{SnoozedUntil: as(desk.At(until))})
	})
}
