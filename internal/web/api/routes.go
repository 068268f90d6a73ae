package api

import (
	"net/http"
	"slices"

	"tellus/internal/desk"
)

// need is what an operation asks of its caller.
type need string

const (
	public   need = "public"    // nobody needs to be signed in
	pending  need = "pending"   // a session whose second factor is still to come is enough, and so is none
	signedIn need = "signed in" // any agent, by session or API token
	inPerson need = "in person" // any agent by session: a program must not change passwords or make tokens
)

// needs asks for a permission, by session or API token.
func needs(p desk.Permission) need { return need(p) }

// personally asks for a permission and a session.
func personally(p desk.Permission) need { return need("in person: " + p) }

// route is one operation: its id, where it is, and who may call it.
type route struct {
	id     string
	method string
	path   string // below /api/v1
	need   need
	about  string // one line for the description of the API
	option option
}

// option is what few operations have.
type option struct {
	creates bool  // takes an Idempotency-Key and answers 201
	max     int64 // bytes of the request's body; 1 MiB where 0
	apart   bool  // its path overlaps with another's of which neither is more specific: it is asked after them
	status  int   // of success; 200, 201 where it creates, 204 where nothing is returned
}

const (
	get   = http.MethodGet
	post  = http.MethodPost
	patch = http.MethodPatch
	put   = http.MethodPut
	del   = http.MethodDelete
)

// routes is the table of all operations. New refuses one without a handler, and a handler without its line here.
var routes = slices.Concat(doorRoutes, deskRoutes, customerRoutes, duplicateRoutes, formRoutes, macroRoutes, viewRoutes, segmentRoutes, figureRoutes, staffingRoutes, wallRoutes, skillRoutes, policyRoutes, statuteRoutes, dutyRoutes, commitmentRoutes, ruleRoutes, webhookRoutes, distributionRoutes, bulkRoutes, fieldRoutes, joinRoutes, purchaseRoutes, importRoutes, noticeRoutes, presenceRoutes, privacyRoutes, calendarRoutes)
