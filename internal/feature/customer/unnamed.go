package customer

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Unnamed makes a customer of his own for one mail that names nobody who sent it. He has no address, so that nothing threads him together with other
// strangers, and no name where the mail has none: the desk says so in the reader's language. An agent may give him both.
func (s *Service) Unnamed(ctx context.Context, tx *db.Tx, by desk.Actor, name, language string) (Identified, error) {
	c, err := s.create(ctx, tx, by, desk.Customer{Name: name, Language: language, Addresses: []desk.Address{}})
	if err != nil {
		return Identified{}, err
	}
	return Identified{ID: c.ID, Name: c.Name, Created: true}, nil
}
