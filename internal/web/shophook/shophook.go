// Package shophook is the address that online shops send their webhooks to. It decides nothing: who sent it and what it says is settled by feature/purchase.
package shophook

import (
	"errors"
	"io"
	"log/slog"
	"net/http"

	"tellus/internal/desk"
	"tellus/internal/engine/shop"
	"tellus/internal/feature/purchase"
)

// Pattern is where shops send to, as http.ServeMux writes it.
const Pattern = "POST /hooks/shop/{token}"

// Handler takes webhooks. It answers 200 to all that was signed by the shop, whatever became of it, since WooCommerce switches a webhook off after five other answers; 401 to
// a wrong signature, 404 to an address that no active shop has, 413 to what is too large.
func Handler(purchases *purchase.Service, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, shop.MostBody))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		err = purchases.Deliver(r.Context(), purchase.Call{Token: r.PathValue("token"), Header: r.Header.Get, Body: body})
		var refusal *desk.Refusal
		switch {
		case err == nil:
			w.WriteHeader(http.StatusOK)
		case errors.As(err, &refusal) && refusal.Code == desk.SignedOut:
			http.Error(w, "wrong signature", http.StatusUnauthorized)
		case errors.As(err, &refusal):
			http.Error(w, "no such shop", http.StatusNotFound)
		default:
			if r.Context().Err() == nil {
				log.ErrorContext(r.Context(), "webhook not taken", "error", err)
			}
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		}
	})
}
