package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// bodyTime is how long a body may take to arrive.
const bodyTime = 5 * time.Second

// exchange reads the request, has do answer it, and writes that. in points to the operation's input, what do returns to its output or is nil.
func (b *binding) exchange(ctx huma.Context, do func(ctx context.Context, in any) (out any, err huma.StatusError)) {
	in := reflect.New(b.input)
	if err := b.read(ctx, in.Elem()); err != nil {
		_, w := humago.Unwrap(ctx)
		writeProblem(w, err)
		return
	}
	out, err := do(ctx.Context(), in.Interface())
	if err != nil {
		b.refuse(ctx, err)
		return
	}
	if out == nil {
		ctx.SetStatus(b.op.DefaultStatus)
		return
	}
	v := reflect.ValueOf(out).Elem()
	for _, h := range b.headers {
		for _, line := range v.FieldByIndex(h.index).Interface().([]string) {
			ctx.AppendHeader(h.name, line)
		}
	}
	if b.answer == nil {
		ctx.SetStatus(b.op.DefaultStatus)
		return
	}
	b.write(ctx, b.op.DefaultStatus, v.FieldByIndex(b.answer).Interface())
}

// refuse answers with a problem; an answer that was given before travels the same way and is plain JSON.
func (b *binding) refuse(ctx huma.Context, err huma.StatusError) {
	if _, ok := err.(*repeated); ok {
		b.write(ctx, err.GetStatus(), err)
		return
	}
	_, w := humago.Unwrap(ctx)
	writeProblem(w, err)
}

func (b *binding) write(ctx huma.Context, status int, body any) {
	ctx.SetHeader("Content-Type", "application/json")
	ctx.SetStatus(status)
	if status == http.StatusNoContent {
		return
	}
	if err := format.Marshal(ctx.BodyWriter(), body); err != nil && ctx.Context().Err() == nil {
		// The status is gone. What catches panics breaks the connection off, so that nobody takes half an answer for a whole one.
		panic(fmt.Errorf("api: write the answer of %s: %w", b.op.OperationID, err))
	}
}

// read fills in from the request, and says all that is wrong with it.
func (b *binding) read(ctx huma.Context, in reflect.Value) huma.StatusError {
	faults := &huma.ValidateResult{}
	path := huma.NewPathBuffer(make([]byte, 0, 128), 0)
	for i := range b.params {
		b.readParam(ctx, &b.params[i], in, path, faults)
	}
	if b.body == nil {
		return faultsIn(http.StatusUnprocessableEntity, faults)
	}
	_ = ctx.SetReadDeadline(time.Now().Add(bodyTime)) // a test's connection may have none
	data, failed := takeBody(ctx.BodyReader(), b.op.MaxBodyBytes)
	if failed != nil {
		return failed
	}
	if len(data) == 0 {
		if b.op.RequestBody.Required {
			return huma.NewError(http.StatusBadRequest, "request body is required", faults.Errors...)
		}
		return faultsIn(http.StatusUnprocessableEntity, faults)
	}
	return faultsIn(b.readBody(ctx.Header("Content-Type"), data, in.FieldByIndex(b.body), path, faults), faults)
}

func faultsIn(status int, faults *huma.ValidateResult) huma.StatusError {
	if len(faults.Errors) == 0 {
		return nil
	}
	return huma.NewError(status, "validation failed", faults.Errors...)
}

func (b *binding) readParam(ctx huma.Context, p *param, in reflect.Value, path *huma.PathBuffer, faults *huma.ValidateResult) {
	path.Reset()
	path.Push(p.in)
	path.Push(p.name)
	read := ctx.Query
	if p.in == "path" {
		read = ctx.Param
	}
	text := read(p.name)
	if text == "" {
		text = p.preset
	}
	if text == "" {
		if p.required {
			faults.Add(path, "", "required "+p.in+" parameter is missing")
		}
		return
	}
	v, err := set(in.FieldByIndex(p.index), text)
	if err != nil {
		faults.Add(path, text, err.Error())
		return
	}
	huma.Validate(b.registry(), p.schema, path, huma.ModeWriteToServer, v, faults)
}

var (
	errNoInteger = errors.New("invalid integer")
	errNoBoolean = errors.New("invalid boolean")
)

// set puts what a parameter's text says into f, and returns it as schemas are held against it. The types are those of readable.
func set(f reflect.Value, text string) (any, error) {
	switch f.Kind() {
	case reflect.Bool:
		v, err := strconv.ParseBool(text)
		if err != nil {
			return nil, errNoBoolean
		}
		f.SetBool(v)
		return v, nil
	case reflect.Int, reflect.Int64:
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errNoInteger
		}
		f.SetInt(v)
		return v, nil
	case reflect.Slice:
		parts := strings.Split(text, ",")
		all := make([]int64, len(parts))
		for i, part := range parts {
			v, err := strconv.ParseInt(part, 10, 64)
			if err != nil {
				return nil, errNoInteger
			}
			all[i] = v
		}
		f.Set(reflect.ValueOf(all))
		return all, nil
	}
	f.SetString(text)
	return text, nil
}

// takeBody reads a body of fewer than most bytes.
func takeBody(r io.Reader, most int64) ([]byte, huma.StatusError) {
	if r == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	n, err := io.Copy(&buf, io.LimitReader(r, most))
	var slow net.Error
	var tooLarge *http.MaxBytesError
	switch {
	case n == most || errors.As(err, &tooLarge):
		return nil, huma.NewError(http.StatusRequestEntityTooLarge, fmt.Sprintf("request body is too large limit=%d bytes", most))
	case errors.As(err, &slow) && slow.Timeout():
		return nil, huma.NewError(http.StatusRequestTimeout, "request body read timeout")
	case err != nil:
		return nil, huma.NewError(http.StatusBadRequest, "the request broke off")
	}
	return buf.Bytes(), nil
}

// readBody holds a body against its schema and reads it into f. It returns the status for what is wrong.
func (b *binding) readBody(mediaType string, data []byte, f reflect.Value, path *huma.PathBuffer, faults *huma.ValidateResult) (status int) {
	if mediaType == "" {
		mediaType = "application/json"
	}
	var loose any
	if err := b.api.Unmarshal(mediaType, data, &loose); err != nil {
		faults.Errors = append(faults.Errors, &huma.ErrorDetail{Location: "body", Message: err.Error()})
		if errors.Is(err, huma.ErrUnknownContentType) {
			return http.StatusUnsupportedMediaType
		}
		return http.StatusBadRequest
	}
	before := len(faults.Errors)
	path.Reset()
	path.Push("body")
	huma.Validate(b.registry(), b.schema, path, huma.ModeWriteToServer, loose, faults)
	if len(faults.Errors) > before {
		return http.StatusUnprocessableEntity
	}
	// Read once more, into the struct: what fits the schema may still not fit that, a number that no int64 holds for one.
	if err := b.api.Unmarshal(mediaType, data, f.Addr().Interface()); err != nil {
		faults.Errors = append(faults.Errors, &huma.ErrorDetail{Location: "body", Message: err.Error()})
	}
	return http.StatusUnprocessableEntity
}
