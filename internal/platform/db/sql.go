package db

import (
	"database/sql"
	"database/sql/driver"
	"strconv"
	"strings"
	"unicode/utf8"
)

// In returns a parenthesised list of n placeholders that starts at $from: In(3, 2) is "($2,$3,$4)". For n = 0 it returns "(NULL)", which
// matches nothing with IN (and nothing with NOT IN).
func In(n, from int) string {
	if n <= 0 {
		return "(NULL)"
	}
	b := make([]byte, 0, 2+5*n)
	b = append(b, '(')
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(from+i), 10)
	}
	return string(append(b, ')'))
}

// Args returns list as arguments for In, after those given first.
func Args[T any](list []T, first ...any) []any {
	all := make([]any, 0, len(first)+len(list))
	all = append(all, first...)
	for _, v := range list {
		all = append(all, v)
	}
	return all
}

// Text makes foreign text storable on both databases: valid UTF-8 (what is not becomes U+FFFD) without NUL, which PostgreSQL refuses.
func Text(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// Rows reads all rows of a query and closes it: Rows(tx.Query(ctx, …)) with a function that scans one row. It takes the query's error,
// so that a call needs one check. No rows give nil.
func Rows[T any](rows *sql.Rows, err error, scan func(*sql.Rows, *T) error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// discard makes the pool drop a connection whose transaction could not be ended.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // the error is the request itself
}
