-- What the views call, on Postgres; on SQLite, which has no stored functions, revision 0001 writes each call out.
CREATE FUNCTION recorder.instant(us bigint) RETURNS timestamptz LANGUAGE sql STABLE AS
$$SELECT to_timestamp(us / 1000000) + mod(us, 1000000) * interval '1 microsecond'$$;

CREATE FUNCTION recorder.amount(micros bigint) RETURNS numeric LANGUAGE sql IMMUTABLE AS
$$SELECT trim_scale(micros * 0.000001)$$;

CREATE FUNCTION recorder.seconds(us bigint) RETURNS double precision LANGUAGE sql IMMUTABLE AS
$$SELECT us::double precision / 1000000$$;

CREATE FUNCTION recorder.hexadecimal(bytes bytea) RETURNS text LANGUAGE sql IMMUTABLE AS
$$SELECT encode(bytes, 'hex')$$;

CREATE FUNCTION recorder.document(held text) RETURNS json LANGUAGE sql IMMUTABLE AS
$$SELECT held::json$$;
