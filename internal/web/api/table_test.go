package api

import (
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tellus/internal/desk"
)

func operationsOf(p *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{get: p.Get, post: p.Post, put: p.Put, patch: p.Patch, del: p.Delete}
	for m, op := range all {
		if op == nil {
			delete(all, m)
		}
	}
	return all
}

// known reports whether a need is one of the words or a permission that an owner has.
func known(n need) bool {
	if slices.Contains([]need{public, pending, signedIn, inPerson}, n) {
		return true
	}
	p := strings.TrimPrefix(string(n), "in person: ")
	return slices.Contains(desk.Roles[desk.Owner], desk.Permission(p))
}
