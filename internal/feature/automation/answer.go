package automation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/placeholder"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/locale"
)

const mostText = 50_000 // characters of an answer in one language

// checkTexts brings the texts of an answer into the form in which they are kept. Nobody in particular answers, so that what is an agent's has no value: it needs words to stand
// for it.
func checkTexts(field string, a *desk.Action, more []placeholder.Name) error {
	if a.Do != desk.Answer {
		a.Texts = nil
		return nil
	}
	nobody := placeholder.Values{}
	for _, n := range append(slices.Clone(placeholder.Names), more...) {
		if !strings.HasPrefix(string(n), "agent.") {
			nobody[n] = "x"
		}
	}
	texts := map[string]string{}
	for lang, given := range a.Texts {
		at := field + ".texts." + lang
		if !slices.Contains(locale.Languages, lang) {
			return desk.RefuseField(desk.Invalid, field+".texts", "customers are not written to in %.10q", lang)
		}
		if utf8.RuneCountInString(given) > mostText {
			return desk.WhyTooLong.At(at, mostText)
		}
		html := htmltext.SanitiseComposed(db.Text(given))
		if strings.TrimSpace(htmltext.ToText(html)) == "" {
			continue // a text that was emptied is one that is not there
		}
		if bad := placeholder.Undeclared(html, more...); len(bad) > 0 {
			return desk.WhyNoPlaceholder.At(at, bad[0])
		}
		if _, missing := placeholder.Render(html, nobody); len(missing) > 0 {
			return desk.WhyNoPlaceholder.At(at, string(missing[0]))
		}
		texts[lang] = html
	}
	a.Texts = texts
	return nil
}

// Answered is when a rule last answered in a conversation; 0 where it did not within the time for which firings are kept.
func (s *Service) Answered(ctx context.Context, tx *db.Tx, id desk.RuleID, in desk.ConversationID) (last desk.Time, err error) {
	err = tx.Row(ctx, `SELECT COALESCE(MAX(at), 0) FROM firing WHERE conversation = $1 AND rule = $2 AND state = 'done' AND deeds LIKE '%"answer"%'`, in, id).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("when rule %s answered in conversation %s: %w", id, in, err)
	}
	return last, nil
}
