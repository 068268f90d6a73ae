package field

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// first are the names of the types that a desk begins with, by language.
var first = map[string]map[desk.TypeKind]string{
	"en": {desk.Question: "Question", desk.Order: "Order", desk.Complaint: "Complaint", desk.Compliment: "Compliment", desk.Suggestion: "Suggestion"},
	"lv": {desk.Question: "Jautājums", desk.Order: "Pasūtījums", desk.Complaint: "Sūdzība", desk.Compliment: "Pateicība", desk.Suggestion: "Ierosinājums"},
	"lt": {desk.Question: "Klausimas", desk.Order: "Užsakymas", desk.Complaint: "Skundas", desk.Compliment: "Padėka", desk.Suggestion: "Pasiūlymas"},
	"pl": {desk.Question: "Pytanie", desk.Order: "Zamówienie", desk.Complaint: "Reklamacja", desk.Compliment: "Podziękowanie", desk.Suggestion: "Sugestia"},
}

var colours = map[desk.TypeKind]string{desk.Question: "blue", desk.Order: "violet", desk.Complaint: "red", desk.Compliment: "green", desk.Suggestion: "amber"}

// Begin makes the types that a new desk starts with, in the company's language; in English where it has no words for it. A desk that has types keeps them.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, by desk.Actor, language string) error {
	have, err := s.Types(ctx, tx)
	if err != nil || len(have) > 0 {
		return err
	}
	names, ok := first[language]
	if !ok {
		names = first["en"]
	}
	for _, kind := range desk.TypeKinds {
		if names[kind] == "" {
			continue
		}
		if _, err := s.CreateType(ctx, tx, by, TypeEdit{Name: names[kind], Kind: kind, Icon: string(kind), Colour: colours[kind]}); err != nil {
			return err
		}
	}
	return nil
}
