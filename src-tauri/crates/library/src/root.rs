//! Where the library's folder lies, and whether it is there.
//!
//! A disk that is not connected leaves an empty mount point behind, so a folder counts as the library's only with a file in it that carries
//! the library's mark. The row says where the folder is; every process reads it again whenever it is about to change files.

mod moving;

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use swath_domain::TransferId;

use crate::db::{from_json, to_json};
use crate::error::{LibraryError, Result, io};
use crate::folders::Moved;
use crate::{Library, files};

pub(crate) use moving::finish_leaving;

/// Name of the file that carries the mark.
const MARK: &str = ".swath-library";

/// The library's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it is there: `false` while its disk is not connected.
    pub there: bool,
    /// Bytes of all products and scenes in it, as the rows say.
    pub bytes: u64,
}

/// The row.
struct Place {
    path: Option<PathBuf>,
    mark: String,
    leaving: Option<PathBuf>,
    entering: Option<PathBuf>,
}

/// Contents of [`MARK`].
#[derive(Serialize, Deserialize)]
struct Marked {
    library: String,
    /// Whether all of it is here; `false` while it is being copied.
    whole: bool,
}

impl Library {
    /// Where the library's folder lies, and whether it is there.
    pub fn root(&self) -> Result<Root> {
        let connection = self.db().get();
        let place = place(&connection)?;
        let bytes: i64 = connection.query_row(
            "SELECT (SELECT coalesce(sum(bytes), 0) FROM product) + (SELECT coalesce(sum(bytes), 0) FROM holding)",
            [],
            |row| row.get(0),
        )?;
        drop(connection);
        refresh(self)?;
        let path = self.folders().library();
        Ok(Root { there: carries(&path, &place.mark, true), path, bytes: bytes as u64 })
    }

    /// Makes a folder the library's without moving anything: one into which it was moved by hand, or an empty one to begin anew when the old
    /// one is lost. What is not found there is missing until it is [re-linked](crate::Holdings::relink).
    ///
    /// # Errors
    /// [`LibraryError::Exists`] when other files lie there.
    pub fn use_root(&self, folder: &Path) -> Result<()> {
        let _moving = crate::lock::attempt(&self.folders().moving())?.ok_or(LibraryError::Moving)?;
        let _lock = self.hold()?;
        let mark = place(&self.db().get())?.mark;
        if !carries(folder, &mark, true) {
            if !files::entries(folder)?.is_empty() {
                return Err(LibraryError::Exists { path: folder.to_owned() });
            }
            fs::create_dir_all(folder).map_err(io("creating", folder))?;
            write_mark(folder, &mark, true)?;
        }
        let path = (folder != self.folders().own_library()).then(|| text(folder)).transpose()?;
        let old = self.folders().library();
        self.db().durable(|tx| Ok(tx.execute("UPDATE root SET path = ?, leaving = NULL", [path]).map(drop)?))?;
        refresh(self)?;
        // One that was begun while this one was away.
        if old != self.folders().library() && carries(&old, &mark, true) && holds_nothing(&old)? {
            files::remove_all(&old.join(MARK))?;
            moving::remove_empty(&old);
        }
        Ok(())
    }

    /// Takes a folder that carries the library's mark as the library's, when the one that is known is not there or holds nothing.
    pub(crate) fn adopt_root(&self, folder: &Path) -> Result<()> {
        let mark = place(&self.db().get())?.mark;
        let current = self.folders().library();
        let found = [folder.to_owned(), folder.join("library")].into_iter().find(|folder| carries(folder, &mark, true));
        match found {
            Some(found) if found != current && (!carries(&current, &mark, true) || holds_nothing(&current)?) => self.use_root(&found),
            _ => Ok(()),
        }
    }

    /// Reads again where things lie.
    pub(crate) fn locate(&self) -> Result<()> {
        refresh(self)
    }

    /// The library's folder.
    ///
    /// # Errors
    /// [`LibraryError::RootMissing`].
    pub(crate) fn ready(&self) -> Result<PathBuf> {
        let mark = place(&self.db().get())?.mark;
        let path = self.folders().library();
        if carries(&path, &mark, true) { Ok(path) } else { Err(LibraryError::RootMissing { path }) }
    }

    /// Waits for the lock that is held while files and rows change together; afterwards it is known where the library's folder is.
    pub(crate) fn hold(&self) -> Result<fs::File> {
        let lock = crate::lock::wait(&self.folders().lock())?;
        refresh(self)?;
        Ok(lock)
    }
}

/// Makes the library's folder on the first opening. A folder that has been and is gone is not made again, unless the user has deleted it
/// from the data folder. The caller holds the library's lock.
pub(crate) fn prepare(library: &Library) -> Result<()> {
    let own = library.folders().own_library();
    let known = library.db().get().query_row("SELECT 1 FROM root", [], |_| Ok(())).optional()?.is_some();
    if !known {
        let random = || RandomState::new().hash_one(std::process::id());
        // A library whose database was lost keeps its mark.
        let mark = marked(&own).map_or_else(|| format!("{:016x}{:016x}", random(), random()), |marked| marked.library);
        library.db().durable(|tx| Ok(tx.execute("INSERT INTO root (one, mark) VALUES (1, ?)", [mark]).map(drop)?))?;
    }
    refresh(library)?;
    moving::finish_entering(library)?;
    let Place { path, mark, .. } = place(&library.db().get())?;
    if path.is_none() && !carries(&own, &mark, true) && (!known || may_begin(library, &own)?) {
        fs::create_dir_all(&own).map_err(io("creating", &own))?;
        write_mark(&own, &mark, true)?;
    }
    match library.ready() {
        Ok(root) => {
            // What a kill between two acts has left beside the mark.
            for path in files::entries(&root)? {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if name.strip_prefix(MARK).is_some_and(|rest| rest.starts_with('.')) {
                    let _ = fs::remove_file(&path);
                }
            }
            let products = root.join("products");
            if let Err(error) = fs::create_dir_all(&products) {
                tracing::warn!(%error, "the library's folder cannot be written");
            }
        }
        Err(error) => tracing::warn!(%error, "the library opens without its files"),
    }
    Ok(())
}

/// Whether the folder inside the data folder was emptied or deleted on purpose; an empty one with rows may be a mount point.
fn may_begin(library: &Library, own: &Path) -> Result<bool> {
    if !files::is_there(own) {
        return Ok(true);
    }
    let rows: bool =
        library.db().get().query_row("SELECT EXISTS (SELECT 1 FROM product) OR EXISTS (SELECT 1 FROM holding)", [], |row| row.get(0))?;
    Ok(own.is_dir() && (!rows || !files::entries(own)?.is_empty()))
}

/// Reads again where the library's folder and the unfinished work of transfers lie; another process may have moved them.
fn refresh(library: &Library) -> Result<()> {
    let connection = library.db().get();
    let root = place(&connection)?.path;
    let mut statement = connection.prepare_cached("SELECT id, staging FROM transfer WHERE staging IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((TransferId(row.get(0)?), PathBuf::from(row.get::<_, String>(1)?))))?;
    let staging = rows.collect::<std::result::Result<_, _>>()?;
    library.folders().set_moved(Moved { root, staging });
    Ok(())
}

fn place(connection: &Connection) -> Result<Place> {
    let mut statement = connection.prepare_cached("SELECT path, mark, leaving, entering FROM root")?;
    let path = |text: Option<String>| text.map(PathBuf::from);
    Ok(statement.query_row([], |row| {
        Ok(Place { path: path(row.get(0)?), mark: row.get(1)?, leaving: path(row.get(2)?), entering: path(row.get(3)?) })
    })?)
}

/// Whether a folder carries the library's mark.
fn carries(folder: &Path, mark: &str, whole: bool) -> bool {
    marked(folder).is_some_and(|marked| marked.library == mark && marked.whole == whole)
}

fn marked(folder: &Path) -> Option<Marked> {
    let text = fs::read_to_string(folder.join(MARK)).ok()?;
    from_json("library", &text).ok()
}

fn write_mark(folder: &Path, mark: &str, whole: bool) -> Result<()> {
    let path = folder.join(MARK);
    let beside = folder.join(format!("{MARK}{}", crate::copy::PARTLY));
    fs::write(&beside, to_json("library", &Marked { library: mark.to_owned(), whole })?).map_err(io("writing", &beside))?;
    files::flush(&beside)?;
    fs::rename(&beside, &path).map_err(io("writing", &path))?;
    files::flush_folder(folder)
}

/// A path for a column.
fn text(path: &Path) -> Result<String> {
    let why = "its name cannot be written in Unicode";
    path.to_str().map(str::to_owned).ok_or_else(|| LibraryError::BadPlace { path: path.to_owned(), why })
}

fn holds_nothing(folder: &Path) -> Result<bool> {
    let folder = fs::canonicalize(folder).map_err(io("reading", folder))?;
    Ok(!files::all_files(&folder)?.iter().any(|file| belongs(file, &folder)))
}

/// Whether what is finished elsewhere can be renamed into the library's folder. The caller holds the library's lock.
pub(crate) fn is_near(folder: &Path, root: &Path) -> Result<bool> {
    files::one_disk(folder, root, &format!("{MARK}.probe"))
}

/// What of a library's folder belongs to it and moves with it: all but its mark and what is not finished.
fn belongs(path: &Path, folder: &Path) -> bool {
    let first = path.strip_prefix(folder).ok().and_then(|inside| inside.components().next().and_then(|c| c.as_os_str().to_str()));
    first != Some(crate::folders::UNFINISHED) && !first.is_some_and(|name| name.starts_with(MARK))
}
