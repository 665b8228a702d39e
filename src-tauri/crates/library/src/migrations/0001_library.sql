-- A job is a row first and a task second. What lists need lies in `job`, the bulky rest in `job_work`.
CREATE TABLE job (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL,
    state    TEXT NOT NULL,
    progress TEXT NOT NULL,
    error    TEXT,
    product  INTEGER REFERENCES product (id) ON DELETE SET NULL,
    bbox     TEXT NOT NULL,
    bands    TEXT NOT NULL,
    created  TEXT NOT NULL,
    started  TEXT,
    finished TEXT
) STRICT;
CREATE INDEX job_state ON job (state);
CREATE INDEX job_product ON job (product);

CREATE TABLE job_work (
    job    INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    recipe TEXT NOT NULL,
    scenes TEXT NOT NULL,
    plan   TEXT
) STRICT;

-- `moment` is microseconds since 1970. `parts` counts the scene's boxes in `scene_place`.
CREATE TABLE scene (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    sensor   TEXT NOT NULL,
    moment   INTEGER NOT NULL,
    cloud    REAL,
    parts    INTEGER NOT NULL,
    platform TEXT NOT NULL,
    tile     TEXT,
    doc      TEXT NOT NULL
) STRICT;
CREATE INDEX scene_moment ON scene (moment);

-- One box for each part of a footprint: id = number * 8 + part. Days since 1970; unknown cloud is -1, below every limit.
-- Coordinates are 32 bit floats rounded outwards, so a match here is only a candidate.
CREATE VIRTUAL TABLE scene_place USING rtree (id, west, east, south, north, day0, day1, cloud0, cloud1);

CREATE TABLE product (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    job    INTEGER REFERENCES job (id) ON DELETE SET NULL,
    folder TEXT NOT NULL UNIQUE,
    bytes  INTEGER NOT NULL,
    parts  INTEGER NOT NULL,
    doc    TEXT NOT NULL
) STRICT;
CREATE INDEX product_job ON product (job);

-- id = product * 8 + part, as above.
CREATE VIRTUAL TABLE product_place USING rtree (id, west, east, south, north);

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
