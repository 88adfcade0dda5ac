CREATE TABLE antt.antt_import (
    import_id text COLLATE "C" PRIMARY KEY,
    layer text NOT NULL,
    source text NOT NULL,
    file_name text NOT NULL,
    file_sha256 text NOT NULL,
    who text NOT NULL,
    started_at timestamptz NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'failed', 'cancelled')),
    rows_done bigint NOT NULL,
    counts jsonb NOT NULL,
    mapping jsonb NOT NULL,
    options jsonb NOT NULL
);

-- The import may be written after its rows in the same transaction, and must be there at its end.
CREATE TABLE antt.antt_quarantine (
    import_id text COLLATE "C" NOT NULL,
    "row" bigint NOT NULL,
    reasons jsonb NOT NULL,
    raw jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'accepted', 'expired')),
    PRIMARY KEY (import_id, "row")
);
