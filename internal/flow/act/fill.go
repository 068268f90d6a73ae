package act

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/engine/placeholder"
	"tellus/internal/feature/macro"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// Filled is a macro's text with its values, and what the macro would do.
type Filled struct {
	HTML     string             `json:"html" doc:"Safe; what has no value stands in it as it was written"`
	Language string             `json:"language,omitempty" doc:"Of the text; absent where there is none"`
	Wanted   string             `json:"wanted,omitempty" doc:"The language that was asked for, where there is no text in it"`
	Missing  []placeholder.Name `json:"missing" doc:"What has no value and no fallback here"`
	Actions  []desk.Action      `json:"actions"`
}

// Fill is what a macro says and would do somewhere; it changes nothing. The text is in the language that is asked for, in the customer's where none is.
func (h *Hands) Fill(ctx context.Context, tx *db.Tx, scope desk.Scope, where Where, m macro.Edit, language string) (out Filled, err error) {
	out.Missing, out.Actions = []placeholder.Name{}, []desk.Action{}
	known, err := h.Values(ctx, tx, scope, where)
	if err != nil {
		return out, err
	}
	if m.Actions != nil {
		out.Actions = m.Actions
	}
	wish := known.Language
	if language != "" {
		wish = language
	}
	lang, html := macro.Choose(m.Texts, wish, known.Fallbacks...)
	var missing []placeholder.Name
	out.Language = lang
	// A text that is only being written comes from a browser; what is kept was made safe then, and is so still.
	if out.HTML, missing = placeholder.Render(htmltext.SanitiseComposed(html), known.Values); missing != nil {
		out.Missing = missing
	}
	if lang != "" && wish != "" && !sameLanguage(lang, wish) {
		out.Wanted = wish
	}
	return out, nil
}

// sameLanguage reports whether a text's language is the wished one, whatever its region.
func sameLanguage(lang, wish string) bool {
	return len(wish) >= len(lang) && wish[:len(lang)] == lang && (len(wish) == len(lang) || wish[len(lang)] == '-')
}
