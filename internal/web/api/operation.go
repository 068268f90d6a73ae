package api

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Caller is who asks, and from where. On public operations the identity is empty.
type Caller struct {
	staff.Identity
	Visitor staff.Visitor
	cookie  string // the text of the session's cookie, for what goes on with a session
	device  string // the text of the device's cookie
}

// callerKey keeps the caller in the request's context between the door and the handler, which gets it as an argument.
type callerKey struct{}

// body is the input of an operation that has nothing but a body.
type body[T any] struct{ Body T }

// reply is the output of an operation that returns a body.
type reply[T any] struct{ Body T }

func answer[T any](v T) *reply[T] { return &reply[T]{Body: v} }

// none is an empty input or output.
type none struct{}

// list is a whole list.
type list[T any] struct {
	Items []T `json:"items"`
}

// page is a part of a list; Next goes into ?cursor= and is absent at the end.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Opaque; give it back as cursor to get what follows"`
}

// Paging is what pages are asked for with.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"500"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// handle registers the handler of an operation of the table. Refusals become problems with their status, other errors a plain 500 and a
// line in the log. It is no more than a shell around attach, since the compiler writes it once for each operation.
func handle[I, O any](s *Server, id string, fn func(ctx context.Context, c *Caller, in *I) (*O, error)) {
	s.attach(id, reflect.TypeFor[I](), reflect.TypeFor[O](), func(ctx context.Context, c *Caller, in any) (any, error) {
		out, err := fn(ctx, c, in.(*I))
		if out == nil {
			return nil, err // not an interface around a pointer to nothing
		}
		return out, err
	})
}

// attach is handle for types that are known only when it runs.
func (s *Server) attach(id string, input, output reflect.Type, fn func(ctx context.Context, c *Caller, in any) (any, error)) {
	r := s.take(id)
	for _, t := range []reflect.Type{input, output} {
		if name := hidden(t); name != "" {
			panic("api: " + id + ": huma does not see the fields of " + name + ", which is embedded: its name must begin with a capital")
		}
	}
	op := s.operation(r)
	b := bind(s.api, &op, input, output)
	s.api.OpenAPI().AddOperation(&op)
	s.api.Adapter().Handle(&op, op.Middlewares.Handler(func(ctx huma.Context) {
		b.exchange(ctx, func(ctx context.Context, in any) (any, huma.StatusError) {
			if err := s.lead(ctx, in); err != nil {
				return nil, s.problem(ctx, err)
			}
			out, err := fn(ctx, callerIn(ctx), in)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			s.kept(ctx, id, output)
			return out, nil
		})
	}))
}

// stream registers a handler that reads or writes something else than JSON: uploads, downloads, the live feed. What it returns as an error
// is answered as a problem, so nothing may have been written by then. types are the media types of its answer, for the description.
func stream(s *Server, id string, types []string, fn func(w http.ResponseWriter, r *http.Request, c *Caller) error) {
	r := s.take(id)
	op := s.operation(r)
	content := map[string]*huma.MediaType{}
	for _, t := range types {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusOK
	}
	op.Responses = map[string]*huma.Response{strconv.Itoa(op.DefaultStatus): {Description: "The content", Content: content}}
	op.Parameters = pathParameters(r.path)
	s.api.OpenAPI().AddOperation(&op)
	s.api.Adapter().Handle(&op, op.Middlewares.Handler(func(ctx huma.Context) {
		req, w := humago.Unwrap(ctx)
		req.Body = http.MaxBytesReader(w, req.Body, max(r.option.max, 1<<20)+1<<16) // what wraps a file needs some room
		if err := fn(w, req.WithContext(ctx.Context()), callerIn(ctx.Context())); err != nil {
			writeProblem(w, s.problem(ctx.Context(), err))
		}
	}))
}

// take looks an operation up in the table, once.
func (s *Server) take(id string) route {
	r, ok := s.routes[id]
	if !ok {
		panic("api: " + id + " is not in the table of routes")
	}
	if s.handled[id] {
		panic("api: " + id + " is handled twice")
	}
	s.handled[id] = true
	return r
}

func (s *Server) operation(r route) huma.Operation {
	op := huma.Operation{
		OperationID:   r.id,
		Method:        r.method,
		Path:          r.path,
		Summary:       r.about,
		Description:   "Needs: " + string(r.need) + ".",
		Tags:          []string{area(r.path)},
		MaxBodyBytes:  r.option.max,
		DefaultStatus: r.option.status,
		Middlewares:   huma.Middlewares{s.door(r)},
	}
	if r.need != public {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	if r.option.creates {
		if op.DefaultStatus == 0 {
			op.DefaultStatus = http.StatusCreated
		}
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
			Description: "A call repeated with the same key does nothing again and gets the first answer"})
		op.Middlewares = append(op.Middlewares, s.idempotent(r))
	}
	return op
}

// area groups operations by the first part of their path.
func area(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

// door finds out who asks and refuses who may not.
func (s *Server) door(r route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		req, w := humago.Unwrap(ctx)
		c, err := s.caller(req, r.need)
		if err == nil {
			if err = admit(c, r.need); desk.IsRefusal(err, desk.SecondFactor) {
				err = s.stillNeeded(req.Context(), c)
			}
		}
		if desk.IsRefusal(err, desk.SignedOut) {
			err = s.nobodyYet(req.Context(), err)
		}
		if err != nil {
			writeProblem(w, s.problem(req.Context(), err))
			return
		}
		info := infoOf(req.Context())
		info.agent = c.Agent
		if s.live != nil && c.Agent != 0 && r.method == get {
			// Read before the answer is made: whoever follows the feed from here misses nothing that changes it.
			w.Header().Set("Tellus-Cursor", s.live.Cursor())
		}
		next(huma.WithValue(ctx, callerKey{}, c))
	}
}

// nobodyYet is the refusal for who is not signed in: where no administrator exists there is nothing to sign in with, and the desk shows how to begin.
func (s *Server) nobodyYet(ctx context.Context, signedOut error) error {
	needed, err := read(ctx, s, func(tx *db.Tx) (bool, error) { return s.Staff.NeedsSetup(ctx, tx) })
	if err != nil {
		return err
	}
	if needed {
		return desk.WhySetUpFirst.Refuse()
	}
	return signedOut
}

// stillNeeded is the refusal for a session that waits for its second factor; it says how to go on.
func (s *Server) stillNeeded(ctx context.Context, c *Caller) error {
	methods, err := read(ctx, s, func(tx *db.Tx) ([]string, error) { return s.Staff.Methods(ctx, tx, c.Identity) })
	if err != nil {
		return err
	}
	return &desk.Refusal{Code: desk.SecondFactor, Message: "a code or passkey is still needed", Details: methodsBody{methods}}
}

// caller reads who asks from an API token or the session's cookie. Public operations ignore a session that is over.
func (s *Server) caller(req *http.Request, n need) (*Caller, error) {
	info := infoOf(req.Context())
	c := &Caller{Visitor: staff.Visitor{IP: info.ip, Device: info.device}}
	if k, err := req.Cookie(deviceCookie); err == nil {
		c.device = k.Value
	}
	bearer, isToken := bearerToken(req)
	if k, err := req.Cookie(sessionCookie); err == nil && !isToken {
		c.cookie = k.Value
	}
	if n == public || !isToken && c.cookie == "" {
		return c, nil
	}
	ctx := req.Context()
	var stale bool
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if isToken {
			c.Identity, stale, err = s.Staff.AuthenticateToken(ctx, tx, bearer)
		} else {
			c.Identity, stale, err = s.Staff.Authenticate(ctx, tx, c.cookie)
		}
		return err
	})
	if desk.IsRefusal(err, desk.SignedOut) && n == pending {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	if stale {
		s.touch(ctx, c)
	}
	return c, nil
}

// touch notes that an identity was used. "Last seen" is not worth refusing a request.
func (s *Server) touch(ctx context.Context, c *Caller) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.Staff.Touch(ctx, tx, c.Identity, c.Visitor) })
	if err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "last use not noted", "agent", c.Agent, "error", err)
	}
}

func bearerToken(req *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(req.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(token), true
}

// admit decides by the table whether the caller may call.
func admit(c *Caller, n need) error {
	if n == public || n == pending {
		return nil
	}
	if c.Agent == 0 {
		return desk.Refuse(desk.SignedOut, "sign in first")
	}
	if c.Pending {
		return desk.Refuse(desk.SecondFactor, "a code or passkey is still needed")
	}
	p, person := strings.CutPrefix(string(n), "in person: ")
	if (person || n == inPerson) && c.Token != 0 {
		return desk.Refuse(desk.Forbidden, "not by an API token: sign in with a browser")
	}
	if n == signedIn || n == inPerson {
		return nil
	}
	if !c.May(desk.Permission(p)) {
		return &desk.Refusal{Code: desk.Forbidden, Message: "your role does not allow " + p, Details: map[string]string{"permission": p}}
	}
	return nil
}

func callerIn(ctx context.Context) *Caller {
	c, ok := ctx.Value(callerKey{}).(*Caller)
	if !ok {
		return &Caller{} // may do nothing
	}
	return c
}

// read runs fn in a reading transaction and returns what it returned.
func read[T any](ctx context.Context, s *Server, fn func(tx *db.Tx) (T, error)) (v T, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		v, err = fn(tx)
		return err
	})
	return v, err
}

// write runs fn in a writing transaction and returns what it returned. fn may run more than once. In a creating operation the first write takes
// the call's Idempotency-Key, and must return the body of the answer.
func write[T any](ctx context.Context, s *Server, fn func(tx *db.Tx) (T, error)) (v T, err error) {
	if rep, _ := ctx.Value(repeatKey{}).(*repeat); rep != nil && rep.used == nil {
		fn = once(ctx, s, rep, fn)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		v, err = fn(tx)
		return err
	})
	return v, err
}

// asking is read for an operation that answers with what fn returned.
func asking[T any](ctx context.Context, s *Server, fn func(tx *db.Tx) (T, error)) (*reply[T], error) {
	v, err := read(ctx, s, fn)
	if err != nil {
		return nil, err
	}
	return answer(v), nil
}

// changing is write for an operation that answers with what fn returned.
func changing[T any](ctx context.Context, s *Server, fn func(tx *db.Tx) (T, error)) (*reply[T], error) {
	v, err := write(ctx, s, fn)
	if err != nil {
		return nil, err
	}
	return answer(v), nil
}

// change is write for what returns nothing.
func change(ctx context.Context, s *Server, fn func(tx *db.Tx) error) (*none, error) {
	if err := s.DB.Write(ctx, fn); err != nil {
		return nil, err
	}
	return nil, nil
}

// notThere is the refusal for an address below /api that no operation has.
func notThere(r *http.Request) error {
	return desk.Refuse(desk.NotFound, "there is no %s %s", r.Method, strings.TrimPrefix(r.URL.Path, base))
}

// numberCursor reads a cursor that is a number; an empty one is 0.
func numberCursor(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 36, 64)
	if err != nil || n < 0 {
		return 0, desk.RefuseField(desk.Invalid, "query.cursor", "not a cursor that this list gave")
	}
	return n, nil
}

func cursorOf(n int64) string { return strconv.FormatInt(n, 36) }
