package db

import (
	"database/sql/driver"
	"errors"
	"reflect"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// errNoHandle says that the driver no longer keeps its handles where we look for them; TestPlansAreStable fails then, and nothing else does.
var errNoHandle = errors.New("the SQLite driver hides its handle")

// stablePlans turns on SQLite's query planner stability guarantee (SQLITE_DBCONFIG_ENABLE_QPSG): without it a join is planned anew whenever
// its arguments change, which undoes the keeping of prepared statements and cost a sixth of all processor time. The driver has no way to
// set it, so its handle is read by reflection.
func stablePlans(conn driver.Conn) error {
	v := reflect.ValueOf(conn)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return errNoHandle
	}
	handle, tls := v.Elem().FieldByName("db"), v.Elem().FieldByName("tls")
	if !handle.IsValid() || handle.Kind() != reflect.Uintptr || !tls.IsValid() || tls.Type() != reflect.TypeFor[*libc.TLS]() {
		return errNoHandle
	}
	thread := (*libc.TLS)(unsafe.Pointer(tls.Pointer())) //nolint:gosec // the driver's own pointer, read only
	args := libc.Xmalloc(thread, 16)
	if args == 0 {
		return errors.New("out of memory")
	}
	defer libc.Xfree(thread, args)
	if rc := sqlite3.Xsqlite3_db_config(thread, uintptr(handle.Uint()), sqlite3.SQLITE_DBCONFIG_ENABLE_QPSG, libc.VaList(args, int32(1), uintptr(0))); rc != sqlite3.SQLITE_OK {
		return errors.New("SQLite refused the stability of plans")
	}
	return nil
}
