package customer

const insertCustomer = `
	INSERT INTO customer (name, name_key, language, time_zone, organisation, note, created_at, touched_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	RETURNING id`

const insertAddress = `
	INSERT INTO address (customer, kind, value, value_key, created_at)
	VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (kind, value_key) DO NOTHING`

const selectCustomer = `
	SELECT id, name, language, time_zone, organisation, note, created_at, version, fields
	FROM customer`
