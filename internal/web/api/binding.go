package api

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// binding is how requests of one operation become the struct that its handler takes, and what that returns becomes an answer. huma.Register does the
// same, but is generic over both structs, so that the compiler writes all of it once more for each operation: 226 of them were 6 MB of
// the binary. Of huma stay the schemas, what checks requests against them, and the description of the API.
//
// An input has fields with the tags path and query (text, whole numbers, booleans, lists of int64 parted by commas; default, required and what schemas take) and
// may have a Body. An output may have a Body, and lists of strings with the tag header.
type binding struct {
	api     huma.API
	op      *huma.Operation
	input   reflect.Type
	params  []param
	body    []int        // index of the input's Body; nil where there is none
	schema  *huma.Schema // of the input's Body
	headers []header
	answer  []int // index of the output's Body; nil where there is none
}

type param struct {
	index    []int
	in, name string
	required bool
	preset   string
	schema   *huma.Schema
}

type header struct {
	index []int
	name  string
}

// mostBody is how many bytes a body may have where the table of routes says nothing.
const mostBody = 1 << 20

// bind reads what the types of an operation say, and describes it in op.
func bind(api huma.API, op *huma.Operation, in, out reflect.Type) *binding {
	b := &binding{api: api, op: op, input: in}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = mostBody
	}
	op.Responses = map[string]*huma.Response{}
	b.bindParams(in, nil)
	b.bindBody(in)
	b.bindAnswer(out)
	b.bindHeaders(out)
	b.describeProblem()
	return b
}

func (b *binding) registry() huma.Registry { return b.api.OpenAPI().Components.Schemas }

func (b *binding) bindParams(t reflect.Type, path []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clone(path), i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			b.bindParams(f.Type, at)
			continue
		}
		p := param{index: at, preset: f.Tag.Get("default"), required: f.Tag.Get("required") == "true"}
		described := huma.Param{}
		if p.name = f.Tag.Get("path"); p.name != "" {
			p.in, p.required = "path", true
		} else if p.name = f.Tag.Get("query"); p.name != "" {
			p.in, described.Explode = "query", new(bool)
		} else {
			continue
		}
		if !readable(f.Type) {
			panic("api: " + b.op.OperationID + ": a parameter cannot be a " + f.Type.String())
		}
		p.schema = huma.SchemaFromField(b.registry(), f, "")
		b.params = append(b.params, p)
		described.Name, described.In, described.Required = p.name, p.in, p.required
		described.Schema, described.Description = p.schema, p.schema.Description
		b.op.Parameters = append(b.op.Parameters, &described)
	}
}

// readable reports whether set can read a parameter of that type.
func readable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
		return true
	}
	return t == reflect.TypeFor[[]int64]()
}

// bodyHint names the schema of a body whose type has no name.
func bodyHint(t reflect.Type, otherwise string) string {
	if t.Name() != "" {
		return t.Name() + "Body"
	}
	return otherwise
}

func (b *binding) bindBody(in reflect.Type) {
	f, ok := in.FieldByName("Body")
	if !ok {
		return
	}
	b.body = f.Index
	b.schema = huma.SchemaFromField(b.registry(), f, bodyHint(in, b.op.OperationID+"Request"))
	b.schema.PrecomputeMessages()
	b.op.RequestBody = &huma.RequestBody{
		Required: f.Type.Kind() != reflect.Pointer && f.Type.Kind() != reflect.Interface,
		Content:  map[string]*huma.MediaType{"application/json": {Schema: b.schema}},
	}
}

func (b *binding) bindAnswer(out reflect.Type) {
	f, ok := out.FieldByName("Body")
	if ok {
		b.answer = f.Index
	}
	if b.op.DefaultStatus == 0 && ok {
		b.op.DefaultStatus = http.StatusOK
	} else if b.op.DefaultStatus == 0 {
		b.op.DefaultStatus = http.StatusNoContent
	}
	r := &huma.Response{Description: http.StatusText(b.op.DefaultStatus), Headers: map[string]*huma.Param{}}
	if ok {
		r.Content = map[string]*huma.MediaType{
			"application/json": {Schema: huma.SchemaFromField(b.registry(), f, bodyHint(out, b.op.OperationID+"Response"))},
		}
	}
	b.op.Responses[strconv.Itoa(b.op.DefaultStatus)] = r
}

func (b *binding) bindHeaders(out reflect.Type) {
	for i := range out.NumField() {
		f := out.Field(i)
		name := f.Tag.Get("header")
		if name == "" {
			continue
		}
		if f.Type != reflect.TypeFor[[]string]() {
			panic("api: " + b.op.OperationID + ": a header must be a list of strings")
		}
		b.headers = append(b.headers, header{f.Index, name})
		b.op.Responses[strconv.Itoa(b.op.DefaultStatus)].Headers[name] = &huma.Header{Schema: &huma.Schema{Type: huma.TypeString}}
	}
}

func (b *binding) describeProblem() {
	problem := reflect.TypeFor[ProblemDetails]()
	b.op.Responses["default"] = &huma.Response{
		Description: "Error",
		Content:     map[string]*huma.MediaType{problemType: {Schema: b.registry().Schema(problem, true, problem.Name())}},
	}
}

// hidden names a struct that is embedded in t or its body and not exported: its fields would silently stay empty.
func hidden(t reflect.Type) string {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && !f.IsExported() {
			return f.Type.String()
		}
		if f.Name == "Body" && f.Type.Kind() == reflect.Struct {
			return hidden(f.Type)
		}
	}
	return ""
}

func pathParameters(path string) (all []*huma.Param) {
	for part := range strings.SplitSeq(path, "/") {
		name, ok := strings.CutPrefix(part, "{")
		if !ok {
			continue
		}
		all = append(all, &huma.Param{Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	return all
}
