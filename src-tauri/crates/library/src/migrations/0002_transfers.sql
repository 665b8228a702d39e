-- Where the library's folder is; no path means inside the data folder. `mark` also stands in a file of that folder, so that an empty mount
-- point is not taken for it. `leaving` is an earlier place whose files are copied and still have to
-- be deleted, `entering` a place into which the whole folder is about to be renamed.
CREATE TABLE root (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    path    TEXT,
    mark    TEXT NOT NULL,
    leaving TEXT,
    entering TEXT
) STRICT;

CREATE TABLE batch (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL,
    created TEXT NOT NULL
) STRICT;

-- Areas of windows; thousands of transfers share one. A number is never used again, so that a process may remember what it stands for.
CREATE TABLE area (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL,
    doc         TEXT NOT NULL
) STRICT;
CREATE INDEX area_fingerprint ON area (fingerprint);

-- What lists need lies in `transfer`, the bulky rest in `transfer_work`. With an area, `wanted` names the bands of a window. `staging` is
-- set only where unfinished work lies elsewhere than the scheme says, because the library has moved meanwhile.
CREATE TABLE transfer (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    batch       INTEGER NOT NULL REFERENCES batch (id),
    position    INTEGER NOT NULL,
    scene       TEXT NOT NULL,
    acquisition TEXT NOT NULL,
    name        TEXT NOT NULL,
    sensor      TEXT NOT NULL,
    wanted      TEXT NOT NULL,
    area        INTEGER REFERENCES area (number),
    state       TEXT NOT NULL,
    progress    TEXT NOT NULL,
    error       TEXT,
    created     TEXT NOT NULL,
    started     TEXT,
    finished    TEXT,
    staging     TEXT
) STRICT;
CREATE INDEX transfer_position ON transfer (position);
CREATE INDEX transfer_state ON transfer (state, position);
CREATE INDEX transfer_batch ON transfer (batch);
CREATE INDEX transfer_area ON transfer (area) WHERE area IS NOT NULL;
CREATE INDEX transfer_staging ON transfer (id) WHERE staging IS NOT NULL;
CREATE INDEX transfer_acquisition ON transfer (acquisition) WHERE finished IS NULL;

CREATE TABLE transfer_work (
    transfer INTEGER PRIMARY KEY REFERENCES transfer (id) ON DELETE CASCADE,
    scene    TEXT NOT NULL,
    files    TEXT
) STRICT;

-- Written before files are moved into the library and cleared in the transaction that makes their rows; what is found here when the
-- library is opened was interrupted by a crash.
CREATE TABLE intent (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    transfer INTEGER REFERENCES transfer (id) ON DELETE SET NULL,
    doc      TEXT NOT NULL
) STRICT;

-- Scenes as they were known when something of them was fetched. `brief` is the scene without its assets; `words` is searched, in lower
-- case; `moment` is microseconds since 1970; `parts` counts its boxes in `held_place`.
CREATE TABLE held_scene (
    number      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL,
    acquisition TEXT NOT NULL,
    sensor      TEXT NOT NULL,
    moment      INTEGER NOT NULL,
    words       TEXT NOT NULL,
    parts       INTEGER NOT NULL,
    brief       TEXT NOT NULL
) STRICT;
CREATE INDEX held_scene_id ON held_scene (id);
CREATE INDEX held_scene_acquisition ON held_scene (acquisition);
CREATE TABLE held_scene_doc (
    scene INTEGER PRIMARY KEY REFERENCES held_scene (number) ON DELETE CASCADE,
    doc   TEXT NOT NULL
) STRICT;
-- id = number * 8 + part, as for scenes.
CREATE VIRTUAL TABLE held_place USING rtree (id, west, east, south, north);

-- `folded` is the path in lower case: no two paths differ only by case.
CREATE TABLE holding (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    transfer INTEGER REFERENCES transfer (id) ON DELETE SET NULL,
    scene    INTEGER NOT NULL REFERENCES held_scene (number),
    key      TEXT NOT NULL,
    content  TEXT NOT NULL,
    path     TEXT NOT NULL,
    folded   TEXT NOT NULL UNIQUE,
    bytes    INTEGER NOT NULL,
    provider TEXT NOT NULL,
    state    TEXT NOT NULL,
    why      TEXT,
    checked  TEXT NOT NULL,
    created  TEXT NOT NULL
) STRICT;
CREATE INDEX holding_transfer ON holding (transfer) WHERE transfer IS NOT NULL;
CREATE INDEX holding_scene ON holding (scene);
CREATE TABLE holding_files (
    holding INTEGER PRIMARY KEY REFERENCES holding (id) ON DELETE CASCADE,
    files   TEXT NOT NULL
) STRICT;

-- Bytes that an account has fetched, by hours since 1970.
CREATE TABLE traffic (
    account TEXT NOT NULL,
    hour    INTEGER NOT NULL,
    bytes   INTEGER NOT NULL,
    PRIMARY KEY (account, hour)
) STRICT, WITHOUT ROWID;
