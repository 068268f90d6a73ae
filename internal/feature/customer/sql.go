package customer

const insertCustomer = `
	INSERT INTO customer (name, name_key, language, time_zone, made_by, created_at, touched_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7)
	RETURNING id`

const insertAddress = `
	INSERT INTO address (customer, kind, value, value_key, created_at, label)
	VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (kind, value_key) DO NOTHING`

const selectCustomer = `
	SELECT id, name, language, time_zone, organisation, note, created_at, version, fields, COALESCE(member_of, 0), birthday,
		prefers, hours, warnings
	FROM customer`
